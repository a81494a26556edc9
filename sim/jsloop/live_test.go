package jsloop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/jsloop/internal/program"
)

// TestLiveNode draws programs and compares the loop with the node on the PATH: where
// the order does not depend on time, they must agree; otherwise node's order must be
// one that some timing gives. SIMRUN_LIVE_NODE sets the number of programs.
func TestLiveNode(t *testing.T) {
	checkLive(t, jsloop.Node, "node", "v20.", os.Getenv("SIMRUN_LIVE_NODE"))
}

// TestLiveBun is the same for the bun on the PATH. SIMRUN_LIVE_BUN sets the number.
func TestLiveBun(t *testing.T) {
	checkLive(t, jsloop.Bun, "bun", "1.4.", os.Getenv("SIMRUN_LIVE_BUN"))
}

// checkLive compares with a real runtime, if it has the version whose rules the loop
// follows.
func checkLive(t *testing.T, f jsloop.Flavour, name, version, number string) {
	exe, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s on the PATH: nothing to compare with", name)
	}
	if out, err := exec.Command(exe, "--version").Output(); err != nil || !strings.HasPrefix(string(out), version) {
		t.Skipf("the loop follows %s %s, this is %s", name, version, bytes.TrimSpace(out))
	}
	checks := 30
	if n, err := strconv.Atoi(number); err == nil {
		checks = n
	}
	setFlag(t, "rapid.checks", strconv.Itoa(checks))
	setFlag(t, "rapid.nofailfile", "true")

	dir := t.TempDir()
	exact, timed, endless := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		r := programs(f).Draw(t, "program")
		x := newExplorer(r, f)
		x.codes = true
		defer func() { x.close() }()
		x.wander(40)
		if x.err != nil {
			t.Fatal(x.err)
		}
		got, ok := runReal(t, exe, dir, r)
		switch {
		case !ok:
			endless++
			return
		case len(x.seen) == 1 && x.seen[key(got)]:
			exact++
		default:
			timed++
		}
		// A program that wandering gave one order may still have others, which a busy
		// machine finds; if it has none, aiming fails.
		if !x.seen[key(got)] && !x.aim(got, 3000) {
			t.Fatalf("%s, %s\n%s\n%s: %s\nloop: %s", r.Entry, r.Handlers, program.JS(r), name, key(got),
				key(x.last))
		}
	})
	t.Logf("conformance nodeloop live: %d programs of %s agree exactly, %d with one of their timings, %d did not end",
		exact, name, timed, endless)
}

// setFlag sets one of rapid's flags for this test.
func setFlag(t *testing.T, name, value string) {
	f := flag.Lookup(name)
	old := f.Value.String()
	if err := f.Value.Set(value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Value.Set(old) })
}

// runReal runs r for real. It returns false if it does not end.
func runReal(t require.TestingT, exe, dir string, r *program.Recording) (program.Outcome, bool) {
	file := filepath.Join(dir, "program.cjs")
	if r.Entry == "esm" {
		file = filepath.Join(dir, "program.mjs")
	}
	require.NoError(t, os.WriteFile(file, []byte(program.JS(r)), 0o600))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe, file)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, _ := cmd.Output()
	if ctx.Err() != nil {
		return program.Outcome{}, false
	}
	var got program.Outcome
	err := json.Unmarshal(bytes.TrimSpace(out), &got)
	require.NoError(t, err, "%s\n%s\n%s", out, &stderr, program.JS(r))
	got.Code = cmd.ProcessState.ExitCode()
	return got, true
}
