package timed

import "fmt"

// Zone is the set of all timings that fit the windows of a run's events and the
// order of those pairs of them that matter: an event zone (Lugiez, Niebert and
// Zennou, "A partial order semantics approach to the clock explosion problem of
// timed automata", TCS 345, 2005, after Bengtsson et al., CONCUR'98, and Minea,
// CONCUR'99).
//
// A State orders everything that has fired. After A, B it says that A was not
// later than B, after B, A the opposite, so what can follow differs even if the two
// have nothing to do with each other. A Zone has a variable for each event that
// still matters, fired or pending, and is told which must not come before which
// (After). Two neighbours that nobody orders may be fired in either order, and
// leave the same Zone: what is said of one order holds for all that differ from it
// in such swaps only.
//
// So a Zone has no present instant. An event may be fired that is later, in every
// timing, than one which is still pending; if the two turn out to need the other
// order, the Zone is empty, and stays so.
//
// The variables are named by the caller with small numbers, 0 is the origin. A
// variable that is dropped is forgotten with all that was known of it, except for
// what it implied about the others. The zero Zone is ready after Reset. Like a
// State it may be reused, allocates only when it grows, and panics on misuse.
type Zone struct {
	bound  []int64 // bound[i*stride+j]: the least upper bound of x(i)-x(j); always closed
	via    []int64 // scratch: one row
	stride int
	n      int
	at     []int32 // index of a variable; -1 if it is not in use
	who    []Var   // variable at an index
	wait   []bool  // at an index: it is pending
	empty  bool
}

// Origin is the variable of the instant 0.
const Origin Var = 0

// Reset forgets everything. It keeps the memory.
func (z *Zone) Reset() {
	if z.stride == 0 {
		z.grow(16)
	}
	z.n, z.empty = 1, false
	z.at = append(z.at[:0], 0)
	z.who[0], z.wait[0] = Origin, false
	z.bound[0] = 0
}

func (z *Zone) grow(stride int) {
	old, oldStride := z.bound, z.stride
	z.bound, z.stride = make([]int64, stride*stride), stride
	for i := range z.n {
		copy(z.row(i), old[i*oldStride:][:z.n])
	}
	z.via = make([]int64, stride)
	z.who = append(make([]Var, 0, stride), z.who...)[:stride]
	z.wait = append(make([]bool, 0, stride), z.wait...)[:stride]
}

func (z *Zone) row(i int) []int64 { return z.bound[i*z.stride:][:z.n] }

// Size is the number of variables, at most Max.
func (z *Zone) Size() int { return z.n }

// Empty reports that no timing is left.
func (z *Zone) Empty() bool { return z.empty }

// Has reports whether v is in use.
func (z *Zone) Has(v Var) bool { return v >= 0 && int(v) < len(z.at) && z.at[v] >= 0 }

func (z *Zone) index(v Var) int {
	if !z.Has(v) {
		panic(fmt.Sprintf("timed: variable %d is not in use", v))
	}
	return int(z.at[v])
}

// Arm adds the pending event v, which happens between earliest and latest
// nanoseconds after from: 0 <= earliest <= latest. latest may be Unbounded.
func (z *Zone) Arm(v, from Var, earliest, latest int64) {
	checkWindow(earliest, latest)
	if z.Has(v) {
		panic(fmt.Sprintf("timed: arm variable %d: it is in use", v))
	}
	if z.n == Max {
		panic(fmt.Sprintf("timed: more than %d variables", Max))
	}
	at := z.index(from)
	if z.n == z.stride {
		z.grow(2 * z.stride)
	}
	x := z.n
	z.n++
	for len(z.at) <= int(v) {
		z.at = append(z.at, -1)
	}
	z.at[v], z.who[x], z.wait[x] = int32(x), v, true
	row, past := z.row(x), z.row(at)
	for k, b := range past {
		row[k] = min(b+latest, Unbounded)
	}
	if latest >= Unbounded {
		fill(row)
	}
	for k := range x {
		b := z.bound[k*z.stride+at]
		if b < Unbounded {
			b -= earliest
		}
		z.bound[k*z.stride+x] = b
	}
	row[x] = 0
}

// Fire says that v has happened. It goes on to matter until Drop.
func (z *Zone) Fire(v Var) { z.wait[z.index(v)] = false }

// MayFire reports whether v can be the first of all pending events: whether it
// comes, in some timing, before or together with each of them. In every timing some
// event can.
func (z *Zone) MayFire(v Var) bool { return z.Blocks(v) < 0 && !z.empty }

// Blocks is a pending event that comes before v in every timing; -1 if there is none.
func (z *Zone) Blocks(v Var) Var {
	x := z.index(v)
	for i := range z.n {
		if z.wait[i] && z.bound[i*z.stride+x] < 0 {
			return z.who[i]
		}
	}
	return -1
}

// After keeps only the timings in which v does not come before u.
func (z *Zone) After(v, u Var) { z.tighten(z.index(u), z.index(v), 0) }

// Assume keeps only the timings in which v comes between lo and hi nanoseconds
// after u. hi may be Unbounded.
func (z *Zone) Assume(v, u Var, lo, hi int64) {
	x, y := z.index(v), z.index(u)
	if hi < Unbounded {
		z.tighten(x, y, hi)
	}
	z.tighten(y, x, -lo)
}

// Since is the interval of the time from u to v. hi is Unbounded if it has no
// upper end. Every value in it is possible.
func (z *Zone) Since(v, u Var) (lo, hi int64) {
	x, y := z.index(v), z.index(u)
	return -z.bound[y*z.stride+x], z.bound[x*z.stride+y]
}

// Drop forgets v. What it implied about the others stays true.
func (z *Zone) Drop(v Var) {
	x, last := z.index(v), z.n-1
	if v == Origin {
		panic("timed: drop the origin")
	}
	if x != last {
		copy(z.row(x), z.row(last))
		for i := range z.n {
			row := z.row(i)
			row[x] = row[last]
		}
		z.who[x], z.wait[x] = z.who[last], z.wait[last]
		z.at[z.who[x]] = int32(x)
	}
	z.at[v] = -1
	z.n = last
}

// tighten adds x(i)-x(j) <= c.
func (z *Zone) tighten(i, j int, c int64) {
	if z.empty || z.bound[i*z.stride+j] <= c {
		return
	}
	if back := z.bound[j*z.stride+i]; back < Unbounded && back+c < 0 {
		z.empty = true
		return
	}
	via := z.via[:z.n]
	for k, b := range z.row(j) {
		via[k] = b + c
		if b >= Unbounded {
			via[k] = far
		}
	}
	for k := range z.n {
		row := z.row(k)
		relax(row, via, row[i])
	}
}

// CopyFrom makes z equal to o. They share nothing.
func (z *Zone) CopyFrom(o *Zone) {
	if z.stride < o.n {
		z.n = 0
		z.grow(o.stride)
	}
	z.n, z.empty = o.n, o.empty
	for i := range z.n {
		copy(z.row(i), o.row(i))
	}
	z.at = append(z.at[:0], o.at...)
	copy(z.who, o.who[:o.n])
	copy(z.wait, o.wait[:o.n])
}

// Equal reports whether z and o have the same variables, equally pending, and allow
// the same timings of them.
func (z *Zone) Equal(o *Zone) bool {
	if z.n != o.n || z.empty != o.empty {
		return false
	}
	for i := range z.n {
		if v := z.who[i]; !o.Has(v) || o.wait[o.at[v]] != z.wait[i] {
			return false
		}
	}
	if z.empty {
		return true
	}
	for i := range z.n {
		row, other := z.row(i), o.row(int(o.at[z.who[i]]))
		for k, b := range row {
			if other[o.at[z.who[k]]] != b {
				return false
			}
		}
	}
	return true
}
