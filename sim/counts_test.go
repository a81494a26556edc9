package sim_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// The number of orders of small programs is known in closed form, and so is the
// number of classes of orders that differ only in the order of independent events.
func TestCountsWithoutTime(t *testing.T) {
	type want struct{ orders, classes int }
	for name, c := range map[string]struct {
		s *sim.Scenario
		want
	}{
		"private 1+1":            {programme(ops("A", "+a"), ops("B", "+b")), want{2, 1}},
		"private 2+2":            {programme(ops("A", "+a", "+a"), ops("B", "+b", "+b")), want{6, 1}},
		"private 3+3":            {programme(ops("A", "", "", ""), ops("B", "", "", "")), want{20, 1}},
		"private 2+2+2":          {programme(each(3, "+x$", "+x$")...), want{90, 1}},
		"private 1+2+3":          {programme(ops("A", "+a"), ops("B", "", "b"), ops("C", "+c", "c", "+c")), want{60, 1}},
		"private 1x5":            {programme(each(5, "+x$")...), want{120, 1}},
		"two readers":            {programme(each(2, "x")...), want{2, 1}},
		"1 writer 2 readers":     {programme(append(each(2, "x"), ops("W", "+x"))...), want{6, 4}},
		"1 writer 4 readers":     {programme(append(each(4, "x"), ops("W", "+x"))...), want{120, 16}},
		"4 writers":              {programme(each(4, "+x")...), want{24, 24}},
		"5 writers":              {programme(each(5, "+x")...), want{120, 120}},
		"2 lost updates":         {programme(each(2, "x", "+x")...), want{6, 4}},
		"3 lost updates":         {programme(each(3, "x", "+x")...), want{90, 36}},
		"4 lost updates":         {programme(each(4, "x", "+x")...), want{2520, 576}},
		"reorder_3":              {programme(ops("S1", "+a", "+b"), ops("S2", "+a", "+b"), ops("C", "a", "b")), want{90, 36}},
		"2 in turn":              {programme(append(each(2, "+x$"), ops("R", "x1", "x2"))...), want{12, 4}},
		"3 in turn":              {programme(append(each(3, "+x$"), ops("R", "x1", "x2", "x3"))...), want{120, 8}},
		"conflicting 3 and 2":    {programme(ops("A", "+x", "+x", "+x"), ops("B", "+x", "+x")), want{10, 10}},
		"conflicting 4 and 4":    {programme(ops("A", "+x", "+x", "+x", "+x"), ops("B", "+x", "+x", "+x", "+x")), want{70, 70}},
		"spawn tree":             {spawnTree(""), want{45, 1}},
		"spawn tree, one writes": {spawnTree("+x"), want{45, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			got := exhaust(t, c.s, nil)
			require.Equal(t, c.want, want{got.orders, got.classes})
			red, err := newSearcher(t).reduced(c.s)
			require.NoError(t, err)
			require.Equal(t, c.classes, red.runs, "runs with reduction")
			require.Equal(t, c.classes, len(red.classes), "classes with reduction")
			require.Equal(t, map[string]int{"": got.orders}, got.signatures)
		})
	}
}

// spawnTree is main `s1 s2 m` whose first two events spawn children of two events.
// The events of the children have the footprint f: their interleavings are the
// classes.
func spawnTree(f string) *sim.Scenario {
	main := ops("M", "", "", "")
	main.ops[0].spawn = []script{ops("C", f, f)}
	main.ops[1].spawn = []script{ops("C", f, f)}
	return programme(main)
}

// A process with a body has its start as an event of its own.
func TestCountsOfBodies(t *testing.T) {
	s := untimedly(func(w *sim.World) {
		for i := range 2 {
			w.Process(fmt.Sprint("P", i), func(p *sim.Proc) {
				p.Step("a")
				p.Step("b")
			})
		}
	})
	got := exhaust(t, s, nil)
	require.Equal(t, 20, got.orders) // 6!/(3! 3!)
	require.Equal(t, 1, got.classes)
}

// Two processes of 4 events have 2,6,18,18,18,6,2 orders with 0,1,...,6 preemptions.
func TestCountsByPreemptions(t *testing.T) {
	var byPreemptions [7]int
	s := programme(ops("A", "+x", "+x", "+x", "+x"), ops("B", "+x", "+x", "+x", "+x"))
	exhaust(t, s, func(r *sim.Result) {
		tr := r.Trace
		blocks := 1
		for i := 1; i < len(tr.Events); i++ {
			if tr.Events[i].Process != tr.Events[i-1].Process {
				blocks++
			}
		}
		byPreemptions[blocks-2]++
	})
	require.Equal(t, [7]int{2, 6, 18, 18, 18, 6, 2}, byPreemptions)
}

// In time only those orders exist that some timing allows.
func TestCountsInTime(t *testing.T) {
	const ms = time.Millisecond
	window := func(lo, hi int) sim.Window {
		return sim.Window{Earliest: time.Duration(lo) * ms, Nominal: time.Duration(lo) * ms, Latest: time.Duration(hi) * ms}
	}
	alone := func(n int, win func(i int) sim.Window) *sim.Scenario {
		var all []script
		for i := range n {
			all = append(all, script{fmt.Sprint("P", i), []op{{footprint: "+x", window: win(i)}}})
		}
		return programme(all...)
	}
	chain := func(name, footprint string, n int, win sim.Window) script {
		s := script{name: name}
		for range n {
			s.ops = append(s.ops, op{footprint: footprint, window: win})
		}
		return s
	}
	timer := func(at sim.Window) script { return chain("T", "+x", 1, at) }
	same := func(int) sim.Window { return window(3, 5) }
	next := func(i int) sim.Window { return window(i, i+1) }
	for name, c := range map[string]struct {
		s               *sim.Scenario
		orders, classes int
	}{
		"3 at once":                              {alone(3, same), 6, 6},
		"4 at once":                              {alone(4, same), 24, 24},
		"2 in a row":                             {alone(2, next), 2, 2},
		"3 in a row":                             {alone(3, next), 3, 3},
		"4 in a row":                             {alone(4, next), 5, 5},
		"5 in a row":                             {alone(5, next), 8, 8},
		"6 in a row":                             {alone(6, next), 13, 13},
		"chain against 4 ms":                     {programme(chain("C", "+x", 12, window(1, 2)), timer(window(4, 4))), 4, 4},
		"chain against 7 ms":                     {programme(chain("C", "+x", 12, window(1, 2)), timer(window(7, 7))), 5, 5},
		"chain against 10 ms":                    {programme(chain("C", "+x", 12, window(1, 2)), timer(window(10, 10))), 7, 7},
		"debounce of 100 ms against 1 ms":        {programme(chain("R", "+x", 1, window(1, 1)), timer(window(100, 100))), 1, 1},
		"third beat of 90 to 110 against 300 ms": {programme(thirdBeat(chain("H", "", 2, window(90, 110)), window(90, 110)), timer(window(300, 300))), 2, 2},
		"third beat of exactly 100 against 301 ms": {programme(thirdBeat(chain("H", "", 2, window(100, 100)), window(100, 100)), timer(window(301, 301))), 1, 1},
		"independent in space, not in time": {programme(
			script{"P", []op{{window: window(0, 10)}, {window: window(1, 1), footprint: "+x"}}},
			script{"Q", []op{{window: window(0, 10)}, {window: window(2, 2), footprint: "+x"}}},
		), 5, 2},
	} {
		t.Run(name, func(t *testing.T) {
			got := exhaust(t, c.s, nil)
			require.Equal(t, c.orders, got.orders, "orders")
			require.Equal(t, c.classes, got.classes, "classes")
			red, err := newSearcher(t).reduced(c.s)
			require.NoError(t, err)
			require.Equal(t, c.classes, red.runs, "runs with reduction")
			require.Equal(t, c.classes, len(red.classes), "classes with reduction")
		})
	}
}

func thirdBeat(s script, win sim.Window) script {
	s.ops = append(s.ops, op{footprint: "+x", window: win})
	return s
}

// Philosophers who take the left fork and then the right one: some orders
// deadlock, all in the same way, and all others pass.
func TestPhilosophers(t *testing.T) {
	got := exhaust(t, philosophers(2), nil)
	require.Equal(t, 2, len(got.signatures), got.signatures)
	require.Positive(t, got.signatures[""])
	require.Positive(t, got.signatures["deadlock everyone ate: not closed"])
}

// multinomial is the number of ways to interleave sequences of these lengths.
func multinomial(lengths ...int64) int {
	n := new(big.Int)
	total := int64(0)
	result := big.NewInt(1)
	for _, k := range lengths {
		total += k
		result.Mul(result, n.Binomial(total, k))
	}
	return int(result.Int64())
}

func TestCountsOfAnyLengths(t *testing.T) {
	for _, lengths := range [][]int64{{1}, {7}, {0, 3}, {4, 3}, {5, 4}, {2, 3, 2}, {1, 1, 1, 3}, {2, 2, 2, 1}} {
		var scripts []script
		for i, k := range lengths {
			scripts = append(scripts, ops(fmt.Sprint("P", i), make([]string, k)...))
		}
		got := exhaust(t, programme(scripts...), nil)
		require.Equal(t, multinomial(lengths...), got.orders, "%v", lengths)
		require.Equal(t, 1, got.classes, "%v", lengths)
	}
}
