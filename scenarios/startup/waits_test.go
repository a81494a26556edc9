package startup

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/stretchr/testify/require"
)

// Who hears that something never comes hears who waits for what: the whole text of
// every kept story of it.
func TestLivenessFindingsSayWhoWaits(t *testing.T) {
	var b strings.Builder
	b.WriteString("Who waits for what in the kept stories in which something never comes.\n")
	for _, s := range All() {
		files, err := runner.Regressions("../testdata/simrun", s.Name)
		require.NoError(t, err)
		for _, path := range files {
			trace, err := runner.LoadSim(path)
			require.NoError(t, err)
			if !slices.Contains([]string{progress, exitA, errA}, trace.Judge[0]) {
				continue
			}
			r, err := runner.Replay(runner.Options{Scenario: s}, trace, false)
			require.NoError(t, err)
			f := r.Trace.Failure
			fmt.Fprintf(&b, "\n%s %s %s\n%s\n", strings.TrimPrefix(s.Name, "startup/"), trace.Variant, filepath.Base(path), f.Message)
			if f.WaitFor != "" {
				fmt.Fprintf(&b, "%s\n", strings.TrimRight(f.WaitFor, "\n"))
			}
		}
	}
	golden.Check(t, "waits", b.String())
}
