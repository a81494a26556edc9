package recycle

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
)

// Who hears that something never ends hears who waits for what. A render that is
// dropped waits for nothing: it says so.
func TestLivenessFindingsSayWhoWaits(t *testing.T) {
	told := make(map[string]string)
	for _, s := range All() {
		files, err := runner.Regressions("../testdata/simrun", s.Name)
		require.NoError(t, err)
		for _, path := range files {
			trace, err := runner.LoadSim(path)
			require.NoError(t, err)
			if !slices.Contains(trace.Judge, live) {
				continue
			}
			r, err := runner.Replay(runner.Options{Scenario: s}, trace, false)
			require.NoError(t, err)
			told[s.Name] = r.Trace.Failure.Message
		}
	}
	require.Equal(t, map[string]string{
		"recycle/harness": `the bring-up failed at step 3: the budget of the bring-up is over
harness waits for the close of its listener on 127.0.0.1:4201 to complete
the listener waits for the end of the connection of prerender#1, GET /_host-shell-hash
the end of the connection stands behind the request, which nobody reads: prerender#1 gave up long ago`,
		"recycle/half-failure": "the recycle of prerender#1 has not ended within 3m0s: prerender#1 waits for page 6 to close",
		"recycle/sigterm":      "prerender#1 was told to end while it rendered card, and ended without an answer",
	}, told)
}
