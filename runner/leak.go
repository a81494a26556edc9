package runner

import (
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// worthLeaks is how many runs a campaign has that looks for leaks.
const worthLeaks = 4 * batchSize

// leaks runs the nominal order twice, then some other one, and the nominal order again,
// in one world: two runs of it that differ show state outside of the world, or that one
// run leaves to the next. That is a failure of the campaign, and the campaign goes on.
// It takes four runs: a campaign of a few runs is one of many, and does without.
func (c *campaign) leaks() error {
	if c.o.Runs < worthLeaks {
		return nil
	}
	first, err := c.judge.record(nil)
	if err != nil {
		return err
	}
	walk := strategy.NewRandomWalk()
	walk.Begin(strategy.Info{Seed: c.o.Seed})
	other := c.o.config(strategy.Chooser(walk, strategy.Data{Seed: c.o.Seed, On: true, Fixed: c.o.Draws}))
	for _, after := range []string{"", "after another run in the same world, "} {
		if after != "" {
			if _, err := c.judge.run(other); err != nil {
				return err
			}
		}
		r, err := c.judge.run(c.o.config(strategy.NewReplay(nil, false)))
		if err != nil {
			return err
		}
		if first.Rolling == r.Rolling && first.Signature == r.Signature() {
			continue
		}
		again := first
		for range 8 { // what is random may come out the same
			if again, err = c.judge.record(nil); err != nil {
				return err
			}
			if again.Rolling != first.Rolling {
				break
			}
		}
		c.leaked(first, after+difference(first, again))
		break
	}
	return nil
}

// leaked reports that two runs of the nominal order differ.
func (c *campaign) leaked(t *sim.Trace, message string) {
	t.Verdict, t.Signature, t.Strategy = sim.Nondeterminism, nondeterminism, "the nominal order, several times"
	t.Failure = sim.Failure{Property: "determinism", Message: message}
	f := &Failure{Signature: nondeterminism, Run: 1, Count: 1, Found: t, Minimal: t}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[nondeterminism] = f
	c.report.Failures = append(c.report.Failures, f)
}
