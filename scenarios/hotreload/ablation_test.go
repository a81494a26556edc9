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
var ablations = map[string]change{}

// Each switch changes the cells that it should, and no other.
func TestAblation(t *testing.T) {
	measure := os.Getenv("ABLATE") != ""
	names := slices.Sorted(maps.Keys(ablations))
	if measure {
		names = allFlips()
	}
	for _, flip := range names {
		t.Run(flip, func(t *testing.T) {
			t.Parallel()
			got := ablate(t, flip, ablations[flip], 150)
			if measure {
				t.Logf("\n%q: {appears: %#v, vanishes: %#v},", flip, got.appears, got.vanishes)
				return
			}
			assert.Equal(t, ablations[flip], got)
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
			name := s.Name[len("hotreload/"):] + " " + p.Name
			o := runner.Options{
				Scenario: s, Variant: "V2rG", Judge: []string{p.Name}, Params: params, Runs: schedules, StopAtFirst: true, Minimise: -1, Workers: 1,
			}
			if slices.Contains(expected.appears, name) {
				o.Runs = within
			}
			fails := len(explore(t, o).Failures) > 0
			switch failed := slices.Contains(s.Expected("V2rG", "").Fails, p.Name); {
			case fails && !failed:
				got.appears = append(got.appears, name)
			case !fails && failed && !hard[name]:
				got.vanishes = append(got.vanishes, name)
			}
		}
	}
	return got
}

// hard are cells that fail in so few schedules that not to see them says nothing.
var hard = map[string]bool{}

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
