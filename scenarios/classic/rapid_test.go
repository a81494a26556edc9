package classic_test

import (
	"context"
	"flag"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// BenchmarkMinimising makes one planted race in 700 steps of noise small: from its recording,
// and as a property of rapid that draws an index at every schedule point, which rapid's own
// shrinking then lowers. It reports the runs that each takes after the first failure, and the
// deviations from the nominal order that are left, of which one is needed. Rapid gives up after
// 30 seconds, as it does unless told otherwise.
func BenchmarkMinimising(b *testing.B) {
	const steps = 700
	s := noisy(1, steps)
	w := sim.NewWorld()
	defer w.Close()
	b.ReportAllocs()
	for b.Loop() {
		small, runs, err := runner.Minimise(context.Background(), runner.Options{Scenario: s, Minimise: minimiseRuns}, planted(b, w, s, steps, 0))
		require.NoError(b, err)
		b.ReportMetric(float64(runs), "runs")
		b.ReportMetric(float64(len(small.Schedule)), "deviations-left")

		runs, left := shrunk(b, w, s)
		b.ReportMetric(float64(runs), "rapid-runs")
		b.ReportMetric(float64(left), "rapid-deviations-left")
	}
}

// shrunk finds a failure of s by choices that rapid draws, and lets rapid shrink them.
func shrunk(b *testing.B, w *sim.World, s *sim.Scenario) (runs, left int) {
	setFlag(b, "rapid.seed", "1")
	setFlag(b, "rapid.checks", "100000")
	setFlag(b, "rapid.nofailfile", "true")
	setFlag(b, "rapid.shrinktime", "30s") // its default
	failures := 0
	tb := &quietTB{TB: b}
	done := make(chan struct{})
	go func() { // rapid ends it at the failure
		defer close(done)
		rapid.Check(tb, func(t *rapid.T) {
			r, err := w.Run(s, sim.Config{Chooser: drawn{t}, Record: true})
			require.NoError(b, err)
			if failures > 0 {
				runs++
			}
			if r.Verdict.Failed() {
				failures, left = failures+1, len(r.Trace.Schedule)
				t.Fatal("found")
			}
		})
	}()
	<-done
	require.True(b, tb.failed, "rapid found no failure")
	return runs, left
}

func setFlag(b *testing.B, name, value string) {
	f := flag.Lookup(name)
	before := f.Value.String()
	require.NoError(b, f.Value.Set(value))
	b.Cleanup(func() { require.NoError(b, f.Value.Set(before)) })
}

// drawn lets rapid choose.
type drawn struct{ t *rapid.T }

func (c drawn) Choose(p *sim.Point) int { return rapid.IntRange(0, p.N-1).Draw(c.t, "choice") }

// quietTB takes a failure without being one.
type quietTB struct {
	testing.TB
	failed bool
}

func (t *quietTB) Log(...any)            {}
func (t *quietTB) Logf(string, ...any)   {}
func (t *quietTB) Error(...any)          { t.failed = true }
func (t *quietTB) Errorf(string, ...any) { t.failed = true }
func (t *quietTB) Fail()                 { t.failed = true }
func (t *quietTB) Failed() bool          { return t.failed }
func (t *quietTB) Fatal(...any)          { t.FailNow() }
func (t *quietTB) Fatalf(string, ...any) { t.FailNow() }
func (t *quietTB) FailNow()              { t.failed = true; runtime.Goexit() }
