package usermodule_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/simtest/usermodule"
)

// The module is one to the Go tool, and knows ours.
func TestNew(t *testing.T) {
	m := usermodule.New(t)
	m.Env = []string{"OF=mine"}
	var out bytes.Buffer
	run := func(name string, args ...string) int {
		out.Reset()
		c := m.Command(name, args...)
		c.Stdout, c.Stderr = &out, &out
		return m.Run(c)
	}
	m.Write("mine.go", "package mine\n")
	require.Zero(t, run("go", "list", ".", usermodule.Ours+"/sim"), "%s", &out)
	require.Equal(t, usermodule.Name+"\n"+usermodule.Ours+"/sim\n", out.String())

	m.Write("below/note", "text")
	require.Equal(t, "text", m.Read("below/note"))
	require.Equal(t, 3, run("sh", "-c", `cat below/note; echo " of $OF"; exit 3`))
	require.Equal(t, "text of mine\n", out.String())
}
