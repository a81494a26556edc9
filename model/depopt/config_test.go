package depopt

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every switch can be set to each of its values, and says what it is set to.
func TestSwitches(t *testing.T) {
	for _, name := range Switches() {
		for _, value := range SwitchValues(name) {
			c := Default()
			require.NoError(t, c.Set(name, value))
			require.Equal(t, value, c.Get(name))
		}
		require.ErrorContains(t, new(Config).Set(name, "perhaps"), name)
	}
	require.ErrorContains(t, new(Config).Set("ghosts", "true"), "known are ghost, ")
	require.ErrorContains(t, new(Config).Set("toolchain", "vite-6"), "vite-7.1.11")
}

// The variants are the steps of the history.
func TestVariants(t *testing.T) {
	merged, err := Find("after-832")
	require.NoError(t, err)
	require.Equal(t, Config{
		Ghost: true, Graph: true, Send: true, Retry: true, State: Virtual, Quiet: quietTime, PreTransform: true,
	}, merged)
	before, err := Find("before-832")
	require.NoError(t, err)
	require.Equal(t, Default(), before)
	_, err = Find("after")
	require.ErrorContains(t, err, "before-832")
}

// A toolchain is a gate, a naming and a guard.
func TestToolchains(t *testing.T) {
	for _, name := range Toolchains() {
		c := Default()
		require.NoError(t, c.Set("toolchain", name))
	}
	c := Default()
	require.NoError(t, c.Set("toolchain", "cf-2026"))
	require.Equal(t, "ignore", c.Get("gate"))
	require.Equal(t, "stable", c.Get("naming"))
	require.Equal(t, "true", c.Get("initGuard"))
}
