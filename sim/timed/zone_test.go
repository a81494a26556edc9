package timed_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// The program that total order gets wrong: A in [0,10] and then C after 1, B in
// [0,10] and then D after 2. Only C and D have to do with each other.
func TestZoneLeavesOrderOpen(t *testing.T) {
	const a, b, c, d = 1, 2, 3, 4
	fired := func(vars ...timed.Var) *timed.Zone {
		var z timed.Zone
		z.Reset()
		z.Arm(a, timed.Origin, 0, 10)
		z.Arm(b, timed.Origin, 0, 10)
		for _, v := range vars {
			require.True(t, z.MayFire(v), "%d of %v", v, vars)
			z.Fire(v)
			switch v {
			case a:
				z.Arm(c, a, 1, 1)
			case b:
				z.Arm(d, b, 2, 2)
			}
		}
		return &z
	}
	ab, ba := fired(a, b), fired(b, a)
	require.True(t, ab.Equal(ba), "in which order they were fired does not matter")
	require.True(t, ab.MayFire(c))
	require.True(t, ab.MayFire(d), "B may have been a while before A")

	dc := fired(a, b, d, c)
	dc.After(c, d)
	require.False(t, dc.Empty())
	lo, hi := dc.Since(a, b)
	require.Equal(t, [2]int64{1, 10}, [2]int64{lo, hi})
	dc.Assume(b, timed.Origin, 10, timed.Unbounded)
	require.True(t, dc.Empty(), "then A would have to be at 11")
}

// What must come first, whatever the timing, must be fired first.
func TestZoneIsUrgent(t *testing.T) {
	var z timed.Zone
	z.Reset()
	z.Arm(1, timed.Origin, 100, 100)
	z.Arm(2, timed.Origin, 1, 1)
	require.False(t, z.MayFire(1))
	require.True(t, z.MayFire(2))
	z.Arm(3, timed.Origin, 0, timed.Unbounded)
	require.True(t, z.MayFire(3))
	z.Drop(2)
	require.True(t, z.MayFire(1))
	lo, hi := z.Since(3, timed.Origin)
	require.Equal(t, [2]int64{0, timed.Unbounded}, [2]int64{lo, hi})
}

func TestZoneMisuse(t *testing.T) {
	var z timed.Zone
	z.Reset()
	z.Arm(1, timed.Origin, 1, 2)
	require.PanicsWithValue(t, "timed: window [3, 2]: want 0 <= earliest <= latest, and a finite earliest", func() { z.Arm(2, timed.Origin, 3, 2) })
	require.PanicsWithValue(t, "timed: arm variable 1: it is in use", func() { z.Arm(1, timed.Origin, 1, 2) })
	require.PanicsWithValue(t, "timed: variable 7 is not in use", func() { z.After(1, 7) })
	require.PanicsWithValue(t, "timed: drop the origin", func() { z.Drop(timed.Origin) })
	for v := timed.Var(2); z.Size() < timed.Max; v++ {
		z.Arm(v, timed.Origin, 1, 2)
	}
	require.PanicsWithValue(t, "timed: more than 1024 variables", func() { z.Arm(timed.Max, timed.Origin, 1, 2) })
}

// zoneFact is lo <= x-y <= hi.
type zoneFact struct {
	x, y   int
	lo, hi int64
}

// A Zone says of every two instants what a search through all whole-numbered timings
// says, whether or not other variables have been dropped.
func TestZoneAgainstAllTimings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const most = 6
		n := rapid.IntRange(1, 4).Draw(t, "events")
		var facts []zoneFact
		var z timed.Zone
		z.Reset()
		for x := 1; x <= n; x++ {
			from := rapid.IntRange(0, x-1).Draw(t, "from")
			lo := int64(rapid.IntRange(0, 3).Draw(t, "earliest"))
			hi := lo + int64(rapid.IntRange(0, 3).Draw(t, "width"))
			facts = append(facts, zoneFact{x, from, lo, hi})
			z.Arm(timed.Var(x), timed.Var(from), lo, hi)
		}
		for range rapid.IntRange(0, 4).Draw(t, "facts") {
			x, y := rapid.IntRange(0, n).Draw(t, "x"), rapid.IntRange(0, n).Draw(t, "y")
			if x == y {
				continue
			}
			if rapid.Bool().Draw(t, "after") {
				facts = append(facts, zoneFact{x, y, 0, 1 << 40})
				z.After(timed.Var(x), timed.Var(y))
			} else {
				lo := int64(rapid.IntRange(-3, 3).Draw(t, "lo"))
				hi := lo + int64(rapid.IntRange(0, 4).Draw(t, "hi"))
				facts = append(facts, zoneFact{x, y, lo, hi})
				z.Assume(timed.Var(x), timed.Var(y), lo, hi)
			}
		}
		var c timed.Zone
		c.Reset()
		c.CopyFrom(&z)
		require.True(t, c.Equal(&z))
		dropped := rapid.IntRange(0, n).Draw(t, "dropped")
		if dropped > 0 {
			c.Drop(timed.Var(dropped))
		}

		times := make([]int64, n+1)
		found := false
		least, greatest := make(map[[2]int]int64), make(map[[2]int]int64)
		first := make(map[int]bool)
		var search func(x int)
		search = func(x int) {
			if x <= n {
				for times[x] = 0; times[x] <= most*int64(n); times[x]++ {
					search(x + 1)
				}
				return
			}
			for _, f := range facts {
				if d := times[f.x] - times[f.y]; d < f.lo || d > f.hi {
					return
				}
			}
			for x := range times {
				isFirst := x > 0
				for y := range times {
					k, d := [2]int{x, y}, times[x]-times[y]
					if !found {
						least[k], greatest[k] = d, d
					}
					least[k], greatest[k] = min(least[k], d), max(greatest[k], d)
					isFirst = isFirst && (y == 0 || d <= 0)
				}
				first[x] = first[x] || isFirst
			}
			found = true
		}
		search(1)
		require.Equal(t, !found, z.Empty())
		require.Equal(t, !found, c.Empty())
		if !found {
			return
		}
		for k := range least {
			lo, hi := z.Since(timed.Var(k[0]), timed.Var(k[1]))
			require.Equal(t, [2]int64{least[k], greatest[k]}, [2]int64{lo, hi}, "%v", k)
			if k[0] != dropped && k[1] != dropped || dropped == 0 {
				lo, hi = c.Since(timed.Var(k[0]), timed.Var(k[1]))
				require.Equal(t, [2]int64{least[k], greatest[k]}, [2]int64{lo, hi}, "%v, without %d", k, dropped)
			}
		}
		for x := 1; x <= n; x++ {
			require.Equal(t, first[x], z.MayFire(timed.Var(x)), "%d may be first", x)
		}
	})
}

// BenchmarkZoneStep is one step of a world of so many processes: the next event of one of
// them fires, after one of another process, and arms its successor.
func BenchmarkZoneStep(b *testing.B) {
	for _, n := range []int{5, 10, 20, 40} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			var z timed.Zone
			last, next := make([]timed.Var, n), make([]timed.Var, n)
			var free []timed.Var
			z.Reset()
			for i := range n {
				next[i] = timed.Var(i + 1)
				z.Arm(next[i], timed.Origin, 0, 3000)
				free = append(free, timed.Var(n+2*i+1), timed.Var(n+2*i+2))
			}
			m := mixer(1)
			for b.Loop() {
				i := m.below(n)
				for !z.MayFire(next[i]) {
					i = (i + 1) % n
				}
				v := next[i]
				z.Fire(v)
				if o := last[(i+1)%n]; o != 0 && o != v {
					z.After(v, o)
				}
				if last[i] != 0 {
					z.Drop(last[i])
					free = append(free, last[i])
				}
				last[i], next[i], free = v, free[0], free[1:]
				lo, hi := m.window()
				z.Arm(next[i], v, lo, hi)
				z.After(next[i], v)
			}
		})
	}
}
