package vfs_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
	"github.com/seed-3519b94c/simrun/sim/vfs/writers"
)

// Which sizes somebody sees who looks while 2 MiB are rewritten on ext4 (RULES 1.5,
// observed).
func TestSizesSeenDuringASave(t *testing.T) {
	for plan, want := range map[string][]string{
		"node.writeFileSync":      {"1024K", "0K", "2048K"},
		"node.stream":             {"1024K", "0K", "2048K"},
		"node.promises.writeFile": {"1024K", "0K", "512K", "1536K", "2048K"},
		"node.copyFileSync":       {"1024K", "0K", "2048K"},
		"go.WriteFile":            {"1024K", "0K", "2048K"},
		"atomic":                  {"1024K", "2048K"},
		"git.checkout":            {"1024K", "ENOENT", "0K", "2048K"},
	} {
		t.Run(plan, func(t *testing.T) {
			seen := map[string]bool{}
			outcomes(t, 100, func(w *sim.World, _ *[]string) {
				disk := vfs.New(w)
				disk.Parts, disk.GrowsAtOnce = 4, true
				disk.WriteFile("a", env.Fill("o", 1<<20, 1))
				w.Process("writer", func(p *sim.Proc) {
					how, _ := writers.Named(plan)
					require.NoError(t, how.Run(p, disk.Group(), "a", env.Fill("n", 2<<20, 2)))
				})
				w.Process("reader", func(*sim.Proc) {
					files := disk.Group()
					for range 12 {
						if st, err := files.Stat("a"); err != nil {
							seen[err.Error()] = true
						} else {
							seen[fmt.Sprintf("%dK", st.Size>>10)] = true
						}
					}
				})
			})
			require.ElementsMatch(t, want, slices.Collect(maps.Keys(seen)))
		})
	}
}
