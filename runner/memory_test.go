package runner_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
)

// mostKept is what an exploration may keep, however long it is: the table of
// [runner.MaxClasses] orders has 32 MB of it.
const mostKept = 48 << 20

// A long exploration stays below a fixed bound of memory, although each of its runs may show
// an order that no other has. Ten million schedules are part of the whole effort only.
func TestMemoryIsFlat(t *testing.T) {
	first, last := 10_000, 100_000
	if simtest.Whole() {
		first, last = 1_000_000, 10_000_000
	}
	early, late := uint64(0), uint64(0)
	kept := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	r := explore(t, runner.Options{Scenario: bank(), Variant: "locked", Runs: last, Progress: func(p runner.Progress) {
		if early == 0 && p.Runs >= first {
			early = kept()
		}
		if late == 0 && p.Runs >= last-last/100 {
			late = kept()
		}
	}})
	require.Equal(t, last, r.Runs)
	t.Logf("%d schedules: %d KB kept, %d classes; after %d: %d KB", last, late>>10, r.Classes, first, early>>10)
	require.Positive(t, early)
	require.Positive(t, late)
	require.LessOrEqual(t, late, uint64(mostKept))
	if simtest.Whole() {
		require.LessOrEqual(t, late, 3*early, "what is kept of the first schedules is all there")
	}
}
