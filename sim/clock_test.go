package sim_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// taking makes a chooser that takes alternative 0, but value v for choices of a kind.
func taking(t *testing.T, kind sim.Kind, v func(p *sim.Point) int64) sim.Chooser {
	return choose(func(p *sim.Point) int {
		if p.Kind != kind {
			return 0
		}
		alt, ok := p.Alternative(v(p))
		require.True(t, ok)
		return alt
	})
}

// Reading the clock is a choice among the instants that are possible, and what
// was read holds from then on: the clock never goes back, a second reading at the
// same instant is the same, and timers keep their distance from it.
func TestNowPins(t *testing.T) {
	var before, again, after, timer time.Duration
	s := &sim.Scenario{
		Name: "test", Profiles: []*sim.Profile{{Name: "p", Step: sim.Micros(1, 2, 100)}},
		Build: func(w *sim.World) {
			w.Process("A", func(p *sim.Proc) {
				p.Step("s")
				before, again = p.Now(), p.Now()
				p.Step("s")
				after = p.Now()
			})
			w.Process("T", func(p *sim.Proc) {
				p.Sleep("timer", 50*time.Microsecond)
				timer = p.Now()
			})
		},
	}
	s.Profiles[0].Windows = map[string]sim.Window{"timer": {}}
	for us, want := range map[int64]string{
		1:   "1µs 1µs 2µs 50µs",
		2:   "2µs 2µs 3µs 50µs",
		40:  "40µs 40µs 41µs 50µs",
		100: "100µs 100µs 101µs 50µs", // in an order in which the timer came first
	} {
		first := true
		c := taking(t, sim.KindClock, func(p *sim.Point) int64 {
			if first {
				first = false
				return us * 1000
			}
			return p.Lo
		})
		if us == 100 {
			c = holdUntil("A:s#1", "T:timer#1", func(p *sim.Point) int64 { return max(p.Lo, min(us*1000, p.Lo+int64(p.N)-1)) })
		}
		r := run(t, s, sim.Config{Chooser: c, Record: true})
		require.Equal(t, want, before.String()+" "+again.String()+" "+after.String()+" "+timer.String())
		require.Equal(t, sim.Pass, r.Verdict)
	}
}

// holdUntil takes the first event that is not held, and reads the clock late in
// the process that was.
func holdUntil(held, after string, read func(p *sim.Point) int64) sim.Chooser {
	heldID, _ := sim.ParseEventID(held)
	afterID, _ := sim.ParseEventID(after)
	done := false
	readings := 0
	return &watching{
		fired: func(id sim.EventID) { done = done || id == afterID },
		choose: func(p *sim.Point) int {
			if p.Kind == sim.KindSchedule {
				if !done && p.Enabled[0].ID == heldID {
					return 1
				}
				return 0
			}
			if readings++; readings == 1 { // that of the timer is no choice
				alt, _ := p.Alternative(read(p))
				return alt
			}
			alt, _ := p.Alternative(p.Lo)
			return alt
		},
	}
}

type watching struct {
	choose func(p *sim.Point) int
	fired  func(id sim.EventID)
}

func (c *watching) Choose(p *sim.Point) int { return c.choose(p) }
func (c *watching) Began(*sim.World)        {}
func (c *watching) Fired(id sim.EventID)    { c.fired(id) }

// Whether a duration has passed is a choice where both answers are possible, and
// either answer is kept to: the order and the later answers fit it.
func TestElapsedHasTwoAnswers(t *testing.T) {
	var short, long bool
	var at time.Duration
	s := build(func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			m := p.Mark()
			p.StepFor(w.Label("work"), sim.Window{Earliest: ms, Nominal: 2 * ms, Latest: 10 * ms})
			short = p.Elapsed(m, 5*ms)
			long = p.Elapsed(m, 20*ms)
			require.False(t, !p.Elapsed(m, ms), "at least the earliest")
			require.Equal(t, short, p.Elapsed(m, 5*ms), "the same answer again")
			at = p.Now()
			p.Release(m)
		})
	})
	require.Equal(t, tally{orders: 2, classes: 2, signatures: map[string]int{"": 2}}, exhaustElapsed(t, s))
	for _, want := range []bool{false, true} {
		run(t, s, sim.Config{Chooser: taking(t, sim.KindElapsed, func(*sim.Point) int64 {
			if want {
				return 1
			}
			return 0
		})})
		require.Equal(t, want, short)
		require.False(t, long)
		require.Equal(t, want, at >= 5*ms)
	}
}

// exhaustElapsed runs every answer, but only nominal readings.
func exhaustElapsed(t *testing.T, s *sim.Scenario) tally {
	sum := tally{signatures: make(map[string]int)}
	prints := make(map[uint64]bool)
	for answer := range 2 {
		r := run(t, s, sim.Config{Chooser: choose(func(p *sim.Point) int {
			if p.Kind == sim.KindElapsed {
				return answer
			}
			return 0
		})})
		sum.orders++
		sum.signatures[r.Signature()]++
		prints[r.Fingerprint] = true
	}
	sum.classes = len(prints)
	return sum
}

// A timer beats work that may take longer, and never work that cannot: the
// timeout of Poll is such a timer.
func TestTimeoutsAreRaces(t *testing.T) {
	s := func(latest time.Duration) *sim.Scenario {
		return &sim.Scenario{
			Name: "test", Profiles: []*sim.Profile{{Name: "p", Step: sim.Exactly(time.Microsecond)}},
			Build: func(w *sim.World) {
				k := w.NewWaker("k")
				w.Process("A", func(p *sim.Proc) {
					if !k.Poll(100 * ms) {
						w.Fail("timeout", "", "nobody came")
					}
				})
				w.Process("B", func(p *sim.Proc) {
					p.StepFor(w.Label("work"), sim.Window{Earliest: ms, Nominal: ms, Latest: latest})
					k.Wake()
				})
			},
		}
	}
	require.Equal(t, []string{""}, signatures(exhaust(t, s(99*ms), nil)))
	require.Equal(t, []string{"", "violation timeout"}, signatures(exhaust(t, s(101*ms), nil)))
}

func signatures(sum tally) []string {
	var all []string
	for _, s := range []string{"", "violation timeout"} {
		if sum.signatures[s] > 0 {
			all = append(all, s)
		}
	}
	return all
}

// A timeout that counts from a mark in the past is due earlier, and one that is
// past already at once.
func TestTimeoutsFromAMark(t *testing.T) {
	for _, c := range []struct{ busy, timeout, want time.Duration }{
		{0, 10 * ms, 10 * ms},
		{4 * ms, 10 * ms, 10 * ms},
		{30 * ms, 10 * ms, 30 * ms},
	} {
		var at time.Duration
		s := &sim.Scenario{Name: "test", Profiles: []*sim.Profile{{Name: "exact"}}, Build: func(w *sim.World) {
			k := w.NewWaker("k")
			w.Process("A", func(p *sim.Proc) {
				m := p.Mark()
				if c.busy > 0 {
					p.Sleep("busy", c.busy)
				}
				require.False(t, k.PollUntil(m, c.timeout))
				at = p.Now()
			})
		}}
		run(t, s, sim.Config{})
		require.Equal(t, c.want, at)
		run(t, s, sim.Config{Mode: sim.Sampled})
		require.Equal(t, c.want, at)
	}
}
