package env_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/stretchr/testify/require"
)

// The set is that of Node's checkInvalidHeaderChar: TAB, U+0020 to U+007E, U+0080 to
// U+00FF.
func TestHeaderCharacters(t *testing.T) {
	for r := rune(0); r < 0x200; r++ {
		legal := r == '\t' || r >= 0x20 && r <= 0x7e || r >= 0x80 && r <= 0xff
		err := env.CheckHeader("X-Token", "é"+string(r))
		if legal {
			require.NoError(t, err, "%U", r)
			continue
		}
		var he *env.HeaderError
		require.ErrorAs(t, err, &he, "%U", r)
		require.Equal(t, 2, he.At, "in bytes")
		require.EqualError(t, err, `Invalid character in header content ["X-Token"]`)
	}
}

func TestWordsOfTheNetwork(t *testing.T) {
	require.Equal(t, "manager:4222", env.Addr{Host: "manager", Port: 4222}.String())
	require.Equal(t, "[::1]:80", env.Addr{Host: "::1", Port: 80}.String())
	require.EqualError(t, env.ErrRefused, "ECONNREFUSED")
	require.EqualError(t, env.NetError(0), "EUNKNOWN")
	require.EqualError(t, env.NetError(200), "EUNKNOWN")
	require.Equal(t, []int{143, 130, 137}, []int{env.SIGTERM.ExitCode(), env.SIGINT.ExitCode(), env.SIGKILL.ExitCode()})
	require.Equal(t, "SIGINT", env.SIGINT.String())
	require.Equal(t, "no signal", env.Signal(0).String())
	require.Equal(t, "warning", env.Warning.String())
	require.True(t, env.Response{Status: 204}.OK())
	require.False(t, env.Response{Status: 304}.OK())
	require.False(t, env.Ticket{}.Cancel())
}
