package hotreload

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
)

// change is what one switch does to the verdicts of the build that has everything.
type change struct {
	appears  []string // cells that fail with the switch flipped
	vanishes []string // cells that do not fail any more
}

// ablations are the switches, flipped one by one on V2rG, and the cells that change.
// Those that are not mentioned change nothing here: they matter together with another
// one, or on a platform of a scenario of its own.
var ablations = map[string]change{
	// What #29393 and #29740 are made of.
	"DeferPending=false": {
		appears:  []string{"tla-timer S6", "two-loads S5", "fd S1", "styles S1", "seed-stale-map S1", "seed-generation S1"},
		vanishes: []string{"tla-stuck L1", "tla-stuck L3", "tla-stuck-visible L1", "tla-stuck-visible L3", "tla-timer L6"},
	},
	"DeferUnreported=false": {
		appears: []string{"drop S1", "map-owed S2h", "fd S1", "styles S1", "seed-stale-map S1", "seed-generation S1"},
	},
	"KeepNonEmptyMap=false": {appears: []string{"empty-map S4"}},
	// The watcher side of 1.4.
	"LendFd=true": {
		appears: []string{"unwatched-main L2", "unwatched-main L5", "fd S8", "fd S2", "fd L2", "styles L2", "seed-stale-map S2", "seed-stale-map L2", "seed-stale-map upstream-test",
			"seed-generation S2", "seed-generation upstream-test"},
	},
	"MainRecreate=false": {
		appears: []string{"unwatched-main L2", "unwatched-main L5", "fd L2", "styles L2", "rm-rename L2"},
	},
	"CursorReset=false": {appears: []string{"read-cursor L2"}},
	"ResetErrors=false": {appears: []string{"timers-dead L4"}},
	// The proposals.
	"PendingRule=A": {
		appears: []string{"two-loads S5", "fd S1", "styles S1", "seed-stale-map S1", "seed-generation S1"},
	},
	"PendingRule=B": {
		appears:  []string{"tla-timer S6", "two-loads S5"},
		vanishes: []string{"tla-stuck L1", "tla-stuck L3", "tla-stuck-visible L1", "tla-stuck-visible L3", "tla-timer L6"},
	},
	"PendingRule=C": {
		appears: []string{"two-loads S5", "fd S1", "styles S1", "seed-stale-map S1", "seed-generation S1"},
	},
	"PendingRule=D": {
		appears:  []string{"two-loads S5", "fd S1", "styles S1", "seed-stale-map S1", "seed-generation S1"},
		vanishes: []string{"tla-stuck L1", "tla-stuck L3", "tla-stuck-visible L1", "tla-stuck-visible L3"},
	},
	"PendingRule=E": {
		vanishes: []string{"tla-stuck L1", "tla-stuck L3", "tla-stuck-visible L1", "tla-stuck-visible L3"},
	},
	"PendingRule=F": {
		appears:  []string{"tla-timer S6"},
		vanishes: []string{"tla-stuck L1", "tla-stuck L3", "tla-stuck-visible L1", "tla-stuck-visible L3", "tla-timer L6"},
	},
	"ReportInBeforeExit=true": {vanishes: []string{"before-exit S1", "before-exit L1", "before-exit L2", "before-exit L3"}},
	"WatchBeforeRead=true":    {vanishes: []string{"watch-gap L2"}},
	// Platforms.
	"AwaitRecreate=true": {appears: []string{"unwatched-main L5"}, vanishes: []string{"rm-rename found"}},
	"LateArm=true": {
		appears: []string{"stale-inode L2", "unwatched-main L2", "unwatched-main L5", "fd L2", "styles L2", "seed-stale-map L2",
			"seed-generation L2", "rm-rename L2"},
	},
	// How long the watcher waits changes what is seen at all, and loses nothing.
	"CoalesceNs=0":         {},
	"Coalesce=drain-loop":  {},
	"LockedLookup=false":   {},
	"EvictFirst=false":     {},
	"DedupHashes=true":     {},
	"ReportBy=flag":        {},
	"ParkBound=240s":       {},
	"Overflow=shutdown":    {},
	"RefillLimit=8":        {},
	"RegisteredIndex=true": {},
}

// guards are the ablations that say what each switch is for.
var guards = []string{
	"CursorReset=false", "DeferPending=false", "DeferUnreported=false", "KeepNonEmptyMap=false", "MainRecreate=false", "ResetErrors=false",
}

// Each switch changes the cells that it should, and no other.
func TestAblation(t *testing.T) {
	measure := os.Getenv("ABLATE") != ""
	names, schedules := slices.Sorted(maps.Keys(ablations)), 60
	switch {
	case measure:
		names, schedules = allFlips(), 150
	case testing.Short():
		names, schedules = guards, 10
	}
	for _, flip := range names {
		t.Run(flip, func(t *testing.T) {
			t.Parallel()
			got := ablate(t, flip, ablations[flip], schedules)
			if measure {
				t.Logf("\n%q: {appears: %#v, vanishes: %#v},", flip, got.appears, got.vanishes)
				return
			}
			assert.ElementsMatch(t, ablations[flip].appears, got.appears, "appears")
			assert.ElementsMatch(t, ablations[flip].vanishes, got.vanishes, "vanishes")
		})
	}
}

// allFlips are all values of all switches that V2rG does not have.
func allFlips() []string {
	var out []string
	for _, s := range switches {
		for _, o := range s.options[1:] {
			out = append(out, s.name+"="+o)
		}
	}
	return out
}

// ablate finds out which cells of V2rG change when one switch is flipped.
func ablate(t *testing.T, flip string, expected change, schedules int) (got change) {
	t.Helper()
	params := flipped(t, flip)
	for _, s := range light() {
		if !slices.Contains(s.Variants, "V2rG") {
			continue
		}
		for _, p := range s.Properties {
			name := short(s) + " " + p.Name
			o := runner.Options{
				Scenario: s, Variant: "V2rG", Judge: []string{p.Name}, Params: params, Runs: schedules, StopAtFirst: true, Minimise: -1, Workers: 1,
			}
			failed := slices.Contains(s.Expected("V2rG", "").Fails, p.Name)
			vanishes := slices.Contains(expected.vanishes, name)
			appears := slices.Contains(expected.appears, name)
			if appears || failed && !vanishes && !rare[name] {
				o.Runs = within
			}
			fails := len(explore(t, o).Failures) > 0
			switch {
			case fails && !failed && (appears || !rare[name]):
				got.appears = append(got.appears, name)
			case !fails && failed && (vanishes || !rare[name]):
				got.vanishes = append(got.vanishes, name)
			}
		}
	}
	return got
}

// rare are cells that fail in so few schedules that not to see them says nothing.
var rare = map[string]bool{
	"unwatched-import L5": true, "watch-gap L2": true, "styles S2": true, "styles S3": true, "styles L6": true,
	"before-exit L1": true, "before-exit L2": true, "before-exit L3": true, "double-eval once": true,
	"seed-generation L2": true, // with LendFd=true: 9 of 20,000
}

// flipped pins one switch.
func flipped(t *testing.T, flip string) map[string]int64 {
	t.Helper()
	for _, s := range switches {
		for i, o := range s.options {
			if s.name+"="+o == flip {
				return map[string]int64{s.name: int64(i)}
			}
		}
	}
	require.Fail(t, "no switch "+flip)
	return nil
}
