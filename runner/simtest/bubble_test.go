package simtest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
)

// pinger is a goroutine that answers pings until none has come for 10 ms. Two of them
// come 9 ms apart; whether the second is answered depends on how late it is. The variant
// that is patient waits for so long that it does not.
func pinger() *sim.Scenario {
	late := &sim.Profile{Name: "late", Timer: sim.Window{Latest: 3 * time.Millisecond}}
	return &sim.Scenario{
		Name: "pinger", Profiles: []*sim.Profile{late}, Variants: []string{"hasty", "patient"},
		Expect: []sim.Expectation{{Variant: "hasty", Fails: []string{"answered"}}},
		Build: func(w *sim.World) {
			b := simclock.NewBubble(w, "clock", synctest.Wait)
			patience := 10 * time.Millisecond
			if w.Variant() == "patient" {
				patience *= 2
			}
			answered := 0
			pings := make(chan int, 2)
			w.Process("server", func(*sim.Proc) {
				b.Go(func() {
					for {
						select {
						case <-pings:
							answered++
						case <-b.After(patience):
							return
						case <-b.Context().Done():
							return
						}
					}
				})
			})
			w.Process("client", func(p *sim.Proc) {
				for range 2 {
					p.Sleep("think", 9*time.Millisecond)
					b.Go(func() { pings <- 1 })
				}
			})
			w.Eventually("answered", 0, func() bool { return answered == 2 })
		},
	}
}

func TestCheckInABubble(t *testing.T) {
	simtest.Check(t, pinger(), simtest.Config{Bubble: true, Runs: 100, Dir: t.TempDir()})
}
