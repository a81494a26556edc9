package strategy_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// script is a world of actors whose events are written as words: `x` writes the
// resource x, `-` touches nothing, and `+B` behind either also starts B. Actors that
// nobody starts begin at once.
type script struct {
	scenario *sim.Scenario
	order    []string // of the latest run: an event is its actor and number, such as A3
}

// newScript reads lines such as "A: x x+B -".
func newScript(lines ...string) *script {
	s := new(script)
	s.scenario = &sim.Scenario{
		Name:     "script",
		Profiles: []*sim.Profile{{Name: "untimed", Step: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}}},
		Build: func(w *sim.World) {
			s.order = s.order[:0]
			all := make(map[string]*scripted)
			started := strings.Join(lines, "\n")
			for _, line := range lines {
				name, events, _ := strings.Cut(line, ": ")
				a := &scripted{script: s, proc: w.Actor(name), name: name, words: strings.Fields(events), all: all}
				all[name] = a
				if !strings.Contains(started, "+"+name) {
					a.arm(w)
				}
			}
		},
	}
	return s
}

type scripted struct {
	*script
	proc  *sim.Proc
	name  string
	words []string
	next  int
	all   map[string]*scripted
}

func (a *scripted) arm(w *sim.World) {
	if a.next < len(a.words) {
		l := w.Label("e" + a.words[a.next])
		a.proc.After(l, a.proc.Window(l), a, 0)
	}
}

// Fire does the next event.
func (a *scripted) Fire(w *sim.World, _ int64) {
	resource, child, starts := strings.Cut(a.words[a.next], "+")
	if resource != "-" && resource != "" {
		w.Write(w.Resource(resource))
		a.order = append(a.order, fmt.Sprintf("%s%d", a.name, a.next))
	}
	a.next++
	if starts {
		a.all[child].arm(w)
	}
	a.arm(w)
}

// orders runs s after a few runs to learn from, and counts the orders of the events
// that touch something.
func (s *script) orders(t *testing.T, st strategy.Strategy, runs int) map[string]int {
	w := newWorld(t)
	learned := strategy.Learned{Model: strategy.NewModel()}
	walk := strategy.NewRandomWalk()
	for i := range 20 {
		walk.Begin(strategy.Info{Seed: uint64(i)})
		r, err := w.Run(s.scenario, sim.Config{Chooser: strategy.Chooser(walk, strategy.Data{}), Log: true})
		require.NoError(t, err)
		learned.Add(r)
		learned.Model.Add(w.Log())
	}
	c := strategy.Chooser(st, strategy.Data{})
	count := make(map[string]int)
	for i := range runs {
		st.Begin(strategy.Info{Number: i, Seed: strategy.SeedOf(1, i), Learned: learned})
		_, err := w.Run(s.scenario, sim.Config{Chooser: c, Log: true})
		require.NoError(t, err)
		count[strings.Join(s.order, " ")]++
	}
	return count
}

// share is how many of runs end with the event last.
func (s *script) share(t *testing.T, st strategy.Strategy, runs int, last string) (n int) {
	for order, k := range s.orders(t, st, runs) {
		if strings.HasSuffix(order, last) {
			n += k
		}
	}
	return n
}

// chiSquare is how far counts are from n equal ones.
func chiSquare(t *testing.T, count map[string]int, n int) (x float64) {
	sum := 0
	for _, k := range count {
		sum += k
	}
	require.LessOrEqual(t, len(count), n, "more orders than there are")
	each := float64(sum) / float64(n)
	for _, k := range count {
		x += (float64(k) - each) * (float64(k) - each) / each
	}
	return x + float64(n-len(count))*each
}

// within asserts that n of runs are as many as a chance of p says, by less than
// 3.9 standard deviations: more happens once in 10,000.
func within(t *testing.T, n, runs int, p float64, what string) {
	t.Helper()
	require.InDelta(t, float64(runs)*p, n, 3.9*math.Sqrt(float64(runs)*p*(1-p)), what)
}

// With the right numbers every interleaving is equally likely under URW: the limits of
// chi-square are exceeded once in 10,000 cases.
func TestURWIsUniform(t *testing.T) {
	for _, c := range []struct {
		script *script
		orders int
		limit  float64
	}{
		{newScript("A: x x x", "B: x x x"), 20, 51},
		{newScript("A: x x", "B: x x", "C: x x"), 90, 148},
		{newScript("M: x+A x+B x", "A: x x", "B: x x"), 45, 88},
	} {
		x := chiSquare(t, c.script.orders(t, strategy.NewURW(), 90_000), c.orders)
		t.Logf("%d orders: chi-square %.1f", c.orders, x)
		require.Less(t, x, c.limit, "%d orders", c.orders)
	}
	x := chiSquare(t, newScript("A: x x x", "B: x x x").orders(t, strategy.NewRandomWalk(), 90_000), 20)
	require.Greater(t, x, 10_000.0, "a random walk is not uniform: the test can tell")
}

// The orders of what touches one resource are equally likely under SURW, whatever else
// processes do.
func TestSURWIsUniformOverWhatMatters(t *testing.T) {
	for _, c := range []struct {
		script *script
		orders int
		limit  float64
	}{
		{newScript("A: - - - - x x - - x", "B: x x x -"), 20, 51},
		{newScript("A: - - x x", "B: x - - - - - x", "C: x x - - -"), 90, 148},
		{newScript("M: x+A x+B x", "A: x x", "B: x x"), 45, 88},
		{newScript("M: -+A -+B - x", "A: - - - x x", "B: x x -"), 30, 67},
	} {
		x := chiSquare(t, c.script.orders(t, strategy.NewSURW(), 90_000), c.orders)
		t.Logf("%d orders: chi-square %.1f", c.orders, x)
		require.Less(t, x, c.limit, "%d orders", c.orders)
	}
}

// A single write is last of n+1 once in n+1 under URW and SURW.
func TestUniformWalksStarveOften(t *testing.T) {
	const runs = 20_000
	for _, n := range []int{5, 25} {
		s := newScript("A: x", "B:"+strings.Repeat(" x", n))
		within(t, s.share(t, strategy.NewURW(), runs, "A0"), runs, 1/float64(n+1), "urw")
		within(t, s.share(t, strategy.NewSURW(), runs, "A0"), runs, 1/float64(n+1), "surw")
	}
}

// Of two racing events the one behind j private events of its process wins with
// 1/(j+2) under POS, and with 1/2^(j+1) under a random walk.
func TestPOSLooksPastPrivateEvents(t *testing.T) {
	const runs = 20_000
	for j := range 6 {
		s := newScript("A: "+strings.Repeat("- ", j)+"x", "B: x")
		within(t, s.share(t, strategy.NewPOS(), runs, "B0"), runs, 1/float64(j+2), fmt.Sprintf("pos, %d private", j))
		within(t, s.share(t, strategy.NewRandomWalk(), runs, "B0"), runs, math.Pow(2, -float64(j+1)), fmt.Sprintf("random, %d private", j))
	}
}

// An event that others race with has its priority drawn anew each time: POS starves it
// as rarely as a random walk does.
func TestPOSDrawsAnewAfterARace(t *testing.T) {
	const runs = 40_000
	s := newScript("A: x", "B: x x x x x")
	n := s.share(t, strategy.NewPOS(), runs, "A0")
	within(t, n, runs, 1.0/32, "each race is another throw of the coin")
}

// An event is starved behind a causal chain of messages, each of them a process of
// its own, in every second run: a random walk does it once in 2^m.
func TestChainsStarveBehindMessages(t *testing.T) {
	const runs, m = 10_000, 12
	lines := []string{"V: x"}
	for i := range m {
		line := fmt.Sprintf("M%02d: x", i)
		if i < m-1 {
			line += fmt.Sprintf("+M%02d", i+1)
		}
		lines = append(lines, line)
	}
	s := newScript(lines...)
	within(t, s.share(t, strategy.NewChainsOfDepth(1), runs, "V0"), runs, 0.5, "pctcp of depth 1")
	within(t, s.share(t, strategy.NewRandomWalk(), runs, "V0"), runs, math.Pow(2, -m), "random")
	require.Greater(t, s.share(t, strategy.NewPCTOfDepth(1), runs, "V0"), 0)
	require.Less(t, s.share(t, strategy.NewPCTOfDepth(1), runs, "V0"), runs/8, "a priority per process means little")
}

// PCTCP of depth d among chains of a width w keeps its bound 1/(w^2 N^(d-1)).
func TestChainsKeepTheirBound(t *testing.T) {
	s := newScript("A: x x x x x x", "B: x x x x x x", "C: x x x x x x")
	const w, n = 3, 18
	for d, bug := range []string{"A5 B0", "A2 B3 A3"} {
		bound := w * w * int(math.Pow(n, float64(d)))
		hits := 0
		for order, k := range s.orders(t, strategy.NewChainsOfDepth(d+1), 50*bound) {
			if inOrder(order, bug) {
				hits += k
			}
		}
		require.GreaterOrEqual(t, hits, 25, "depth %d", d+1)
	}
}

func inOrder(order, events string) bool {
	want := strings.Fields(events)
	for _, e := range strings.Fields(order) {
		if len(want) > 0 && e == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
}
