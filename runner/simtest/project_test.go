package simtest_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// project is a module of a user's own, outside of this tree.
type project struct {
	t   *testing.T
	dir string
}

// newProject makes a module that requires ours where it is now.
func newProject(t *testing.T) *project {
	t.Helper()
	if testing.Short() {
		t.Skip("builds a module of its own: not with -short")
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	p := &project{t, t.TempDir()}
	ours := "github.com/seed-3519b94c/simrun"
	text := strings.Replace(string(mod), "module "+ours, "module example.com/mine", 1)
	p.write("go.mod", text+"\nrequire "+ours+" v0.0.0\n\nreplace "+ours+" => "+root+"\n")
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	p.write("go.sum", string(sum))
	return p
}

func (p *project) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	require.NoError(p.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(p.t, os.WriteFile(path, []byte(text), 0o644))
}

// run runs a command in the module, and returns what it prints and its exit code.
func (p *project) run(name string, args ...string) (string, int) {
	p.t.Helper()
	c := exec.CommandContext(p.t.Context(), name, args...)
	c.Dir = p.dir
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off", "NO_COLOR=1")
	out, err := c.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), exit.ExitCode()
	}
	require.NoError(p.t, err, "%s", out)
	return string(out), 0
}

// find is the path of a file somewhere in the module; "" if there is none.
func (p *project) find(name string) (path string) {
	err := filepath.WalkDir(p.dir, func(at string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == name {
			path = at
		}
		return err
	})
	require.NoError(p.t, err)
	return path
}

// tutorial is the scenario of the README, as it stands there.
func tutorial(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```go\n(func tornConfig\\(.*?)```").FindSubmatch(readme)
	require.NotNil(t, block, "the README has the tutorial")
	return string(block[1])
}

// A user's own module: the tutorial of the README finds its race under go test, the
// failure is kept and replayed from then on, a regression test can be generated, and a
// command of its own explores it.
func TestAUsersOwnProject(t *testing.T) {
	p := newProject(t)
	p.write("torn.go", `package mine

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

func Scenarios() []*sim.Scenario {
	return []*sim.Scenario{{Name: "mine/torn-config", Params: []sim.ParamDoc{{Label: "saves"}}, Build: tornConfig}}
}

`+tutorial(t))
	p.write("torn_test.go", `package mine

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest"
)

func TestTornConfig(t *testing.T) {
	simtest.Check(t, Scenarios()[0], simtest.Config{})
}

func FuzzTornConfig(f *testing.F) { simtest.Fuzz(f, Scenarios()[0], simtest.Config{}) }
`)
	p.write("cmd/simrun/main.go", `package main

import (
	"os"

	"example.com/mine"
	"github.com/seed-3519b94c/simrun/runner/cli"
)

func main() { os.Exit(cli.Main(mine.Scenarios()...)) }
`)

	out, code := p.run("go", "test", "-run", "Torn", "-simrun.seed", "1", "-artifacts", "-outputdir", p.dir, ".")
	require.Equal(t, 1, code, "%s", out)
	require.Contains(t, out, "whole violated")
	require.Contains(t, out, "the server serves")
	kept := regexp.MustCompile(`kept in (testdata/simrun/mine/torn-config/[0-9a-f]+\.sim): commit it`).FindStringSubmatch(out)
	require.NotNil(t, kept, "%s", out)
	require.NotEmpty(t, p.find(strings.TrimSuffix(filepath.Base(kept[1]), ".sim")+".txt"), "the story is among the artifacts")

	out, code = p.run("go", "test", "-run", "Torn", "-simrun.runs", "1", "-rapid.checks", "1", ".")
	require.Equal(t, 1, code)
	require.Contains(t, out, "kept regression "+kept[1]+": reproduced", "what was kept is replayed first")

	out, code = p.run("go", "build", "-o", "simrun", "./cmd/simrun")
	require.Zero(t, code, "%s", out)
	out, code = p.run("./simrun", "replay", kept[1])
	require.Equal(t, 1, code, "%s", out)
	require.Contains(t, out, "reproduced: violation whole")

	out, code = p.run("./simrun", "gotest", kept[1], "--package", "mine", "--call", "Scenarios()[0]", "-o", "regression_test.go")
	require.Zero(t, code, "%s", out)
	out, code = p.run("go", "test", "-run", "Regression", ".")
	require.Equal(t, 1, code, "the race is still there: %s", out)
	require.Contains(t, out, "whole", "%s", out)

	// The fix: the server looks whether the file is complete.
	source, err := os.ReadFile(filepath.Join(p.dir, "torn.go"))
	require.NoError(t, err)
	fixed := strings.Replace(string(source), `w.Variant() != "checked" ||`, "", 1)
	require.NotEqual(t, string(source), fixed)
	p.write("torn.go", fixed)
	out, code = p.run("go", "test", "-short", ".")
	require.Zero(t, code, "%s", out)

	out, code = p.run("go", "test", "-simrun.runs", "none", ".")
	require.Equal(t, 1, code)
	require.Contains(t, out, `-simrun.runs="none": want a whole number, 1 or more`)
}
