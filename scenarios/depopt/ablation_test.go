package depopt

import (
	"slices"
	"strings"
	"testing"

	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fails are the properties of a scenario that exploration finds violated, one after the
// other: what has been found is not judged any more.
func fails(t testing.TB, s *sim.Scenario, o runner.Options) []string {
	t.Helper()
	o.Scenario, o.Workers, o.Minimise, o.StopAtFirst = s, 1, -1, true
	var found []string
	for _, p := range s.Properties {
		o.Judge = append(o.Judge, p.Name)
	}
	for len(o.Judge) > 0 {
		r := explore(t, o)
		if len(r.Failures) == 0 {
			break
		}
		f := r.Failures[0].Found.Failure
		i := slices.Index(o.Judge, f.Property)
		require.GreaterOrEqual(t, i, 0, "%s: %s", f.Property, f.Message)
		found = append(found, f.Property)
		o.Judge = slices.Delete(slices.Clone(o.Judge), i, i+1)
	}
	slices.Sort(found)
	return found
}

// ablated says which cells of the scenarios with known verdicts another value of one switch
// changes: properties that fail in addition, and with a minus those that do not fail any
// more. What is not in it must not change.
var ablated = map[string]string{
	// Under the merged fix. Without its part of the bridge the entry is a ghost again.
	"after-832 ghost=false ghost":           "L1 S1",
	"after-832 ghost=false bridge":          "L1 L4 L5 S1 -S3",
	"after-832 ghost=false reimport-static": "A1 S1",
	// Without invalidation the worker never hears of it; it does not get so far as to run
	// a file twice. Sending alone changes no verdict, in neither direction.
	"after-832 graph=false desync": "L1 L5 -S3",
	"after-832 graph=false bridge": "L1 L4 L5 -S3",
	// Nobody is sent back: no retry, or one that no error reaches.
	"after-832 retry=false desync":      "-S5",
	"after-832 retry=false bridge":      "-S5",
	"after-832 retry=false effects":     "-S5",
	"after-832 position=before desync":  "-S5",
	"after-832 position=before bridge":  "-S5",
	"after-832 position=before effects": "-S5",
	// A lax gate refuses nothing: the first attempt is good, with files of another version,
	// and a request goes on in the new generation with the old names.
	"after-832 gate=unversioned client-lazy": "-L1(1)",
	"after-832 gate=ignore client-lazy":      "-L1(1)",
	"after-832 gate=unversioned desync":      "-L1(1) -S5",
	"after-832 gate=ignore desync":           "-L1(1) -S5",
	"after-832 gate=unversioned inflight":    "-L1(1)",
	"after-832 gate=ignore inflight":         "-L1(1)",
	"after-832 gate=unversioned bridge":      "-L1(1) -S5",
	"after-832 gate=ignore bridge":           "-L1(1) -S5",
	"after-832 gate=unversioned state":       "S3",
	"after-832 gate=ignore state":            "S3",
	"after-832 gate=unversioned effects":     "-S5",
	"after-832 gate=ignore effects":          "-S5",
	"after-832 gate=unversioned alias":       "-L1",
	"after-832 gate=ignore alias":            "-L1",
	// State outside of all modules outlives them; with stable names of chunks there is no
	// reload, for rt and dep-a have made the chunk before.
	"after-832 state=global state":  "-S4",
	"after-832 naming=stable state": "-S4",
	// Emptied maps have no ghosts.
	"after-832 evict=true alias": "-L1 -S1",

	// The same before the fix: each part by itself.
	"before-832 ghost=true ghost":             "-L1 -S1",
	"before-832 evict=true ghost":             "-L1 -S1",
	"before-832 evict=true alias":             "-L1 -S1",
	"before-832 graph=true desync":            "S3 -L1 -L5",
	"before-832 graph=true bridge":            "S1", // the bridge entry is asked for again, by its bare name
	"before-832 retry=true desync":            "S5",
	"before-832 retry=true bridge":            "L4 S5", // an endless 500 becomes an endless 307
	"before-832 retry=true effects":           "S5",
	"before-832 gate=unversioned client-lazy": "-L1(1)",
	"before-832 gate=ignore client-lazy":      "-L1(1)",
	"before-832 gate=unversioned ghost":       "-L1",
	"before-832 gate=ignore ghost":            "-L1",
	"before-832 gate=unversioned desync":      "-L1 -L1(1)",
	"before-832 gate=ignore desync":           "-L1 -L1(1)",
	"before-832 gate=unversioned inflight":    "-L1(1)",
	"before-832 gate=ignore inflight":         "-L1(1)",
	"before-832 gate=unversioned bridge":      "-L1 -L1(1)",
	"before-832 gate=ignore bridge":           "-L1 -L1(1)",
	"before-832 gate=unversioned state":       "S3",
	"before-832 gate=ignore state":            "S3",
	"before-832 gate=unversioned alias":       "-L1",
	"before-832 gate=ignore alias":            "-L1",
	"before-832 state=global state":           "-S4",
	"before-832 naming=stable state":          "-S4",
}

// One switch changes the cells that it should, and no other.
func TestAblation(t *testing.T) {
	t.Parallel()
	changed := 160 // schedules
	if simtest.Whole() {
		changed = 1000
	}
	unchanged, bases := changed, []string{"after-832", "before-832"}
	if testing.Short() {
		bases = bases[:1]
		unchanged = 5 // enough to see what fails in addition, not what fails no more
	}
	for _, base := range bases {
		cfg, err := model.Find(base)
		require.NoError(t, err)
		for _, s := range known() {
			o := runner.Options{Variant: base, Profile: "laptop", Runs: changed}
			before := fails(t, s, o)
			for _, name := range model.Switches() {
				for _, value := range model.SwitchValues(name) {
					if value == cfg.Get(name) {
						continue
					}
					key := base + " " + name + "=" + value + " " + strings.TrimPrefix(s.Name, "depopt/")
					o.Params, o.Runs = map[string]int64{name: option(name, value)}, changed
					if ablated[key] == "" {
						o.Runs = unchanged
					}
					got := difference(before, fails(t, s, o))
					if o.Runs < changed && strings.HasPrefix(got, "-") {
						continue
					}
					assert.Equal(t, ablated[key], got, "%s", key)
				}
			}
		}
	}
}

// known are the scenarios with known verdicts.
func known() []*sim.Scenario {
	var out []*sim.Scenario
	for _, s := range All() {
		if _, ok := table[strings.TrimPrefix(s.Name, "depopt/")]; ok {
			out = append(out, s)
		}
	}
	return out
}

// difference is what is new in now, and with a minus what is gone.
func difference(before, now []string) string {
	var out []string
	for _, p := range now {
		if !slices.Contains(before, p) {
			out = append(out, p)
		}
	}
	for _, p := range before {
		if !slices.Contains(now, p) {
			out = append(out, "-"+p)
		}
	}
	return strings.Join(out, " ")
}
