package cli_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/store"
)

// TestAKilledCampaign has what it found in the store, though it would have gone on for hours.
func TestAKilledCampaign(t *testing.T) {
	db := filepath.Join(t.TempDir(), "traces.db")
	campaign := exec.Command("simrun", "run", "cart/total", "--runs", "1000000000", "--db", db)
	require.NoError(t, campaign.Start())
	t.Cleanup(func() { _ = campaign.Process.Kill() })
	require.Eventually(t, func() bool { return tracesIn(db) > 0 }, 30*time.Second, 20*time.Millisecond)
	require.NoError(t, campaign.Process.Kill())
	require.Error(t, campaign.Wait())

	d := newDesk(t, lostUpdate())
	d.db = db
	require.Equal(t, 0, d.run(t.Context(), "doctor"), d.out.String())
	require.Equal(t, 1, d.run(t.Context(), "replay", "1"), d.err.String())
	require.Contains(t, d.out.String(), "reproduced: ")
	require.Equal(t, 1, d.run(t.Context(), "run", "cart/total", "--runs", "300"))
	require.Equal(t, 1, tracesIn(db), "the next campaign finds it again, and it is stored once")
}

// tracesIn is the number of traces in a store, 0 if there is none yet.
func tracesIn(path string) int {
	s, err := store.Open(path, store.Options{ReadOnly: true})
	if err != nil {
		return 0
	}
	defer s.Close() //nolint:errcheck // it was only read
	list, err := s.List(context.Background(), "")
	if err != nil {
		return 0
	}
	return len(list)
}
