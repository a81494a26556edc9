package cli_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/benbjohnson/clock"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/cli"
)

// TestMain makes `simrun` a command of the scripts: the tiny scenarios, and a
// clock that stands still.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"simrun": func() {
			app := &cli.App{
				Scenarios: tiny(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.Getenv, Clock: clock.NewMock(),
				Build: cli.Build{Module: "example.com/shop@v1.2.3", Revision: "4f2c9a1", Go: "go1.26", Platform: "linux/amd64"},
			}
			os.Exit(app.Run(context.Background(), os.Args[1:]))
		},
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("SIMRUN_UPDATE") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// simfiles writes the failure of cart/total as lost.sim, and what may become of such a file.
			"simfiles": func(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(simFiles(ts.MkAbs("."))) },
			// exits CODE COMMAND... runs a command that must end with that exit code.
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) < 2 {
					ts.Fatalf("usage: exits CODE COMMAND...")
				}
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				got := 0
				if err := ts.Exec(args[1], args[2:]...); err != nil {
					exit, ok := errors.AsType[*exec.ExitError](err)
					if !ok {
						ts.Fatalf("%v", err)
					}
					got = exit.ExitCode()
				}
				if got != want {
					ts.Fatalf("exit code %d, want %d", got, want)
				}
			},
		},
	})
}

func simFiles(dir string) error {
	r, err := runner.Explore(context.Background(), runner.Options{Scenario: lostUpdate(), Runs: 300})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := runner.WriteSim(&b, r.Failures[0].Minimal); err != nil {
		return err
	}
	text := b.String()
	hold := regexp.MustCompile("(?m)^hold .*\n").FindString(text)
	for name, content := range map[string]string{
		"lost":    text,
		"edited":  strings.Replace(text, hold, "", 1),
		"cut":     text[:strings.LastIndex(text, "end ")],
		"empty":   "",
		"newer":   strings.Replace(text, "simrun trace 1", "simrun trace 99", 1),
		"other":   "Dear diary,\n",
		"foreign": strings.Replace(text, "scenario: cart/total", "scenario: shop/door", 1),
		"variant": strings.Replace(text, "variant: racy", "variant: rusty", 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".sim"), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
