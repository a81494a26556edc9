package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// shortcutWorld is a world of a few processes whose windows are mostly open, with
// timeouts, marks and cancelled events here and there. If asked, it looks at the time
// from the start.
func shortcutWorld(t *rapid.T) func(early bool) *sim.Scenario {
	type op struct {
		do   int
		wait time.Duration
	}
	code := rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) op {
		return op{rapid.IntRange(0, 11).Draw(t, "do"), time.Duration(rapid.IntRange(0, 9).Draw(t, "wait")) * time.Microsecond}
	}), 1, 8), 2, 5).Draw(t, "code")
	return func(early bool) *sim.Scenario {
		return &sim.Scenario{Name: "shortcut", Profiles: []*sim.Profile{untimed()}, Build: func(w *sim.World) {
			if early {
				w.NominalNow()
			}
			waker, queue := w.NewWaker("waker"), sim.NewQueue[int](w, "queue")
			for i, ops := range code {
				w.Process(fmt.Sprint("P", i), func(p *sim.Proc) {
					for _, o := range ops {
						switch o.do {
						case 0:
							p.Sleep("sleep", o.wait)
						case 1:
							waker.Poll(o.wait)
						case 2:
							waker.Wake()
						case 3:
							queue.Push(1)
						case 4:
							m := p.Mark()
							p.Step("marked")
							p.Elapsed(m, o.wait)
							p.Release(m)
						case 5:
							p.Now()
						default:
							p.Step("step")
						}
					}
				})
			}
		}}
	}
}

// That the world keeps no bounds until it has to makes no difference, and neither does
// asking a strategy the short way.
func TestShortcutsMakeNoDifference(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		s := shortcutWorld(t)
		seed := rapid.Uint64().Draw(t, "seed")
		name := rapid.SampledFrom([]string{"random", "pct"}).Draw(t, "strategy")
		run := func(early, short bool) (*sim.Result, sim.Schedule) {
			pick, err := strategy.New(name)
			require.NoError(t, err)
			pick.Begin(strategy.Info{Seed: seed, Learned: strategy.Learned{Contested: 20}})
			c := strategy.Chooser(pick, strategy.Data{Seed: seed, On: true})
			if !short {
				c = struct{ sim.Chooser }{c}
			}
			r, err := w.Run(s(early), sim.Config{Chooser: c})
			require.NoError(t, err)
			return r, append(sim.Schedule(nil), r.Deviations...)
		}
		want, wanted := run(true, false)
		for _, early := range []bool{false, true} {
			for _, short := range []bool{false, true} {
				got, schedule := run(early, short)
				require.Equal(t, want.Rolling, got.Rolling)
				require.Equal(t, want.Fingerprint, got.Fingerprint)
				require.Equal(t, want.Contested, got.Contested)
				require.Equal(t, wanted, schedule)
			}
		}
	})
}
