// Package usermodule makes a module of a user's own, which requires ours as it is now, and
// runs commands in it:
//
//	m := usermodule.New(t) // called example.com/mine
//	m.Write("mine_test.go", text)
//	code := m.Run(m.Command("go", "test", "."))
//
// It is for tests of what a user does and sees.
package usermodule

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Name is the path of the module, and Ours that of the one that it requires.
const (
	Name = "example.com/mine"
	Ours = "github.com/seed-3519b94c/simrun"
)

// Module is a module outside of this tree.
type Module struct {
	Dir string
	Env []string // more of it, for the commands
	t   testing.TB
}

// New makes a module that has nothing but its requirements. It skips the test if that is
// to be short: what is built in a module is built anew.
func New(t testing.TB) *Module {
	t.Helper()
	if testing.Short() {
		t.Skip("builds a module of its own: not with -short")
	}
	m := &Module{Dir: t.TempDir(), t: t}
	root := m.root()
	mod := strings.Replace(m.read(root, "go.mod"), "module "+Ours, "module "+Name, 1)
	m.Write("go.mod", mod+"\nrequire "+Ours+" v0.0.0\n\nreplace "+Ours+" => "+root+"\n")
	m.Write("go.sum", m.read(root, "go.sum"))
	return m
}

// root is where our module is: above the test that runs.
func (m *Module) root() string {
	dir, err := filepath.Abs(".")
	require.NoError(m.t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		require.NotEqual(m.t, above, dir, "no go.mod above the test")
		dir = above
	}
}

func (m *Module) read(dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(m.t, err)
	return string(text)
}

// Read is the text of a file of the module.
func (m *Module) Read(name string) string {
	m.t.Helper()
	return m.read(m.Dir, name)
}

// Write writes a file of the module, and makes the folders above it.
func (m *Module) Write(name, text string) {
	m.t.Helper()
	path := filepath.Join(m.Dir, name)
	require.NoError(m.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(m.t, os.WriteFile(path, []byte(text), 0o644))
}

// Command is a command in the module, which asks no network.
func (m *Module) Command(name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(m.t.Context(), name, args...)
	c.Dir = m.Dir
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off", "NO_COLOR=1")
	c.Env = append(c.Env, m.Env...)
	return c
}

// Run runs a command and returns its exit code. It stops the test if there is none.
func (m *Module) Run(c *exec.Cmd) int {
	m.t.Helper()
	err := c.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	require.NoError(m.t, err, "%s", c)
	return 0
}
