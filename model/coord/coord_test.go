package coord_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var errBad = errors.New("bad")

func TestPeriodicWhileBusy(t *testing.T) {
	for overlap, want := range map[coord.Overlap][]string{
		coord.Overlapping:   {"1s start", "2s start", "3s start", "3.5s end", "4s start", "4.5s end", "5s start", "5.5s end"},
		coord.SkipWhileBusy: {"1s start", "3.5s end", "4s start"},
	} {
		var h hand
		var log []string
		note := func(what string) { log = append(log, fmt.Sprint(h.now, " ", what)) }
		p := coord.Periodic{Timers: &h, Label: "beat", Period: time.Second, Overlap: overlap, Work: func(done func()) {
			note("start")
			h.After("work", 2500*time.Millisecond, func() { note("end"); done() })
		}}
		p.Start()
		p.Start()
		h.pass(5900 * time.Millisecond)
		require.Equal(t, want, log, "overlap %d", overlap)
		require.True(t, p.Stop())
		require.False(t, p.Stop())
		n := len(log)
		h.pass(time.Minute)
		for _, line := range log[n:] {
			require.NotContains(t, line, "start", "a stopped one starts nothing")
		}
	}
}

func TestPeriodicNow(t *testing.T) {
	var h hand
	n := 0
	p := coord.Periodic{Timers: &h, Period: time.Second, Now: true, Work: func(done func()) { n++; done() }}
	p.Start()
	require.Equal(t, 1, n)
	h.pass(3 * time.Second)
	require.Equal(t, 4, n)
	p.Stop()
	p.Start()
	require.Equal(t, 5, n)
}

func TestFlightKeeps(t *testing.T) {
	for _, c := range []struct {
		keep           coord.Keep
		fails          bool
		startsAfterEnd int // by a second call after the end of the first
	}{
		{coord.KeepNothing, false, 2}, {coord.KeepNothing, true, 2},
		{coord.KeepSuccess, false, 1}, {coord.KeepSuccess, true, 2},
	} {
		f := coord.Flight[string, int]{Keep: c.keep}
		starts := 0
		var end func(int, error)
		start := func(done func(int, error)) { starts++; end = done }
		var got []string
		note := func(who string) func(int, error) {
			return func(v int, err error) { got = append(got, fmt.Sprint(who, v, err)) }
		}
		f.Do("k", start, note("a"))
		f.Do("k", start, note("b"))
		f.Do("k", start, nil)
		require.Equal(t, 1, starts, "joined")
		var err error
		if c.fails {
			err = errBad
		}
		end(7, err)
		end(8, nil) // no effect
		require.Equal(t, []string{fmt.Sprint("a", 7, err), fmt.Sprint("b", 7, err)}, got)
		f.Do("k", start, note("c"))
		require.Equal(t, c.startsAfterEnd, starts)
		if ok, v, kept := f.Kept("k"); ok {
			require.Equal(t, 7, v)
			require.Equal(t, err, kept)
			require.Len(t, got, 3, "what is kept is given at once")
		}
	}
}

func TestRegistryByWallClock(t *testing.T) {
	var h hand
	r := coord.Registry[string, int]{Clock: &h, TTL: 30 * time.Second}
	v, isNew := r.Seen("a")
	require.True(t, isNew)
	*v = 4
	h.pass(30 * time.Second)
	require.True(t, r.Fresh("a"), "TTL itself is still fresh")
	r.Seen("b")
	h.pass(1)
	require.False(t, r.Fresh("a"))
	require.False(t, r.Fresh("nobody"))
	require.Equal(t, 4, *r.Get("a"), "stale is not gone")
	var gone []string
	r.Sweep(func(k string, v *int) { gone = append(gone, fmt.Sprint(k, *v)) })
	require.Equal(t, []string{"a4"}, gone)
	h.wall += 31 * time.Second // the clock is set
	require.False(t, r.Fresh("b"))
	h.wall -= 62 * time.Second
	require.True(t, r.Fresh("b"))
	r.Sweep(nil)
	require.Equal(t, []string{"b"}, r.Keys())
	v, isNew = r.Seen("b")
	require.False(t, isNew)
	*v = 1
	require.Equal(t, 1, h.kept, "one mark for each who is there")
	require.True(t, r.Delete("b"))
	require.False(t, r.Delete("b"))
	require.Nil(t, r.Get("b"))
	require.Zero(t, r.Len())
	require.Zero(t, h.kept)
}

func TestRetryPauses(t *testing.T) {
	var h hand
	var at []time.Duration
	var ended []error
	r := coord.Retry{Timers: &h, Attempts: 12, Backoff: coord.Backoff{First: 200 * time.Millisecond, Factor: 2, Cap: 180 * time.Second},
		Try: func(n int, done func(error)) { at = append(at, h.now); done(errBad) },
		End: func(err error) { ended = append(ended, err) }}
	r.Start()
	h.pass(time.Hour)
	require.Len(t, at, 12)
	require.Equal(t, 384600*time.Millisecond, at[11], "0.2 to 102.4 s doubling, and 180 s")
	require.Equal(t, []error{errBad}, ended)
}

func TestRetryEnds(t *testing.T) {
	var h hand
	fatal := errors.New("fatal")
	for name, c := range map[string]struct {
		outcomes []error
		want     error
		tries    int
	}{
		"success at last":    {[]error{errBad, errBad, nil}, nil, 3},
		"not worth another":  {[]error{errBad, fatal, nil}, fatal, 2},
		"success at once":    {[]error{nil}, nil, 1},
		"for ever, no bound": {append(slices.Repeat([]error{errBad}, 50), nil), nil, 51},
	} {
		tries := 0
		var ended []error
		r := coord.Retry{Timers: &h, Backoff: coord.Backoff{First: time.Second},
			Worth: func(err error) bool { return err != fatal },
			Try:   func(n int, done func(error)) { tries++; require.Equal(t, tries, n); done(c.outcomes[n-1]) },
			End:   func(err error) { ended = append(ended, err) }}
		r.Start()
		h.pass(time.Hour)
		require.Equal(t, []error{c.want}, ended, name)
		require.Equal(t, c.tries, tries, name)
	}
}

func TestBackoffNeverOverflows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := coord.Backoff{
			First:  time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "first")),
			Factor: rapid.IntRange(0, 10).Draw(t, "factor"),
			Cap:    time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "cap")),
		}
		last := time.Duration(0)
		for n := 1; n < 200; n++ {
			d := b.Pause(n)
			require.GreaterOrEqual(t, d, last)
			if b.Cap > 0 {
				require.LessOrEqual(t, d, b.Cap)
			}
			last = d
		}
	})
}

// The lease against a list that is searched for the one who is next.
func TestLeaseOrder(t *testing.T) {
	type waiter struct{ priority, number int }
	rapid.Check(t, func(t *rapid.T) {
		var l coord.Lease
		var waiting []waiter
		holder, number := -1, 0
		var release func()
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "do") {
			case 0, 1:
				w := waiter{rapid.IntRange(0, 3).Draw(t, "priority"), number}
				number++
				if holder >= 0 {
					waiting = append(waiting, w)
				}
				wasFree := holder < 0
				l.Acquire(w.priority, func(r func()) {
					require.True(t, holder < 0, "one holder at a time")
					holder, release = w.number, r
				})
				require.Equal(t, wasFree, holder == w.number)
			case 2:
				if holder < 0 {
					continue
				}
				want := -1
				if len(waiting) > 0 {
					best := 0
					for i, w := range waiting {
						if w.priority > waiting[best].priority {
							best = i
						}
					}
					want = waiting[best].number
					waiting = slices.Delete(waiting, best, best+1)
				}
				r := release
				holder = -1
				r()
				require.Equal(t, want, holder)
				r() // once is enough
				require.Equal(t, want, holder)
			}
			require.Equal(t, holder >= 0, l.Held())
			require.Equal(t, len(waiting), l.Waiting())
			high := 0
			for _, w := range waiting {
				if w.priority >= 2 {
					high++
				}
			}
			require.Equal(t, high, l.WaitingFrom(2))
		}
	})
}

func TestGate(t *testing.T) {
	var g coord.Gate
	var log []string
	note := func(who string) func() { return func() { log = append(log, who) } }
	g.Wait(note("a"))
	g.Wait(note("b"))
	require.Empty(t, log)
	g.Open()
	require.Equal(t, []string{"a", "b"}, log)
	g.Open() // no effect
	g.Wait(note("c"))
	require.Equal(t, []string{"a", "b", "c"}, log)
}

func TestLooseLogsOnce(t *testing.T) {
	var log []string
	l := coord.Loose{Log: func(what string, err error) { log = append(log, fmt.Sprint(what, " ", err)) }}
	l.Go("report", func(done func(error)) { done(errBad); done(errBad) })
	l.Go("report", func(done func(error)) { done(nil) })
	require.Equal(t, []string{"report bad"}, log)
	l.Log = nil
	l.Go("report", func(done func(error)) { done(errBad) })
}
