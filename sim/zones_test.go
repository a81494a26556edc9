package sim_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// census is what a search of a scenario saw.
type census struct {
	runs, asleep, empty, calm int
	breaches                  int
	partial                   bool
	classes                   map[string]int // how often each fingerprint with its signature came up
}

func newCensus() *census { return &census{classes: make(map[string]int)} }

func (c *census) add(r *sim.Result) {
	c.runs++
	c.classes[fmt.Sprintf("%016x %s", r.Fingerprint, r.Signature())]++
}

// cut is the number of runs that were cut short.
func (c *census) cut() int { return c.asleep + c.empty }

// signatures lists the failures that came up.
func (c *census) signatures() []string {
	var all []string
	for k := range c.classes {
		if s := k[17:]; s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	slices.Sort(all)
	return all
}

// passing lists the fingerprints of those that passed.
func (c *census) passing() []string {
	var all []string
	for k := range c.classes {
		if k[17:] == "" {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}

// searcher searches scenarios in worlds of its own.
type searcher struct{ first, second *sim.World }

func newSearcher(t testing.TB) *searcher { return &searcher{newWorld(t), newWorld(t)} }

// all runs every order of s, most at most.
func (s *searcher) all(sc *sim.Scenario, most int) (*census, error) {
	c, e := newCensus(), strategy.NewExhaustive(nil)
	for more := true; more && c.runs < most; more = e.Next() {
		r, err := s.first.Run(sc, sim.Config{Chooser: e})
		if err != nil {
			return nil, err
		}
		c.add(r)
	}
	c.partial = e.Partial()
	return c, nil
}

// reduced runs an order of every class of s, each again in an order that can really
// happen, and checks that it does.
func (s *searcher) reduced(sc *sim.Scenario) (*census, error) {
	return s.walk(sc, strategy.NewReduced())
}

func (s *searcher) walk(sc *sim.Scenario, e *strategy.Reduced) (*census, error) {
	c := newCensus()
	for more := true; more; more = e.Next() {
		r, err := s.first.Run(sc, sim.Config{Chooser: e, Mode: sim.Zones})
		end := e.Ending(err)
		print, signature := uint64(0), ""
		if r != nil {
			print, signature = r.Fingerprint, r.Signature()
		}
		breaches, trouble := e.Breaches()
		if trouble != nil {
			return nil, trouble
		}
		for _, o := range breaches {
			r, err := s.second.Run(sc, sim.Config{Chooser: o})
			if err != nil || r.Signature() != "violation sum" {
				return nil, fmt.Errorf("found a breach that cannot happen")
			}
			c.breaches++
			c.add(r)
		}
		switch {
		case end == strategy.Asleep:
			c.asleep++
			continue
		case end == strategy.Empty:
			c.empty++
			continue
		case end == strategy.Lost:
			return nil, fmt.Errorf("the same choices led elsewhere")
		case err != nil:
			return nil, err
		}
		o, err := e.Real()
		if err != nil {
			return nil, err
		}
		real, err := s.second.Run(sc, sim.Config{Chooser: o})
		switch {
		case err != nil:
			return nil, err
		case real.Signature() == "violation sum": // on the way
			c.breaches++
		case signature != "" && real.Signature() == signature: // maybe before all of the order has happened
		case o.Wrong() != "":
			return nil, fmt.Errorf("what was found cannot happen: %s", o.Wrong())
		case end == strategy.InCalm:
			c.calm++
		case real.Signature() != signature || real.Fingerprint != print:
			return nil, fmt.Errorf("found %x %q, which is really %x %q", print, signature, real.Fingerprint, real.Signature())
		}
		c.add(real)
	}
	c.partial = e.Partial()
	return c, nil
}

// What a search with reduction sees of a timed program is what one without sees:
// missing a class would be a proof of something false.
func TestReductionMissesNothing(t *testing.T) { missesNothing(t, strategy.NewReduced) }

// The same of source-DPOR, for which there is no proof.
func TestDPORMissesNothing(t *testing.T) { missesNothing(t, strategy.NewDPOR) }

func missesNothing(t *testing.T, walk func() *strategy.Reduced) {
	s := newSearcher(t)
	var programs, orders, classes, runs, asleep, empty int
	rapid.Check(t, func(t *rapid.T) {
		p := smallPrograms(7).Draw(t, "program")
		sc := p.scenario()
		const most = 20_000
		all, err := s.all(sc, most)
		if err != nil || all.runs == most {
			t.Skip("too many orders, or a program that makes no sense")
		}
		red, err := s.walk(sc, walk())
		require.NoError(t, err, "%v", p)
		programs++
		switch {
		case all.partial || red.partial: // a clock was read, and not every reading was tried
			return
		case red.calm > 0: // one way in which calm goes on stands for the others
			require.Subset(t, all.signatures(), red.signatures(), "%v", p)
		case red.breaches > 0: // on the way of one order, and not of an equivalent one, it hides what fails after it
			require.Subset(t, all.signatures(), red.signatures(), "%v", p)
			require.Contains(t, red.signatures(), "violation sum", "%v", p)
		default:
			require.Equal(t, all.signatures(), red.signatures(), "%v", p)
			require.Equal(t, all.passing(), red.passing(), "%v", p)
		}
		orders, classes = orders+all.runs, classes+len(all.classes)
		runs, asleep, empty = runs+red.runs, asleep+red.asleep, empty+red.empty
	})
	t.Logf("%d programs, %d orders, %d classes: %d runs, %d more cut short because all was asleep, %d because no timing was left",
		programs, orders, classes, runs, asleep, empty)
}

// Where events have nothing to do with each other, one run stands for many orders.
func TestReductionPays(t *testing.T) {
	s := newSearcher(t)
	for _, c := range []struct {
		name            string
		sc              *sim.Scenario
		orders, classes int
	}{
		{"4 processes, 3 private events each", programme(each(4, "+x$", "+x$", "+x$")...), 369_600, 1},
		{"4 in turn", programme(append(each(4, "+x$"), ops("R", "x1", "x2", "x3", "x4"))...), 1680, 16},
		{"2 pairs of 3 conflicting events", programme(ops("A", "+x", "+x", "+x"), ops("B", "+x", "+x", "+x"), ops("C", "+y", "+y", "+y"), ops("D", "+y", "+y", "+y")), 369_600, 400},
		{"3 lost updates, 2 private events before each", programme(each(3, "", "", "x", "+x")...), 34_650, 36},
		{"3 philosophers", philosophers(3), 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			red, err := s.reduced(c.sc)
			require.NoError(t, err)
			orders := c.orders
			if orders == 0 {
				all, err := s.all(c.sc, 1_000_000)
				require.NoError(t, err)
				orders = all.runs
				require.Equal(t, all.passing(), red.passing())
				require.Equal(t, all.signatures(), red.signatures())
			} else {
				require.Equal(t, c.classes, red.runs)
				require.Equal(t, c.classes, len(red.classes))
			}
			t.Logf("%d orders, %d classes: %d runs, %d more cut short", orders, len(red.classes), red.runs, red.cut())
			require.Less(t, 10*(red.runs+red.cut()), orders)
		})
	}
}
