package jsloop_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/jsloop/internal/program"
)

// TestRecordEnds makes testdata/ends.jsonl.gz, programs about listeners, closed handles
// and exit codes, from the node and the bun on the PATH:
//
//	SIMRUN_RECORD=ends.jsonl go test ./sim/jsloop -run TestRecordEnds && gzip -9n sim/jsloop/ends.jsonl
//
// Kept are those of which all runs were the same.
func TestRecordEnds(t *testing.T) {
	path := os.Getenv("SIMRUN_RECORD")
	if path == "" {
		t.Skip("SIMRUN_RECORD names no file to record to")
	}
	node, err := exec.LookPath("node")
	require.NoError(t, err)
	bun, err := exec.LookPath("bun")
	require.NoError(t, err)
	f, err := os.Create(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for i := range 1000 {
		flavour := jsloop.Flavour(i % 2) // programs for Bun close no handles
		r := programs(flavour).Example(i)
		if r.On == nil {
			continue
		}
		r.Name, r.Class, r.Ends = "ends-"+strconv.Itoa(i), "det", true
		r.Node = recorded(t, node, r)
		if r.Node == nil {
			continue
		}
		if flavour == jsloop.Bun {
			if o := recorded(t, bun, r); o != nil {
				r.Bun = []program.Outcome{*o}
			}
		}
		classify(r)
		line, err := json.Marshal(r)
		require.NoError(t, err)
		_, err = f.Write(append(line, '\n'))
		require.NoError(t, err)
	}
}

// classify says whether the order of r depends on time, by what the loop itself says.
func classify(r *program.Recording) {
	x := newExplorer(r, jsloop.Node)
	defer func() { x.close() }()
	x.wander(300)
	if len(x.seen) > 1 {
		r.Class, r.Outcomes, r.Node = "racy", []program.Outcome{*r.Node}, nil
	}
}

// recorded is what several runs of r gave; nil if they differed or did not end.
func recorded(t *testing.T, exe string, r *program.Recording) *program.Outcome {
	var first *program.Outcome
	for range 4 {
		o, ok := runReal(t, exe, t.TempDir(), r)
		if !ok || first != nil && key(o) != key(*first) {
			return nil
		}
		first = &o
	}
	return first
}
