package store

import (
	"context"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// Every query of the page runs, and has something to say about a store with failures.
func TestQueriesOfThePage(t *testing.T) {
	ctx := context.Background()
	page, err := os.ReadFile("QUERIES.md")
	require.NoError(t, err)
	s := openTest(t, Options{})
	large := typicalTrace(2, 50)
	large.Minimised = 0
	add(t, s, typicalTrace(1, 70), large)
	require.NoError(t, s.AddCampaign(ctx, Campaign{
		Scenario: "hotreload/drop", Variant: "V1", Strategy: "portfolio", Seed: "1", Stopped: "runs", Started: time.Unix(0, 0),
		Counts: []Count{
			{Strategy: "pct", Verdict: sim.Pass, Runs: 999, Steps: 14_985},
			{Strategy: "pct", Verdict: sim.Violation, Signature: "violation S1: generation 0", Runs: 12, Steps: 160},
		},
	}))
	require.NoError(t, s.Flush(ctx))
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllSubmatch(page, -1)
	require.Greater(t, len(blocks), 8)
	for _, b := range blocks {
		r, err := s.Query(ctx, string(b[1]))
		require.NoError(t, err)
		require.NotEmpty(t, r.Rows, "%s", b[1])
		require.Empty(t, r.Limits)
	}
}
