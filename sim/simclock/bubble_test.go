package simclock_test

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// bubbled is a scenario with a clock for goroutines.
func bubbled(p *sim.Profile, f func(w *sim.World, b *simclock.Bubble)) *sim.Scenario {
	return &sim.Scenario{Name: "test", Profiles: []*sim.Profile{p}, Build: func(w *sim.World) {
		f(w, simclock.NewBubble(w, "clock", synctest.Wait))
	}}
}

// inTheBubble calls f with a world in a bubble.
func inTheBubble(t *testing.T, f func(t *testing.T, w *sim.World)) {
	synctest.Test(t, func(t *testing.T) { f(t, newWorld(t)) })
}

// debounce is code as it stands in production: it flushes when nothing has come for a
// while.
func debounce(ctx context.Context, c clock.Clock, in <-chan int, quiet time.Duration, flush func(n int)) {
	timer := c.Timer(quiet)
	defer timer.Stop()
	n := 0
	for {
		select {
		case <-in:
			n++
			timer.Reset(quiet)
		case <-timer.C:
			flush(n)
			n = 0
		case <-ctx.Done():
			return
		}
	}
}

// debounced is a world in which two things come 9 ms apart, and are to be flushed at
// once; the timer of 10 ms may be late, and so may be who brings them.
func debounced(flushes *[]int) *sim.Scenario {
	p := late(3 * ms)
	return bubbled(p, func(w *sim.World, b *simclock.Bubble) {
		*flushes = nil
		in := make(chan int)
		w.Process("app", func(*sim.Proc) {
			b.Go(func() {
				debounce(b.Context(), b, in, 10*ms, func(n int) {
					b.Do(func() { w.Note("flush %d", n) })
					*flushes = append(*flushes, n)
				})
			})
		})
		w.Process("user", func(p *sim.Proc) {
			for range 2 {
				p.Sleep("think", 9*ms)
				b.Go(func() { in <- 1 })
			}
		})
		w.Eventually("flushed", 0, func() bool { return len(*flushes) > 0 })
		w.Always("flushed together", func() error {
			if len(*flushes) > 0 && (*flushes)[0] != 2 {
				return context.DeadlineExceeded
			}
			return nil
		})
	})
}

// Goroutines that select on a timer of the world see it fire in every order that the
// windows allow, and a schedule says which it was.
func TestBubbleExplores(t *testing.T) {
	inTheBubble(t, func(t *testing.T, w *sim.World) {
		var flushes []int
		s := debounced(&flushes)
		e, passed := strategy.NewExhaustive(nil), 0
		var failed []*sim.Trace
		for more := true; more; more = e.Next() {
			r, err := w.Run(s, sim.Config{Chooser: e, Record: true})
			require.NoError(t, err)
			require.Equal(t, sim.Bubbled, r.Trace.Mode)
			if r.Verdict.Failed() {
				require.Equal(t, "flushed together", r.Failure.Property)
				failed = append(failed, r.Trace)
			} else {
				require.Equal(t, []int{2}, flushes)
				passed++
			}
		}
		require.NotZero(t, passed)
		require.NotEmpty(t, failed)
		for _, want := range failed {
			replay := strategy.NewReplay(want.Schedule, true)
			r, err := w.Run(s, sim.Config{Mode: want.Mode, Chooser: replay, Record: true})
			require.NoError(t, err)
			require.Nil(t, replay.Divergence())
			require.Equal(t, want.Rolling, r.Rolling)
			require.Equal(t, want.Fingerprint, r.Fingerprint)
		}
	})
}

// Scripts of timer operations in a goroutine on this clock see what they see on the
// real one.
func TestBubbleIsSameAsTheRealClock(t *testing.T) {
	runs, ties, lines := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		s := withoutPeeks(drawScript(rt, 40, false))
		var got []string
		var tie bool
		inTheBubble(t, func(t *testing.T, w *sim.World) {
			m := &machine{s: s}
			r, err := w.Run(bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
				m.api = inGoroutine(b)
				w.Process("main", func(*sim.Proc) { b.Go(m.main) })
			}), sim.Config{Record: true})
			if err != nil || r.Verdict != sim.Pass {
				rt.Fatalf("%v %+v", err, r)
			}
			got, tie = m.log, tied(r.Trace) || m.tie
		})
		runs++
		if tie {
			ties++
			return
		}
		lines += len(got)
		require.Equal(rt, inBubble(t, s, false), got)
	})
	t.Logf("%d scripts, %d observations, %d left out for a tie", runs, lines, ties)
	require.LessOrEqual(t, ties, runs*3/5+3, "drawn durations are few, so that instants coincide often; half of the scripts must count")
}

// withoutPeeks leaves out looks at the length of a channel.
func withoutPeeks(s script) script {
	for _, ops := range []*[]op{&s.Main, &s.Funcs[0], &s.Funcs[1]} {
		*ops = slices.DeleteFunc(*ops, func(o op) bool { return o.Do == "peek" || o.Do == "peekTick" })
	}
	return s
}

// inGoroutine is a script's way to wait in a goroutine.
func inGoroutine(b *simclock.Bubble) api {
	return api{
		Clock: b,
		recv: func(ch <-chan time.Time, bound time.Duration) (time.Time, bool) {
			select {
			case v := <-ch:
				return v, true
			case <-b.After(bound):
				return time.Time{}, false
			}
		},
		try: b.TryRecv,
		done: func(ctx context.Context, bound time.Duration) bool {
			select {
			case <-ctx.Done():
				return true
			case <-b.After(bound):
				return false
			}
		},
		sync: func() {},
	}
}

// Goroutines end with the run if they wait for that, and whatever is left of one run is
// nothing to the next.
func TestBubbleAfterBubble(t *testing.T) {
	inTheBubble(t, func(t *testing.T, w *sim.World) {
		ended, ticks := 0, 0
		s := bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
			w.Process("app", func(p *sim.Proc) {
				b.Go(func() {
					defer func() { ended++ }()
					ticker := b.Ticker(10 * ms)
					for {
						select {
						case <-ticker.C:
							ticks++
						case <-b.Context().Done():
							b.Timer(ms) // too late: it ends the goroutine
							panic("goes on")
						}
					}
				})
				p.Sleep("work", 35*ms)
				w.Fail("stop", "here", "")
			})
		})
		for i := range 3 {
			_, err := w.Run(s, sim.Config{})
			require.NoError(t, err)
			require.Equal(t, i+1, ended)
			require.Equal(t, 3*(i+1), ticks)
		}
	})
}

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

// Contexts end at their deadline, with what was derived from them.
func TestBubbleContexts(t *testing.T) {
	type key struct{}
	inTheBubble(t, func(t *testing.T, w *sim.World) {
		var log []error
		r, err := w.Run(bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
			log = nil
			w.Process("app", func(*sim.Proc) {
				b.Go(func() {
					outer, cancel := b.WithTimeout(context.WithValue(b.Context(), key{}, 2), 10*ms)
					inner, cancelInner := b.WithTimeout(context.WithValue(outer, key{}, 2), 5*ms)
					defer cancelInner()
					<-inner.Done()
					log = append(log, inner.Err(), outer.Err())
					inner, stop := b.WithTimeout(outer, 3*ms)
					cancel()
					<-inner.Done()
					log = append(log, inner.Err(), outer.Err())
					stop()
				})
			})
		}), sim.Config{})
		require.NoError(t, err)
		require.Equal(t, sim.Pass, r.Verdict)
		require.Equal(t, []error{context.DeadlineExceeded, nil, context.Canceled, context.Canceled}, log)
	})
}

// Mistakes say what to do instead.
func TestBubbleMistakes(t *testing.T) {
	_, err := newWorld(t).Run(bubbled(exact(), func(*sim.World, *simclock.Bubble) {}), sim.Config{})
	require.ErrorContains(t, err, "under go test only: see simtest.Config.Bubble")

	inTheBubble(t, func(t *testing.T, w *sim.World) {
		_, err := w.Run(bubbled(exact(), func(*sim.World, *simclock.Bubble) {}), sim.Config{Mode: sim.Sampled})
		require.ErrorContains(t, err, "mode sampled: not for goroutines")

		_, err = w.Run(bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
			w.Process("app", func(*sim.Proc) { b.Timer(ms) })
		}), sim.Config{})
		require.ErrorContains(t, err, `called by "app" while it was not the goroutines' turn`)

		_, err = w.Run(bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
			wake := make(chan int)
			w.Process("app", func(p *sim.Proc) {
				b.Go(func() {
					<-wake
					b.Timer(ms)
				})
				close(wake)
				for range 1000 { // until it calls
					runtime.Gosched()
				}
				p.Step("more")
			})
		}), sim.Config{})
		if err != nil { // or it came as late as its turn
			require.ErrorContains(t, err, "called by a goroutine while")
		}

		r, err := w.Run(bubbled(exact(), func(w *sim.World, b *simclock.Bubble) {
			w.Process("app", func(*sim.Proc) { b.Go(func() { b.Do(func() { panic("boom") }) }) })
		}), sim.Config{})
		require.NoError(t, err)
		require.Equal(t, sim.Panic, r.Verdict)
		require.Contains(t, r.Failure.Message, "boom")
	})
}
