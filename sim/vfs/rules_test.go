package vfs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/vfs"
)

func TestRulesAreWellFormed(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range vfs.Rules() {
		require.False(t, seen[r.ID], "two rules %s", r.ID)
		seen[r.ID] = true
		require.Regexp(t, `^[a-z]+\.[a-z-]+$`, r.ID)
		require.NotEmpty(t, r.What)
		require.NotEmpty(t, r.Systems)
		require.Contains(t, []string{"observed", "source", "known"}, r.Evidence.String())
	}
}
