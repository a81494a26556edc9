package simclock_test

import (
	"context"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
)

// A heartbeat that goes on for ever does not keep a run from ending if it is in the
// background, however its goroutine waits, and whoever else wakes it.
func TestBubbleBackground(t *testing.T) {
	beats := map[string]func(b *simclock.Bubble, next *clock.Timer, every *clock.Ticker) <-chan time.Time{
		"after": func(b *simclock.Bubble, _ *clock.Timer, _ *clock.Ticker) <-chan time.Time { return b.After(10 * ms) },
		"timer": func(_ *simclock.Bubble, next *clock.Timer, _ *clock.Ticker) <-chan time.Time {
			next.Reset(10 * ms)
			return next.C
		},
		"ticker": func(_ *simclock.Bubble, _ *clock.Timer, every *clock.Ticker) <-chan time.Time { return every.C },
		"sleep": func(b *simclock.Bubble, _ *clock.Timer, _ *clock.Ticker) <-chan time.Time {
			b.Sleep(10 * ms)
			over := make(chan time.Time)
			close(over)
			return over
		},
		"context": func(b *simclock.Bubble, _ *clock.Timer, _ *clock.Ticker) <-chan time.Time {
			ctx, cancel := b.WithTimeout(b.Context(), 10*ms)
			defer cancel()
			<-ctx.Done()
			over := make(chan time.Time)
			close(over)
			return over
		},
	}
	serve := func(b *simclock.Bubble, asked <-chan int, beat func(*simclock.Bubble, *clock.Timer, *clock.Ticker) <-chan time.Time, log *[]string) {
		next, every := b.Timer(10*ms), b.Ticker(10*ms)
		for b.Context().Err() == nil {
			select {
			case <-beat(b, next, every):
				*log = append(*log, "beat")
			case <-asked:
				*log = append(*log, "asked")
			case <-b.Context().Done():
			}
		}
	}
	for how, beat := range beats {
		for _, background := range []bool{true, false} {
			inTheBubble(t, func(t *testing.T, w *sim.World) {
				var log []string
				r, err := w.Run(bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
					asked := make(chan int, 1)
					w.Process("server", func(*sim.Proc) {
						c := b
						if background {
							c = b.Background()
						}
						b.Go(func() { serve(c, asked, beat, &log) })
					})
					w.Process("client", func(p *sim.Proc) {
						p.Sleep("think", 15*ms)
						b.Go(func() { asked <- 1 })
						p.Sleep("think", 20*ms)
					})
				}), sim.Config{Limits: sim.Limits{Steps: 300}})
				require.NoError(t, err)
				require.Equal(t, "beat", log[0])
				if how != "sleep" && how != "context" {
					require.Contains(t, log, "asked")
				}
				if !background {
					require.Equal(t, sim.Budget, r.Verdict, how)
					return
				}
				require.Equal(t, sim.Pass, r.Verdict, how)
				require.LessOrEqual(t, len(log), 5)
			})
		}
	}
}

// A goroutine may reset a timer at once when it has its value, while the world still notes
// that it took it.
func TestBubbleResetAtOnce(t *testing.T) {
	for range 100 {
		inTheBubble(t, func(t *testing.T, w *sim.World) {
			r, err := w.Run(bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
				w.Process("server", func(*sim.Proc) {
					b.Go(func() {
						for next := b.Timer(10 * ms); b.Context().Err() == nil; next.Reset(10 * ms) {
							select {
							case <-next.C:
							case <-b.Context().Done():
							}
						}
					})
				})
			}), sim.Config{Limits: sim.Limits{Steps: 30}})
			require.NoError(t, err)
			require.Equal(t, sim.Budget, r.Verdict, "it never comes to rest")
		})
	}
}

// A violation is told, whatever goroutines wait for when the run ends: those that wait for
// the clock end, too, with their deferred calls.
func TestBubbleGoroutinesEndWithTheRun(t *testing.T) {
	for how, wait := range map[string]func(b *simclock.Bubble){
		"after":  func(b *simclock.Bubble) { <-b.After(time.Hour) },
		"timer":  func(b *simclock.Bubble) { <-b.Timer(time.Hour).C },
		"ticker": func(b *simclock.Bubble) { <-b.Ticker(time.Hour).C },
		"range": func(b *simclock.Bubble) {
			for range b.Tick(time.Hour) {
				b.Now()
			}
		},
		"sleep":   func(b *simclock.Bubble) { b.Sleep(time.Hour) },
		"stopped": func(b *simclock.Bubble) { tm := b.Timer(time.Hour); tm.Stop(); <-tm.C },
		"context": func(b *simclock.Bubble) {
			ctx, cancel := b.WithTimeout(context.Background(), time.Hour)
			defer cancel()
			<-ctx.Done()
		},
		"child": func(b *simclock.Bubble) {
			ctx, cancel := b.WithTimeout(b.Context(), time.Hour)
			defer cancel()
			inner, cancelInner := context.WithCancel(ctx)
			defer cancelInner()
			<-inner.Done()
		},
	} {
		inTheBubble(t, func(t *testing.T, w *sim.World) {
			ended, went := 0, 0
			s := bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
				w.Process("app", func(p *sim.Proc) {
					b.Go(func() {
						defer func() { ended++ }()
						wait(b)
						b.Now()
						went++
					})
					p.Sleep("work", ms)
					w.Fail("stop", "here", "")
				})
			})
			for i := range 2 {
				r, err := w.Run(s, sim.Config{})
				require.NoError(t, err)
				require.Equal(t, sim.Violation, r.Verdict)
				require.Equal(t, i+1, ended, how)
				require.Zero(t, went, how)
			}
		})
	}
}
