package jsloop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

func scenario(build func(w *sim.World)) *sim.Scenario {
	return &sim.Scenario{Name: "test", Build: build}
}

func runOnce(t testing.TB, s *sim.Scenario, cfg sim.Config) *sim.Result {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s, cfg)
	require.NoError(t, err)
	return r
}

// explored runs s under many schedules and counts what they come to, by signature.
// seen, if not nil, is called after each run.
func explored(t testing.TB, s *sim.Scenario, profile string, runs int, seen func()) map[string]int {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	walk, count := strategy.NewRandomWalk(), make(map[string]int)
	for seed := range uint64(runs) {
		walk.Begin(strategy.Info{Seed: seed})
		data := strategy.Data{Seed: seed, On: true}
		r, err := w.Run(s, sim.Config{Profile: profile, Chooser: strategy.Chooser(walk, data)})
		require.NoError(t, err)
		count[r.Signature()]++
		if seen != nil {
			seen()
		}
	}
	return count
}

// failing is the recorded run of the first schedule that fails.
func failing(t testing.TB, s *sim.Scenario, profile string) *sim.Trace {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	walk := strategy.NewRandomWalk()
	for seed := range uint64(10_000) {
		walk.Begin(strategy.Info{Seed: seed})
		data := strategy.Data{Seed: seed, On: true}
		r, err := w.Run(s, sim.Config{Profile: profile, Chooser: strategy.Chooser(walk, data), Record: true})
		require.NoError(t, err)
		if r.Verdict.Failed() {
			return r.Trace
		}
	}
	t.Fatal("no schedule fails")
	return nil
}

// tell writes a trace, one line an event.
func tell(t *sim.Trace) string {
	var b strings.Builder
	for i, e := range t.Events {
		var what []string
		for _, o := range e.Outcomes {
			what = append(what, fmt.Sprintf("%v %s = %d", o.Kind, o.Name, o.Value))
		}
		what = append(what, e.Notes...)
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(fmt.Sprintf("%10v  %-28s %s", e.Time, t.EventName(i), strings.Join(what, "; ")), " "))
	}
	fmt.Fprintf(&b, "%v", t.Verdict)
	if t.Verdict.Failed() {
		fmt.Fprintf(&b, ": %s", t.Failure.Message)
	}
	fmt.Fprintln(&b)
	for _, d := range t.Schedule {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}
