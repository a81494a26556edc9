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
	c, e := newCensus(), strategy.NewReduced()
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
		case o.Wrong() != "" && real.Signature() != "violation sum":
			return nil, fmt.Errorf("what was found cannot happen: %s", o.Wrong())
		case end == strategy.InCalm:
			c.calm++
		case real.Signature() == "violation sum": // on the way
			c.breaches++
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
func TestReductionMissesNothing(t *testing.T) {
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
		red, err := s.reduced(sc)
		require.NoError(t, err, "%v", p)
		programs++
		if all.partial || red.partial {
			return // a clock was read, and not every reading was tried
		}
		require.Equal(t, all.signatures(), red.signatures(), "%v", p)
		if red.calm == 0 && red.breaches == 0 {
			for k := range all.classes {
				require.Contains(t, red.classes, k, "%v", p)
			}
		}
		if red.breaches == 0 {
			for k := range red.classes {
				require.Contains(t, all.classes, k, "%v", p)
			}
		}
		orders, classes = orders+all.runs, classes+len(all.classes)
		runs, asleep, empty = runs+red.runs, asleep+red.asleep, empty+red.empty
	})
	t.Logf("%d programs, %d orders, %d classes: %d runs, %d more cut short because all was asleep, %d because no timing was left",
		programs, orders, classes, runs, asleep, empty)
}
