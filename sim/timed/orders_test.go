package timed_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// step is an event with those that it arms when it fires.
type step struct {
	earliest, latest int64
	then             []step
}

// orders counts the orders in which steps can happen.
func orders(steps ...step) int {
	var s timed.State
	s.Reset()
	return ordersOf(&s, nil, nil, steps)
}

func ordersOf(s *timed.State, pending []step, vars []timed.Var, more []step) int {
	for _, m := range more {
		pending, vars = append(pending, m), append(vars, s.Arm(m.earliest, m.latest))
	}
	if len(pending) == 0 {
		return 1
	}
	total := 0
	for i, v := range vars {
		if !s.MayFire(v) {
			continue
		}
		c := s.Clone()
		c.Fire(v)
		rest := append(append([]step(nil), pending[:i]...), pending[i+1:]...)
		left := append(append([]timed.Var(nil), vars[:i]...), vars[i+1:]...)
		total += ordersOf(c, rest, left, pending[i].then)
	}
	return total
}

// chain is n steps, each armed by the one before it.
func chain(n int, earliest, latest int64) step {
	s := step{earliest: earliest, latest: latest}
	if n > 1 {
		s.then = []step{chain(n-1, earliest, latest)}
	}
	return s
}

func exactly(d int64) step { return step{earliest: d, latest: d} }

// Numbers of orders that are known in closed form.
func TestOrders(t *testing.T) {
	factorial := 1
	for n := 1; n <= 6; n++ {
		factorial *= n
		same := make([]step, n)
		point := make([]step, n)
		open := make([]step, n)
		for i := range n {
			same[i], point[i], open[i] = step{earliest: 3, latest: 9}, exactly(4), step{latest: timed.Unbounded}
		}
		require.Equal(t, factorial, orders(same...), "%d events, one window", n)
		require.Equal(t, factorial, orders(point...), "%d events, one instant", n)
		require.Equal(t, factorial, orders(open...), "%d events, any time", n)
	}
	for n, want := range map[int]int{2: 2, 3: 3, 4: 5, 5: 8, 6: 13} {
		var steps []step
		for i := range n {
			steps = append(steps, step{earliest: int64(i), latest: int64(i) + 1})
		}
		require.Equal(t, want, orders(steps...), "%d events, windows that touch", n)
	}
	for timer, want := range map[int64]int{4: 4, 7: 5, 10: 7} {
		require.Equal(t, want, orders(chain(12, 1, 2), exactly(timer)), "chain of [1,2] against a timer at %d", timer)
	}
	require.Equal(t, 1, orders(exactly(100), exactly(1)), "debounce against a read")
	require.Equal(t, 2, orders(chain(3, 90, 110), exactly(300)), "three beats of [90,110] against a timeout of 300")
	require.Equal(t, 1, orders(chain(3, 100, 100), exactly(301)), "three beats of 100 against a timeout of 301")
	require.Equal(t, 5, orders(
		step{latest: 10, then: []step{exactly(1)}},
		step{latest: 10, then: []step{exactly(2)}},
	), "A then C after 1, B then D after 2")
}

// What the caller must not do is told in words.
func TestMisuse(t *testing.T) {
	var s timed.State
	s.Reset()
	slow, fast := s.Arm(10, 20), s.Arm(1, 5)
	m := s.Mark()
	require.PanicsWithValue(t, "timed: window [3, 2]: want 0 <= earliest <= latest, and a finite earliest", func() { s.Arm(3, 2) })
	require.Panics(t, func() { s.Arm(-1, 2) })
	require.PanicsWithValue(t, "timed: variable 0 is not a pending event", func() { s.MayFire(0) })
	require.PanicsWithValue(t, fmt.Sprintf("timed: variable %d is not a pending event", m), func() { s.Cancel(m) })
	require.PanicsWithValue(t, fmt.Sprintf("timed: variable %d is not a mark", slow), func() { s.Since(slow) })
	require.PanicsWithValue(t, fmt.Sprintf("timed: fire variable %d: another pending event comes before it in every timing", slow), func() { s.Fire(slow) })
	s.Fire(fast)
	require.PanicsWithValue(t, fmt.Sprintf("timed: variable %d is not a pending event", fast), func() { s.Fire(fast) })
	require.PanicsWithValue(t, "timed: pin now to 6: it is between 1 and 5", func() { s.PinNow(6) })
	require.PanicsWithValue(t, "timed: assume between 6 and 7 since a mark: it is between 1 and 5", func() { s.AssumeSince(m, 6, 7) })
	require.PanicsWithValue(t, "timed: arm at a mark: the window [0, 4] may have passed; ask Overdue first", func() { s.ArmAt(m, 0, 4) })
}

func TestLimit(t *testing.T) {
	var s timed.State
	s.Reset()
	for s.Size() < timed.Max {
		s.Arm(1, 2)
	}
	require.PanicsWithValue(t, "timed: more than 1024 variables", func() { s.Mark() })
	for s.Pending() > 0 {
		v := timed.Var(s.Pending()) // handles are given out from 1 on
		require.True(t, s.MayFire(v))
		if s.Pending() > 20 { // a step at the limit takes milliseconds
			s.Cancel(v)
			continue
		}
		s.Fire(v)
	}
	lo, hi := s.Now()
	require.Equal(t, [2]int64{1, 2}, [2]int64{lo, hi})
}

// In the steady state nothing is allocated, and a State that is reset behaves
// like a new one.
func TestNoAllocations(t *testing.T) {
	var s timed.State
	run := func() {
		s.Reset()
		for i := range int64(40) {
			s.Arm(i, 100)
		}
		m := s.Mark()
		for v := timed.Var(1); v <= 40; v++ {
			if v%4 == 0 {
				s.Cancel(v)
			} else if s.MayFire(v) {
				s.Fire(v)
			}
		}
		s.AssumeSince(m, 50, 60)
		s.Drop(m)
		s.PinNow(55)
	}
	run()
	require.Zero(t, testing.AllocsPerRun(100, run))
	var fresh timed.State
	again := s
	s = fresh
	run()
	require.True(t, s.Equal(&again))
}
