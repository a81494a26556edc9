package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
)

// signed is a failure of a signature, with so many deviations.
func signed(seed int64, signature string, deviations int) *sim.Trace {
	t := typicalTrace(seed, 200)
	t.Signature = signature
	for len(t.Schedule) < deviations {
		t.Schedule = append(t.Schedule, t.Schedule[0])
	}
	return t
}

func passing(seed int64) *sim.Trace {
	t := typicalTrace(seed, 200)
	t.Verdict, t.Signature, t.Failure = sim.Pass, "", sim.Failure{}
	return t
}

// pruned is a store of 40 passes and 60 failures of three signatures, two of them once.
func pruned(t *testing.T) *Store {
	s := openAt(t, filepath.Join(t.TempDir(), "traces.db"), Options{})
	add(t, s, signed(1000, "violation rare", 9), signed(1001, "violation rarer", 9))
	for i := range 40 {
		add(t, s, passing(int64(i)))
	}
	for i := range 58 {
		add(t, s, signed(int64(2000+i), "violation common", 2+i%3))
	}
	flush(t, s)
	return s
}

func (s *Store) signatures(t *testing.T) map[string]int {
	t.Helper()
	list, err := s.List(context.Background(), "")
	require.NoError(t, err)
	got := map[string]int{}
	for _, l := range list {
		got[l.Signature]++
	}
	return got
}

func TestPruneRemovesWhatIsWorthLeast(t *testing.T) {
	ctx := context.Background()
	s := pruned(t)
	before, err := bytesInUse(ctx, s.read)
	require.NoError(t, err)

	// What passed goes first.
	p, err := s.Prune(ctx, PruneOptions{MaxBytes: before * 9 / 10})
	require.NoError(t, err)
	assert.Zero(t, p.Failures)
	assert.Positive(t, p.Passes)
	assert.LessOrEqual(t, p.After, before*9/10)
	assert.Equal(t, 100-p.Passes, p.Kept)

	// Then what is told by another trace. The shortest of each stays, whatever the limit.
	p, err = s.Prune(ctx, PruneOptions{MaxBytes: 1})
	require.NoError(t, err)
	assert.Greater(t, p.After, int64(1))
	assert.Equal(t, 57, p.Failures)
	assert.Equal(t, map[string]int{"violation common": 1, "violation rare": 1, "violation rarer": 1}, s.signatures(t))
	list, err := s.List(ctx, "signature = 'violation common'")
	require.NoError(t, err)
	assert.Equal(t, 2, list[0].Deviations)

	// Unless it is asked for by name.
	p, err = s.Prune(ctx, PruneOptions{MaxBytes: 1, Last: true})
	require.NoError(t, err)
	assert.Equal(t, 3, p.Failures)
	assert.Empty(t, s.signatures(t))
	require.NoError(t, s.Close())
	requireSound(t, s.Path())
}

func TestPruneGivesTheSpaceBack(t *testing.T) {
	ctx := context.Background()
	s := pruned(t)
	require.NoError(t, s.AddCampaign(ctx, Campaign{Scenario: "x", Counts: []Count{{Runs: 1000}}}))
	_, err := s.Prune(ctx, PruneOptions{MaxBytes: 128 << 10})
	require.NoError(t, err)
	info, err := os.Stat(s.Path())
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(128<<10))
	assert.Zero(t, fileSize(s.Path()+"-wal"))
	campaigns, err := s.Campaigns(ctx, "")
	require.NoError(t, err)
	assert.Len(t, campaigns, 1)
}

func TestPruneOnlyTells(t *testing.T) {
	ctx := context.Background()
	s := pruned(t)
	p, err := s.Prune(ctx, PruneOptions{MaxBytes: 1, DryRun: true})
	require.NoError(t, err)
	assert.Equal(t, 40, p.Passes)
	assert.Equal(t, 57, p.Failures)
	list, err := s.List(ctx, "")
	require.NoError(t, err)
	assert.Len(t, list, 100)

	p, err = s.Prune(ctx, PruneOptions{MaxBytes: 1 << 30})
	require.NoError(t, err)
	assert.Equal(t, Pruned{Before: p.Before, After: p.Before, Kept: 100}, p)
}
