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

	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/jsloop/internal/program"
)

// TestLiveNode draws programs and compares the loop with the node on the PATH: where
// the order does not depend on time, they must agree; otherwise node's order must be
// one that some timing gives. SIMRUN_LIVE_NODE sets the number of programs.
func TestLiveNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node on the PATH: nothing to compare with")
	}
	if out, err := exec.Command(node, "--version").Output(); err != nil || !strings.HasPrefix(string(out), "v20.") {
		t.Skipf("the loop follows Node v20, this is %s", bytes.TrimSpace(out))
	}
	checks := 30
	if n, err := strconv.Atoi(os.Getenv("SIMRUN_LIVE_NODE")); err == nil {
		checks = n
	}
	setFlag(t, "rapid.checks", strconv.Itoa(checks))
	setFlag(t, "rapid.nofailfile", "true")

	dir := t.TempDir()
	exact, timed, endless := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		r := programs().Draw(t, "program")
		x := newExplorer(r, jsloop.Node)
		defer func() { x.close() }()
		x.wander(40)
		if x.err != nil {
			t.Fatal(x.err)
		}
		got, ok := runNode(t, node, dir, r)
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
			t.Fatalf("%s, %s\n%s\nnode: %s\nloop: %s", r.Entry, r.Handlers, program.JS(r), key(got),
				key(program.Outcome{Order: x.order}))
		}
	})
	t.Logf("conformance nodeloop live: %d programs agree exactly, %d with one of their timings, %d did not end",
		exact, timed, endless)
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

// runNode runs r for real. It returns false if it does not end.
func runNode(t *rapid.T, node, dir string, r *program.Recording) (program.Outcome, bool) {
	file := filepath.Join(dir, "program.cjs")
	if r.Entry == "esm" {
		file = filepath.Join(dir, "program.mjs")
	}
	if err := os.WriteFile(file, []byte(program.JS(r)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, file)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, _ := cmd.Output() // the exit code is in the output
	if ctx.Err() != nil {
		return program.Outcome{}, false
	}
	var got program.Outcome
	if err := json.Unmarshal(bytes.TrimSpace(out), &got); err != nil {
		t.Fatalf("%v\n%s\n%s\n%s", err, out, stderr.String(), program.JS(r))
	}
	return got, true
}
