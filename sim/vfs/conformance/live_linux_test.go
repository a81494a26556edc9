//go:build linux

package conformance

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The model does what the kernel does that this test runs on. -rapid.checks
// says how many scripts are tried.
func TestLive(t *testing.T) {
	if !knownKernel() {
		t.Skip("the order of OPEN and MODIFY is that of Linux 6.8 and later")
	}
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		if n++; enough(n, 40) {
			return
		}
		draw, columns := drawScript, []column{lazy, eager, fsn, burst}
		if rapid.IntRange(0, 19).Draw(r, "full queue") == 19 {
			draw, columns = drawFull, []column{lazy} // the sentinels of the others would be lost
		}
		s := draw(r)
		diffs, err := checkLive(fmt.Sprintf("%s/%d", dir, n), s, columns...)
		require.NoError(r, err)
		if len(diffs) > 0 {
			line, _ := json.Marshal(s.Ops)
			r.Fatalf("kernel and model differ on\n%s\n%s", line, strings.Join(diffs, "\n"))
		}
	})
}

// enough reports whether a slow test should stop after so many scripts: it
// should unless -rapid.checks was given.
func enough(n, limit int) bool {
	checks := flag.Lookup("rapid.checks")
	return n > limit && checks.Value.String() == checks.DefValue
}

// knownKernel reports whether this kernel queues OPEN before the MODIFY of
// O_TRUNC.
func knownKernel() bool {
	dir, err := os.MkdirTemp("", "simrun")
	if err != nil {
		return false
	}
	defer func() { _ = os.RemoveAll(dir) }()
	m, err := runMachine(dir+"/t", Script{Ops: []Op{
		{Op: "open", H: "h", Path: "a", Fl: []string{"creat"}},
		{Op: "watch", Path: "a", Mask: []string{"ALL"}},
		{Op: "open", H: "g", Path: "a", Fl: []string{"trunc"}},
	}}, lazy)
	return err == nil && len(m.raw) == 2 && m.raw[0].Mask == "OPEN"
}

// checkLive runs a script on both and lists the differences in some columns.
func checkLive(dir string, s Script, columns ...column) ([]string, error) {
	var diffs []string
	compare := func(col column, what string, real, sim any) {
		if !reflect.DeepEqual(real, sim) {
			diffs = append(diffs, fmt.Sprintf("  column %d %-8s real %v\n  %17s sim  %v", col, what, real, "", sim))
		}
	}
	for _, col := range columns {
		real, err := runMachine(fmt.Sprintf("%s.%d", dir, col), s, col)
		if err != nil {
			return nil, err
		}
		sim, err := runModel(s, col)
		if err != nil {
			return nil, err
		}
		for i := range sim.reads {
			if strings.HasPrefix(sim.reads[i].Path, "stat:") && len(sim.reads[i].Ls) > 0 && sim.reads[i].Ls[0] == "dir" {
				sim.reads[i].Size = 0 // what it is depends on the file system
			}
		}
		same := 0 // the records of a full queue are many
		for same < min(len(real.raw), len(sim.raw)) && real.raw[same] == sim.raw[same] {
			same++
		}
		compare(col, "raw", real.raw[same:], sim.raw[same:])
		compare(col, "fsnotify", real.fsnEv, sim.fsnEv)
		compare(col, "reads", real.reads, sim.reads)
		compare(col, "errs", real.errs, sim.errs)
		compare(col, "wds", real.wds, sim.wds)
	}
	return diffs, nil
}
