package sim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

const ms = time.Millisecond

// debt is a world in which A opens an obligation, works, and then does f.
func debt(within time.Duration, f func(p *sim.Proc, o *sim.Obligation)) *sim.Scenario {
	return build(func(w *sim.World) {
		o := w.Obligation("reply", within).DescribePrefix("request ")
		w.Process("A", func(p *sim.Proc) {
			o.Open(1)
			p.Step("work")
			f(p, o)
		})
	})
}

func TestObligations(t *testing.T) {
	for name, c := range map[string]struct {
		s               *sim.Scenario
		signature, text string
	}{
		"closed":       {debt(0, func(_ *sim.Proc, o *sim.Obligation) { o.Close(1) }), "", ""},
		"superseded":   {debt(0, func(_ *sim.Proc, o *sim.Obligation) { o.Supersede(1) }), "", ""},
		"opened again": {debt(0, func(_ *sim.Proc, o *sim.Obligation) { o.Close(1); o.Open(1); o.Close(1) }), "", ""},
		"closed twice": {
			debt(0, func(_ *sim.Proc, o *sim.Obligation) { o.Close(1); o.Close(1) }),
			"violation reply: closed twice", "request 1 was closed twice",
		},
		"another closed": {
			debt(0, func(_ *sim.Proc, o *sim.Obligation) { o.Close(2) }),
			"violation reply: closed without having been opened", "request 2 was closed without having been opened",
		},
		"never closed": {
			debt(0, func(*sim.Proc, *sim.Obligation) {}),
			"violation reply: not closed", "request 1 was not closed, and the world is at rest",
		},
		"never closed, with a bound": {
			debt(10*ms, func(*sim.Proc, *sim.Obligation) {}),
			"violation reply: not closed", "request 1 was not closed, and the world is at rest",
		},
		"closed within the bound of calm": {
			debt(10*ms, func(p *sim.Proc, o *sim.Obligation) { p.World().Calm(); p.Sleep("nap", 9*ms); o.Close(1) }), "", "",
		},
		"closed after the bound of calm": {
			debt(10*ms, func(p *sim.Proc, o *sim.Obligation) { p.World().Calm(); p.Sleep("nap", 11*ms); o.Close(1) }),
			"violation reply: not closed", "request 1 was not closed within 10ms of calm",
		},
		"closed late, but before calm": {
			debt(10*ms, func(p *sim.Proc, o *sim.Obligation) { p.Sleep("nap", time.Second); o.Close(1) }), "", "",
		},
		"opened in calm, closed in time": {
			debt(10*ms, func(p *sim.Proc, o *sim.Obligation) {
				o.Close(1)
				p.World().Calm()
				p.Sleep("nap", 15*ms)
				o.Open(7)
				p.Sleep("nap", 9*ms)
				o.Close(7)
			}), "", "",
		},
		"opened in calm, too late": {
			debt(10*ms, func(p *sim.Proc, o *sim.Obligation) {
				o.Close(1)
				p.World().Calm()
				p.Sleep("nap", 15*ms)
				o.Open(7)
				p.Sleep("nap", 11*ms)
				o.Close(7)
			}), "violation reply: not closed", "request 7 was not closed within 10ms of calm",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, c.s, sim.Config{})
			require.Equal(t, c.signature, r.Signature())
			require.Equal(t, c.text, r.Failure.Message)
		})
	}
}

func TestObligationOpenedTwiceIsAMistake(t *testing.T) {
	s := debt(0, func(_ *sim.Proc, o *sim.Obligation) { o.Open(1) })
	require.Equal(t, `scenario "test": obligation "reply": request 1 is opened while it is open`, mistake(t, s, sim.Config{}))
}

// Keys are called as the scenario says.
func TestObligationNamesItsKeys(t *testing.T) {
	s := build(func(w *sim.World) {
		w.Obligation("reply", 0).Describe(func(k int64) string { return string(rune('a' + k)) }).Open(2)
	})
	require.Equal(t, "c was not closed, and the world is at rest", run(t, s, sim.Config{}).Failure.Message)
}

// Always is checked after every event, the set-up included, and the first
// failure ends the run.
func TestAlways(t *testing.T) {
	below := func(limit int) *sim.Scenario {
		return build(func(w *sim.World) {
			n := 0
			w.Always("below", func() error {
				if n >= limit {
					return errors.New("too many")
				}
				return nil
			})
			w.Process("A", func(p *sim.Proc) {
				for range 5 {
					p.Step("count")
					n++
				}
			})
		})
	}
	require.Equal(t, sim.Pass, run(t, below(6), sim.Config{}).Verdict)
	r := run(t, below(3), sim.Config{})
	require.Equal(t, sim.Failure{Property: "below", Message: "too many", Step: 4}, r.Failure)
	require.Equal(t, 4, r.Steps, "it ends there")
	require.Equal(t, 0, run(t, below(0), sim.Config{}).Failure.Step)
}

// Eventually is about the time after calm: at rest if it has no bound.
func TestEventually(t *testing.T) {
	for name, c := range map[string]struct {
		within, calmAt, trueAt time.Duration
		fails                  string
	}{
		"at rest":                       {within: 0, calmAt: 0, trueAt: 20 * ms},
		"never":                         {within: 0, calmAt: 0, trueAt: -1, fails: "did not come true, and the world is at rest"},
		"within the bound":              {within: 10 * ms, calmAt: 5 * ms, trueAt: 14 * ms},
		"beyond the bound":              {within: 10 * ms, calmAt: 5 * ms, trueAt: 16 * ms, fails: "did not come true within 10ms of calm"},
		"before calm":                   {within: 10 * ms, calmAt: 40 * ms, trueAt: 3 * ms},
		"late, but calm begins at rest": {within: 10 * ms, calmAt: time.Hour, trueAt: 500 * ms},
		"never, with a bound":           {within: 10 * ms, calmAt: time.Hour, trueAt: -1, fails: "did not come true, and the world is at rest"},
	} {
		t.Run(name, func(t *testing.T) {
			s := build(func(w *sim.World) {
				done := false
				w.Eventually("done", c.within, func() bool { return done })
				w.Process("A", func(p *sim.Proc) {
					if c.trueAt >= 0 {
						p.Sleep("work", c.trueAt)
						done = true
					}
				})
				w.Process("B", func(p *sim.Proc) {
					if c.calmAt < time.Hour {
						p.Sleep("storm", c.calmAt)
						w.Calm()
					}
				})
			})
			r := run(t, s, sim.Config{})
			require.Equal(t, c.fails, r.Failure.Message)
			require.Equal(t, c.fails != "", r.Verdict == sim.Violation)
		})
	}
}

// It is enough that it was true once after calm began.
func TestEventuallyMayPass(t *testing.T) {
	s := build(func(w *sim.World) {
		on := false
		w.Eventually("on", 0, func() bool { return on })
		w.Process("A", func(p *sim.Proc) {
			w.Calm()
			p.Step("on")
			on = true
			p.Step("off")
			on = false
		})
	})
	require.Equal(t, sim.Pass, run(t, s, sim.Config{}).Verdict)
}

func TestSometimes(t *testing.T) {
	s := build(func(w *sim.World) {
		a, b := w.Sometimes("a"), w.Sometimes("b")
		_ = a
		w.Process("A", func(p *sim.Proc) {
			p.Step("s")
			b.Reached()
			b.Reached()
		})
	})
	r := run(t, s, sim.Config{})
	require.Equal(t, []string{"a", "b"}, r.Goals)
	require.Equal(t, []bool{false, true}, r.Reached)
}

// Only the first failure of a run counts, and signatures hold no numbers that
// change from run to run.
func TestFirstFailureCounts(t *testing.T) {
	s := build(func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			p.Step("s")
			w.Fail("lost", "the key", "lost key %d", 42)
			w.Fail("found", "", "found it")
			panic("too late")
		})
	})
	r := run(t, s, sim.Config{})
	require.Equal(t, "violation lost: the key", r.Signature())
	require.Equal(t, "lost key 42", r.Failure.Message)
}
