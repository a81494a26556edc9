package timed_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// plain is the timed state as one would write it down first: a matrix of bounds
// that is closed by Floyd and Warshall's algorithm after every step. It is the
// second oracle of State and the baseline of the benchmarks.
type plain struct {
	d       [][]int64 // d[i][j]: upper bound of x(i)-x(j)
	pending []int
	now     int
	keep    bool // do not forget what fired: the matrix grows, and nothing can be lost
}

func newPlain() *plain { return &plain{d: [][]int64{{0}}} }

func (p *plain) add() int {
	x := len(p.d)
	for i := range p.d {
		p.d[i] = append(p.d[i], timed.Unbounded)
	}
	row := make([]int64, x+1)
	for k := range row {
		row[k] = timed.Unbounded
	}
	row[x] = 0
	p.d = append(p.d, row)
	return x
}

func (p *plain) atMost(i, j int, c int64) { p.d[i][j] = min(p.d[i][j], c) }

func (p *plain) close() {
	for k := range p.d {
		for i := range p.d {
			for j := range p.d {
				if p.d[i][k] < timed.Unbounded && p.d[k][j] < timed.Unbounded {
					p.d[i][j] = min(p.d[i][j], p.d[i][k]+p.d[k][j])
				}
			}
		}
	}
}

func (p *plain) arm(ref int, earliest, latest int64) int {
	x := p.add()
	p.atMost(x, ref, latest)
	p.atMost(ref, x, -earliest)
	p.atMost(p.now, x, 0)
	p.pending = append(p.pending, x)
	p.close()
	return x
}

func (p *plain) mayFire(x int) bool {
	for _, j := range p.pending {
		if p.d[j][x] < 0 {
			return false
		}
	}
	return true
}

func (p *plain) fire(x int) {
	for _, j := range p.pending {
		p.atMost(x, j, 0)
	}
	p.close()
	p.cancel(x)
	old := p.now
	p.now = x
	if !p.keep && old != 0 {
		p.remove(old)
	}
}

func (p *plain) cancel(x int) {
	for i, j := range p.pending {
		if j == x {
			p.pending = append(p.pending[:i], p.pending[i+1:]...)
			return
		}
	}
}

func (p *plain) remove(x int) {
	p.d = append(p.d[:x], p.d[x+1:]...)
	for i := range p.d {
		p.d[i] = append(p.d[i][:x], p.d[i][x+1:]...)
	}
	for i, j := range p.pending {
		if j > x {
			p.pending[i]--
		}
	}
	if p.now > x {
		p.now--
	}
}

func (p *plain) since(x int) (lo, hi int64) { return -p.d[x][p.now], p.d[p.now][x] }

// pair runs a State and a plain side by side.
type pair struct {
	s        timed.State
	p        *plain
	events   []timed.Var // pending
	indices  []int       // the same, in p
	marks    []timed.Var
	instants []int // the same, in p
	longest  int64 // earliest, width of a window
}

func (c *pair) window(t *rapid.T) (earliest, latest int64) {
	earliest = rapid.Int64Range(0, c.longest).Draw(t, "earliest")
	if rapid.IntRange(0, 5).Draw(t, "unbounded") == 0 {
		return earliest, timed.Unbounded
	}
	return earliest, earliest + rapid.Int64Range(0, c.longest).Draw(t, "width")
}

func (c *pair) step(t *rapid.T) {
	switch op := rapid.IntRange(0, 12).Draw(t, "op"); {
	case op <= 3:
		e, l := c.window(t)
		c.events = append(c.events, c.s.Arm(e, l))
		c.indices = append(c.indices, c.p.arm(c.p.now, e, l))
	case op <= 7 && len(c.events) > 0:
		var enabled []int
		for i, v := range c.events {
			if c.s.MayFire(v) {
				enabled = append(enabled, i)
			}
		}
		i := rapid.SampledFrom(enabled).Draw(t, "fire")
		c.s.Fire(c.events[i])
		c.p.fire(c.indices[i])
		c.dropEvent(i)
	case op == 8 && len(c.events) > 0:
		i := rapid.IntRange(0, len(c.events)-1).Draw(t, "cancel")
		c.s.Cancel(c.events[i])
		c.p.cancel(c.indices[i])
		c.dropEvent(i)
	case op == 9 && len(c.marks) < 6:
		c.marks = append(c.marks, c.s.Mark())
		c.instants = append(c.instants, c.p.now)
	case op == 10 && len(c.marks) > 0:
		i := rapid.IntRange(0, len(c.marks)-1).Draw(t, "drop")
		c.s.Drop(c.marks[i])
		c.marks = append(c.marks[:i], c.marks[i+1:]...)
		c.instants = append(c.instants[:i], c.instants[i+1:]...)
	case op == 11 && len(c.marks) > 0:
		i := rapid.IntRange(0, len(c.marks)-1).Draw(t, "mark")
		e, l := c.window(t)
		c.armAt(t, i, e, l)
	case op == 12:
		c.read(t)
	}
}

func (c *pair) armAt(t *rapid.T, i int, e, l int64) {
	m := c.marks[i]
	mustBe, canBe := c.s.Overdue(m, l)
	lo, hi := c.p.since(c.instants[i])
	require.Equal(t, lo > l, mustBe)
	require.Equal(t, hi > l && l < timed.Unbounded, canBe)
	if mustBe {
		return
	}
	if canBe {
		if rapid.Bool().Draw(t, "overdue") {
			c.s.AssumeSince(m, l+1, timed.Unbounded)
			c.p.atMost(c.instants[i], c.p.now, -l-1)
			c.p.close()
			return
		}
		c.s.AssumeSince(m, 0, l)
		c.p.atMost(c.p.now, c.instants[i], l)
		c.p.close()
	}
	c.events = append(c.events, c.s.ArmAt(m, e, l))
	c.indices = append(c.indices, c.p.arm(c.instants[i], e, l))
}

func (c *pair) read(t *rapid.T) {
	if len(c.marks) == 0 || rapid.Bool().Draw(t, "clock") {
		lo, hi := c.s.Now()
		v := rapid.Int64Range(lo, min(hi, lo+c.longest)).Draw(t, "reading")
		c.s.PinNow(v)
		c.p.atMost(c.p.now, 0, v)
		c.p.atMost(0, c.p.now, -v)
	} else {
		i := rapid.IntRange(0, len(c.marks)-1).Draw(t, "mark")
		lo, hi := c.s.Since(c.marks[i])
		a := rapid.Int64Range(lo, min(hi, lo+c.longest)).Draw(t, "from")
		b := rapid.Int64Range(a, min(hi, a+c.longest)).Draw(t, "to")
		c.s.AssumeSince(c.marks[i], a, b)
		c.p.atMost(c.p.now, c.instants[i], b)
		c.p.atMost(c.instants[i], c.p.now, -a)
	}
	c.p.close()
}

func (c *pair) dropEvent(i int) {
	c.events = append(c.events[:i], c.events[i+1:]...)
	c.indices = append(c.indices[:i], c.indices[i+1:]...)
}

func (c *pair) check(t *rapid.T) {
	require.Equal(t, len(c.events), c.s.Pending())
	require.Equal(t, len(c.events)+len(c.marks)+2, c.s.Size())
	for i, v := range c.events {
		require.Equal(t, c.p.mayFire(c.indices[i]), c.s.MayFire(v), "may fire %d", v)
	}
	lo, hi := c.s.Now()
	plo, phi := c.p.since(0)
	require.Equal(t, [2]int64{plo, phi}, [2]int64{lo, hi})
	for i, m := range c.marks {
		lo, hi := c.s.Since(m)
		plo, phi := c.p.since(c.instants[i])
		require.Equal(t, [2]int64{plo, phi}, [2]int64{lo, hi})
	}
}

// Whatever is done to a State, it agrees with the plain matrix in which nothing
// is ever forgotten.
func TestStateAgreesWithPlainMatrix(t *testing.T) {
	var reused timed.State
	rapid.Check(t, func(t *rapid.T) {
		c := &pair{s: reused, p: newPlain(), longest: rapid.SampledFrom([]int64{1, 3, 20, 1e12}).Draw(t, "longest")}
		c.p.keep = true
		c.s.Reset()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			c.step(t)
			c.check(t)
			require.True(t, c.s.Equal(c.s.Clone()))
		}
		reused = c.s
	})
}

// More variables than the matrix had room for at first change nothing.
func TestManyPending(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &pair{p: newPlain(), longest: 50}
		c.s.Reset()
		for range rapid.IntRange(14, 40).Draw(t, "armed") {
			e, l := c.window(t)
			c.events = append(c.events, c.s.Arm(e, l))
			c.indices = append(c.indices, c.p.arm(c.p.now, e, l))
		}
		c.p.keep = true
		for range 6 {
			c.step(t)
			c.check(t)
		}
	})
}
