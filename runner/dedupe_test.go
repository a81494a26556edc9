package runner_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// crowd lets several tellers of one kind lose a coin, each under a signature of its own;
// the cashier loses one in another way.
func crowd() *sim.Scenario {
	return &sim.Scenario{Name: "test/crowd", Properties: []sim.PropertyDoc{{Name: "coin"}}, Build: func(w *sim.World) {
		box, res := 0, w.Resource("box")
		for _, name := range []string{"teller1", "teller2", "teller3", "teller4", "cashier"} {
			w.Process(name, func(p *sim.Proc) {
				p.StepFor(w.Label("wait"), sim.Micros(1, 20*float64(len(name)+int(name[len(name)-1]-'0')%10), 400))
				p.Step("look")
				w.Read(res)
				seen := box
				p.Step("put")
				w.Write(res)
				if box != seen {
					w.Fail("coin", name, "a coin of %s is lost", name)
				}
				box++
			})
		}
	}}
}

// Failures that differ only in which of several equal processes it hit are one bug.
func TestOneBugIsToldOnce(t *testing.T) {
	r := explore(t, runner.Options{Scenario: crowd(), Runs: 2000})
	require.NotEmpty(t, r.Failures)
	seen := make(map[string]int)
	merged := 0
	for _, f := range r.Failures {
		merged += len(f.Same)
		for _, s := range append([]string{f.Signature}, f.Same...) {
			seen[s]++
			require.Equal(t, 1, seen[s], "%s is counted once", s)
		}
	}
	require.NotZero(t, merged, "some of the tellers are told as one")
	total := 0
	for _, f := range r.Failures {
		total += f.Count
	}
	require.Equal(t, r.Failing, total)
}
