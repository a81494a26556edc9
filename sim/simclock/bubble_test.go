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
