package runner_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

func explore(t testing.TB, o runner.Options) *runner.Report {
	t.Helper()
	r, err := runner.Explore(context.Background(), o)
	require.NoError(t, err)
	return r
}

// bank is a small scenario with everything that can go wrong: two clerks count
// money without a lock (lost update), in a bank that may lose power. Variant
// "locked" is right; "careless" panics instead when there is nothing to add.
func bank() *sim.Scenario {
	return &sim.Scenario{
		Name: "bank/count", Variants: []string{"racy", "locked", "careless"},
		Params: []sim.ParamDoc{{Label: "clerks"}, {Label: "coins"}},
		Build: func(w *sim.World) {
			clerks, coins := w.Draw().Int("clerks", 2, 4), w.Draw().Int("coins", 1, 5)
			lock, money := w.NewMutex("lock"), w.Resource("money")
			crowded := w.Sometimes("crowded")
			counted, sum, busy := 0, 0, 0
			for i := range clerks {
				w.Process(fmt.Sprint("clerk", i+1), func(p *sim.Proc) {
					p.Sleep("arrive", time.Duration(i)*100*time.Microsecond)
					for range coins {
						if w.Variant() == "locked" {
							lock.Lock()
						}
						p.Step("read")
						w.Read(money)
						v := sum
						if busy++; busy > 1 {
							crowded.Reached()
						}
						if w.Variant() == "careless" && busy > 2 {
							panic("too many clerks")
						}
						p.Step("write")
						w.Write(money)
						busy--
						sum = v + 1
						if w.Fault("blackout") {
							p.Sleep("dark", time.Millisecond)
						}
						counted++
						if w.Variant() == "locked" {
							lock.Unlock()
						}
					}
				})
			}
			w.Eventually("every coin counts", 0, func() bool { return sum == clerks*coins && counted == clerks*coins })
		},
	}
}

// words is a report as text.
func words(r *runner.Report) string {
	s := fmt.Sprintf("%s %s %s: %d runs, %d failing, %d classes, goals %v %v, claim %q, exhausted %v\n",
		r.Scenario, r.Variant, r.Strategy, r.Runs, r.Failing, r.Classes, r.Goals, r.Reached, r.Claim, r.Exhausted)
	for _, f := range r.Failures {
		s += fmt.Sprintf("  %s: run %d, %d times, minimised in %d runs\n", f.Signature, f.Run, f.Count, f.Executions)
		for _, d := range f.Minimal.Schedule {
			s += "    " + d.String() + "\n"
		}
	}
	return s
}
