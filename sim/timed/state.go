package timed

import (
	"fmt"
	"slices"
)

// Unbounded is the latest of a window without an upper bound, and the upper end
// of an interval that has none. Every finite bound, also the sum of windows
// since the origin, must stay below it: 36 years in nanoseconds.
const Unbounded int64 = 1 << 60

// Max is the largest number of variables of a State: pending events, marks, the
// present instant and the origin. A step costs the square of their number.
const Max = 1024

// Var is the handle of a pending event or of a mark. It is valid until the event
// fires or is cancelled, or the mark is dropped; then it may be given out again.
// 0 is none.
type Var int32

// Fixed indices of the matrix. Marks follow, then the pending events.
const (
	origin = 0
	now    = 1
	fixed  = 2
)

// State is the set of all timings that are consistent with the windows of the
// pending events and with what has happened so far, in what order. Time is in
// whole nanoseconds, all bounds are inclusive.
//
// The zero State is ready after a call of Reset. A State may be reused for any
// number of runs, and allocates only when it grows. Its methods panic on a Var
// that is not valid, and on a step that no timing allows: both are bugs of the
// caller, which can ask before.
type State struct {
	// bound[i*stride+j] is the least upper bound of x(i)-x(j), Unbounded if there
	// is none. It is always closed: no chain of bounds is tighter than the bound
	// itself. Indices: origin, now, marks, pending events.
	bound  []int64
	stride int
	n      int // variables in use
	first  int // index of the first pending event

	// low[k] is the minimum of bound over the rows of pending events, in column k.
	// A pending k may be first iff low[k] is not negative, and when it is first, low
	// becomes its row: everything pending comes later.
	low, next []int64
	stale     bool // low must be computed anew

	// loose: every pending event was armed with the window [0, Unbounded), and
	// nothing else is known but that now was passed on. Then all may be first, and
	// bound and low are not kept until settle. moved: something has fired.
	loose, moved bool

	at   []int32 // index of a Var; 0 if it is not in use
	who  []Var   // Var of an index
	free []Var
}

// Reset makes s the state of a world in which nothing has happened and nothing
// is pending: now is the origin, 0. It keeps the memory.
func (s *State) Reset() {
	if s.stride == 0 {
		s.at = append(s.at, 0)
		s.grow(16)
	}
	s.n, s.first, s.stale = fixed, fixed, false
	s.loose, s.moved = true, false
	s.at, s.free = s.at[:1], s.free[:0]
	for i := range fixed {
		clear(s.row(i))
		s.low[i] = Unbounded
	}
}

// grow changes the stride. Only the bounds in use are moved.
func (s *State) grow(stride int) {
	old, oldStride := s.bound, s.stride
	s.bound, s.stride = make([]int64, stride*stride), stride
	for i := range s.n {
		copy(s.row(i), old[i*oldStride:][:s.n])
	}
	s.low = append(make([]int64, 0, stride), s.low...)[:stride]
	s.next = make([]int64, stride)
	s.who = append(make([]Var, 0, stride), s.who...)[:stride]
}

// row is row i, as long as there are variables.
func (s *State) row(i int) []int64 { return s.bound[i*s.stride:][:s.n] }

// Pending is the number of pending events.
func (s *State) Pending() int { return s.n - s.first }

// Size is the number of variables, at most Max: the pending events, the marks,
// now and the origin.
func (s *State) Size() int { return s.n }

// Arm adds an event that will happen between earliest and latest after now, in
// nanoseconds: 0 <= earliest <= latest. latest may be Unbounded.
func (s *State) Arm(earliest, latest int64) Var {
	checkWindow(earliest, latest)
	if s.loose && earliest == 0 && latest >= Unbounded {
		return s.name(s.extend())
	}
	s.settle()
	x := s.extend()
	row, present := s.row(x), s.row(now)
	for k, b := range present {
		row[k] = min(b+latest, Unbounded)
	}
	if latest >= Unbounded {
		fill(row)
	}
	column := s.bound[x:]
	for k := 0; k < x; k++ {
		b := s.bound[k*s.stride+now]
		if b < Unbounded {
			b -= earliest
		}
		column[k*s.stride] = b
	}
	row[x] = 0
	return s.armed(x)
}

// ArmAt adds an event that will happen between earliest and latest after the
// mark m, and not before now. Such an event can be added only while its whole
// window cannot have passed: Overdue(m, latest) must not report canBe. Where it
// does, "is it overdue?" has two answers, and no set of bounds on differences
// covers both. Choose one with AssumeSince; what is overdue is due at once:
// Arm(0, 0).
func (s *State) ArmAt(m Var, earliest, latest int64) Var {
	checkWindow(earliest, latest)
	s.settle()
	if _, canBe := s.Overdue(m, latest); canBe {
		panic(fmt.Sprintf("timed: arm at a mark: the window [%d, %d] may have passed; ask Overdue first", earliest, latest))
	}
	x := s.extend()
	at := s.markAt(m)
	row, past := s.row(x), s.row(at)
	for k, b := range past {
		row[k] = min(b+latest, Unbounded)
	}
	if latest >= Unbounded {
		fill(row)
	}
	column := s.bound[x:]
	for k := 0; k < x; k++ {
		b := s.bound[k*s.stride+at]
		if b < Unbounded {
			b -= earliest
		}
		column[k*s.stride] = min(b, s.bound[k*s.stride+now])
	}
	row[x] = 0
	return s.armed(x)
}

func checkWindow(earliest, latest int64) {
	if earliest < 0 || latest < earliest || earliest >= Unbounded {
		panic(fmt.Sprintf("timed: window [%d, %d]: want 0 <= earliest <= latest, and a finite earliest", earliest, latest))
	}
}

func fill(row []int64) {
	for k := range row {
		row[k] = Unbounded
	}
}

// extend makes room for one more variable, at the end.
func (s *State) extend() int {
	if s.n == s.stride {
		if s.n == Max {
			panic(fmt.Sprintf("timed: more than %d variables", Max))
		}
		s.grow(2 * s.stride)
	}
	s.n++
	return s.n - 1
}

// armed takes the new pending event at the last index x into the column minima.
func (s *State) armed(x int) Var {
	row, low := s.row(x), s.low[:s.n]
	for k, b := range row[:x] {
		low[k] = min(low[k], b)
	}
	least := int64(0)
	for i := s.first; i < x; i++ {
		least = min(least, s.bound[i*s.stride+x])
	}
	low[x] = least
	return s.name(x)
}

// name gives the variable at index x a handle.
func (s *State) name(x int) Var {
	var v Var
	if last := len(s.free) - 1; last >= 0 {
		v, s.free = s.free[last], s.free[:last]
		s.at[v] = int32(x)
	} else {
		v = Var(len(s.at))
		s.at = append(s.at, int32(x))
	}
	s.who[x] = v
	return v
}

func (s *State) forget(v Var) {
	s.at[v] = 0
	s.free = append(s.free, v)
}

func (s *State) pendingAt(v Var) int {
	if v > 0 && int(v) < len(s.at) {
		if i := int(s.at[v]); i >= s.first {
			return i
		}
	}
	panic(fmt.Sprintf("timed: variable %d is not a pending event", v))
}

func (s *State) markAt(m Var) int {
	if m > 0 && int(m) < len(s.at) {
		if i := int(s.at[m]); i >= fixed && i < s.first {
			return i
		}
	}
	panic(fmt.Sprintf("timed: variable %d is not a mark", m))
}

// move puts the variable at index from to index to, whose own is lost.
func (s *State) move(from, to int) {
	if from == to {
		return
	}
	copy(s.row(to), s.row(from))
	for i := 0; i < s.n; i++ {
		row := s.row(i)
		row[to] = row[from]
	}
	s.low[to], s.who[to] = s.low[from], s.who[from]
	s.at[s.who[to]] = int32(to)
}

// settle ends looseness: the bounds are those of events that may happen at any
// time from now on.
func (s *State) settle() {
	if !s.loose {
		return
	}
	s.loose = false
	for i := range s.n {
		row := s.row(i)
		fill(row)
		row[i] = 0
		if i < fixed {
			row[now] = 0 // the origin is not after now
			fillFrom(row, fixed)
		}
	}
	if !s.moved {
		s.bound[now*s.stride+origin] = 0
	}
	s.stale = true
}

// fillFrom says that nothing from index i on is before the variable of the row.
func fillFrom(row []int64, i int) {
	for ; i < len(row); i++ {
		row[i] = 0
	}
}

// Cancel takes a pending event back. What was learned from its not having
// happened yet stays true.
func (s *State) Cancel(v Var) {
	x := s.pendingAt(v)
	if s.loose {
		s.dropLoose(x, v)
		return
	}
	if !s.stale {
		// The minima are as before unless they were those of this event.
		low := s.low[:s.n]
		for k, b := range s.row(x) {
			if b == low[k] && b < Unbounded && k != x {
				s.stale = true
				break
			}
		}
	}
	s.move(s.n-1, x)
	s.n--
	s.forget(v)
}

// dropLoose forgets the pending event v at index x.
func (s *State) dropLoose(x int, v Var) {
	last := s.n - 1
	s.who[x] = s.who[last]
	s.at[s.who[x]] = int32(x)
	s.n = last
	s.forget(v)
}

// Mark remembers the present instant, until Drop.
func (s *State) Mark() Var {
	s.settle()
	last := s.extend()
	x := s.first
	s.move(x, last)
	s.first++
	copy(s.row(x), s.row(now))
	for i := 0; i < s.n; i++ {
		row := s.row(i)
		row[x] = row[now]
	}
	s.low[x] = s.low[now]
	return s.name(x)
}

// Drop forgets the mark m.
func (s *State) Drop(m Var) {
	x := s.markAt(m)
	s.first--
	s.move(s.first, x)
	s.move(s.n-1, s.first)
	s.n--
	s.forget(m)
}

// Clone is a copy of s that shares nothing with it.
func (s *State) Clone() *State {
	c := *s
	c.bound, c.low, c.next = slices.Clone(s.bound), slices.Clone(s.low), slices.Clone(s.next)
	c.at, c.who, c.free = slices.Clone(s.at), slices.Clone(s.who), slices.Clone(s.free)
	return &c
}

// Equal reports whether s and o have the same variables, by handle, and allow
// the same timings of them.
func (s *State) Equal(o *State) bool {
	s.settle()
	o.settle()
	if s.n != o.n || s.first != o.first {
		return false
	}
	index := func(i int) int { // in o
		if i < fixed {
			return i
		}
		if v := s.who[i]; int(v) < len(o.at) && o.at[v] != 0 && (int(o.at[v]) < o.first) == (i < s.first) {
			return int(o.at[v])
		}
		return -1
	}
	for i := range s.n {
		oi := index(i)
		if oi < 0 {
			return false
		}
		for k, b := range s.row(i) {
			ok := index(k)
			if ok < 0 || o.row(oi)[ok] != b {
				return false
			}
		}
	}
	return true
}
