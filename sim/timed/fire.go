package timed

import "fmt"

// far stands for Unbounded where a bound is added to another: no sum with it
// is below Unbounded, so that the inner loops need not test for it.
const far = 2 * Unbounded

// MayFire reports whether some timing lets v happen now, before or together
// with all others that are pending.
func (s *State) MayFire(v Var) bool {
	x := s.pendingAt(v)
	if s.loose {
		return true
	}
	if s.stale {
		s.refresh()
	}
	return s.low[x] >= 0
}

// AllMayFire reports whether every pending event may, without looking at each.
func (s *State) AllMayFire() bool { return s.loose }

// Moved says that time has passed, one does not know how much: that events fired which
// could at any time and of which s was not told. So may do all that are pending now.
func (s *State) Moved() {
	if !s.loose {
		panic("timed: time can pass unnoticed only while nothing is known about it")
	}
	s.moved = true
}

// Fire makes v happen: no pending event comes before it, and its instant is now.
// The instant that was now is forgotten unless it was marked.
func (s *State) Fire(v Var) {
	f := s.pendingAt(v)
	if s.loose {
		s.moved = true
		s.dropLoose(f, v)
		return
	}
	if s.stale {
		s.refresh()
	}
	if s.low[f] < 0 {
		panic(fmt.Sprintf("timed: fire variable %d: another pending event comes before it in every timing", v))
	}
	n, last := s.n, s.n-1
	// The new bounds are f-j <= 0 for every pending j. All of them leave f, so the
	// new row of f is the minimum over the rows of those j, and no chain goes
	// through f twice: each other row is relaxed once. Column f does not change, and
	// becomes that of now; the last variable takes the place of f.
	via, next := s.low[:n], s.next[:n]
	copy(s.row(now), via)
	for k, b := range via {
		if b >= Unbounded {
			via[k] = far
		}
		next[k] = Unbounded
	}
	for i := 0; i < s.first; i++ {
		row := s.row(i)
		if i != now {
			past := row[f]
			relax(row, via, past)
			row[now] = past
		}
		row[f] = row[last]
	}
	s.row(now)[now] = 0
	least := Unbounded
	for i := s.first; i < n; i++ {
		if i == f {
			continue
		}
		row := s.row(i)
		after := row[f]
		relaxPending(row, via, next, after)
		row[now], row[f] = after, row[last]
		least = min(least, after)
	}
	next[now], next[f] = least, next[last]
	if f != last {
		copy(s.row(f), s.row(last))
		s.who[f] = s.who[last]
		s.at[s.who[f]] = int32(f)
	}
	s.low, s.next = s.next, s.low
	s.n = last
	s.forget(v)
}

// relax lowers row to what a chain of first and via allows.
func relax(row, via []int64, first int64) {
	if first >= Unbounded {
		return
	}
	via = via[:len(row)]
	for k, b := range row {
		row[k] = min(b, first+via[k])
	}
}

// relaxPending is relax, and keeps the column minima.
func relaxPending(row, via, low []int64, first int64) {
	if first >= Unbounded {
		first = far
	}
	via, low = via[:len(row)], low[:len(row)]
	for k, b := range row {
		b = min(b, first+via[k])
		row[k] = b
		low[k] = min(low[k], b)
	}
}

// refresh computes the column minima anew.
func (s *State) refresh() {
	low := s.low[:s.n]
	fill(low)
	for i := s.first; i < s.n; i++ {
		row := s.row(i)
		row = row[:len(low)]
		for k, b := range row {
			low[k] = min(low[k], b)
		}
	}
	s.stale = false
}

// Now is the interval of the present instant, in nanoseconds since the origin.
// hi is Unbounded if it has no upper end. Every value in it is possible.
func (s *State) Now() (lo, hi int64) {
	s.settle()
	return -s.bound[origin*s.stride+now], s.bound[now*s.stride+origin]
}

// Since is the interval of the time that has passed since the mark m. hi is
// Unbounded if it has no upper end. Every value in it is possible.
func (s *State) Since(m Var) (lo, hi int64) {
	x := s.markAt(m)
	return -s.bound[x*s.stride+now], s.bound[now*s.stride+x]
}

// Overdue reports whether more than latest nanoseconds have passed since the
// mark m: in every timing (mustBe), in some timing (canBe). If only some, then
// AssumeSince(m, latest+1, Unbounded) and AssumeSince(m, 0, latest) are the two
// ways to go on.
func (s *State) Overdue(m Var, latest int64) (mustBe, canBe bool) {
	lo, hi := s.Since(m)
	return lo > latest, hi > latest && latest < Unbounded
}

// PinNow keeps only the timings in which now is t nanoseconds after the origin.
func (s *State) PinNow(t int64) {
	if lo, hi := s.Now(); t < lo || t > hi || t >= Unbounded {
		panic(fmt.Sprintf("timed: pin now to %d: it is between %d and %d", t, lo, hi))
	}
	s.tighten(now, origin, t)
	s.tighten(origin, now, -t)
}

// AssumeSince keeps only the timings in which between lo and hi nanoseconds have
// passed since the mark m. hi may be Unbounded.
func (s *State) AssumeSince(m Var, lo, hi int64) {
	x := s.markAt(m)
	from, to := s.Since(m)
	if max(lo, from) > min(hi, to) {
		panic(fmt.Sprintf("timed: assume between %d and %d since a mark: it is between %d and %d", lo, hi, from, to))
	}
	if hi < to {
		s.tighten(now, x, hi)
	}
	if lo > from {
		s.tighten(x, now, -lo)
	}
}

// tighten adds x(i)-x(j) <= c, which some timing must satisfy.
func (s *State) tighten(i, j int, c int64) {
	if s.bound[i*s.stride+j] <= c {
		return
	}
	via := s.next[:s.n] // free between firings
	for k, b := range s.row(j) {
		via[k] = b + c
		if b >= Unbounded {
			via[k] = far
		}
	}
	for k := range s.n {
		row := s.row(k)
		relax(row, via, row[i])
	}
	if !s.stale {
		relax(s.low[:s.n], via, s.low[i]) // a minimum of rows is relaxed like a row
	}
}
