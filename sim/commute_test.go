package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Two neighbours that, by their footprints, have nothing to do with each other can
// change places: the state after the two is the same, so is all that follows, and the
// two runs have one fingerprint. A failure is a footprint that a model does not leave,
// which would make every reduction and every count of classes wrong in silence.
//
// Some 18 swaps are made of every example: -rapid.checks=6000 makes 100,000.
func TestIndependentEventsCommute(t *testing.T) {
	c := newCommuter(t, "")
	rapid.Check(t, func(t *rapid.T) {
		if found := c.check(busyWorlds().Draw(t, "world"), rapid.Uint64().Draw(t, "seed")); found != "" {
			t.Fatal(found)
		}
	})
	t.Logf("%d swaps; %d more were not possible in time", c.swaps, c.impossible)
}

// The check finds each kind of footprint that is missing: where it is overlooked, soon
// two events are swapped that do not commute, and the states tell.
func TestMissingFootprintIsFound(t *testing.T) {
	watching := []busyDo{busyAddWatch, busyAddWatch, busyRmWatch, busyReadWatch, busyPollWatch, busyOpen, busyWrite, busyClose, busyUnlink, busyRename, busyMkdir}
	making := []busyDo{busyOpen, busyOpenDir, busyFstat, busyAccess, busyRename, busyUnlink, busyMkdir, busyClose, busyAddWatch, busyReadWatch}
	filing := []busyDo{busyFileAdd, busyFileRemove, busyFileNext, busyFileEvent, busyFileFailure, busyFileClose, busyOpen, busyWrite, busyMkdir, busyUnlink, busyRename}
	for kind, only := range map[string][]busyDo{ // to show it sooner
		"content:": nil, "entry:": nil, "listing:": nil, "fd:": nil, "queue:": nil, "lock:": nil, "mutex": nil, "tasks": nil, "waker": nil, "number": nil, "P": nil,
		"watches:": watching, "wds:": watching, "attributes:": making,
		"description:":    {busyOpen, busyRead, busyWrite, busyWriteLarge, busySeek, busyClose},
		"files0 channels": filing, "files0 watches": filing, "files0 news": filing,
		"clock.timer": clockKinds, "clock.func": clockKinds, "clock.after": clockKinds, "clock.ticker": clockKinds, "clock.deadline": clockKinds,
	} {
		t.Run(kind, func(t *testing.T) {
			if testing.Short() {
				t.Skip("takes seconds, under the race detector a minute")
			}
			c, worlds := newCommuter(t, kind), busyWorlds(only...)
			for seed := range 3000 {
				found := c.check(worlds.Example(seed), uint64(seed))
				if found != "" {
					t.Logf("after %d swaps: %s", c.swaps, found)
					return
				}
			}
			t.Fatalf("%d swaps show nothing", c.swaps)
		})
	}
}

// commuter swaps neighbours.
type commuter struct {
	w                 *sim.World
	ignored           string // footprints on resources of this prefix are overlooked
	swaps, impossible int
}

func newCommuter(t testing.TB, ignored string) *commuter {
	return &commuter{w: newWorld(t), ignored: ignored}
}

// drawnWorld is a world to swap events in.
type drawnWorld interface {
	observed() (*sim.Scenario, observedRun)
	// free says that every order is possible at any time.
	free() bool
}

// observedRun is the latest run of a scenario.
type observedRun interface {
	world() *sim.World
	appendState(dst []byte) []byte
}

// mostSwaps bounds the swaps in one run.
const mostSwaps = 40

// check runs b by a random schedule, swaps neighbours, and says what is wrong.
func (c *commuter) check(b drawnWorld, seed uint64) string {
	s, run := b.observed()
	cfg := sim.Config{Record: true, Limits: sim.Limits{Steps: 300}}
	if !b.free() && seed%2 == 1 {
		cfg.Profile = "ci-loaded"
	}
	first := &player{run: run, rand: sim.NewRand(seed), values: make(map[sim.EventID]int64)}
	cfg.Chooser = first
	r, err := c.w.Run(s, cfg)
	if err != nil {
		return err.Error()
	}
	first.finish()
	tr := r.Trace
	cfg.Record = false
	left := mostSwaps
	for i := range len(tr.Events) - 1 {
		if !c.independent(tr, i) || left == 0 {
			continue
		}
		left--
		order := slices.Clone(first.order)
		order[i], order[i+1] = order[i+1], order[i]
		second := &player{run: run, order: order, follow: true, values: first.values, from: i + 2}
		cfg.Chooser = second
		r2, err := c.w.Run(s, cfg)
		second.finish()
		if err == nil && second.diverged() && !b.free() {
			c.impossible++
			continue
		}
		c.swaps++
		if found := c.differ(first, second, r, r2, err); found != "" {
			return fmt.Sprintf("%s and %s (events %d and %d) do not commute: %s\n%s", tr.EventName(i), tr.EventName(i+1), i, i+1, found, around(tr, i))
		}
	}
	return ""
}

// differ says in what the second run is another than the first.
func (c *commuter) differ(first, second *player, r, r2 *sim.Result, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case second.wrong != "":
		return second.wrong
	case second.diverged():
		return "the second run ends elsewhere or makes other choices"
	}
	for n := second.from; n < len(first.states); n++ {
		if a, b := first.states[n], second.states[n]; a != b {
			return fmt.Sprintf("the states after %d events differ: %s", n, difference(a, b))
		}
	}
	if c.ignored == "" && r.Fingerprint != r2.Fingerprint {
		return "the fingerprints differ"
	}
	return ""
}

// difference cuts two states down to where they differ.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	from := max(0, i-40)
	cut := func(s string) string { return s[from:min(len(s), i+40)] }
	return fmt.Sprintf("%q and %q", cut(a), cut(b))
}

// around tells the events up to and after number i.
func around(t *sim.Trace, i int) string {
	var b strings.Builder
	for j := max(0, i-40); j < min(len(t.Events), i+10); j++ {
		e := &t.Events[j]
		names := func(list []int32) (out []string) {
			for _, r := range list {
				out = append(out, t.Resources[r])
			}
			return out
		}
		fmt.Fprintf(&b, "%4d %-30s reads %v writes %v %v\n", j, t.EventName(j), names(e.Reads), names(e.Writes), e.Details)
	}
	return b.String()
}

// independent reports whether events i and i+1 are of two processes, neither caused
// the other, and their footprints do not conflict.
func (c *commuter) independent(t *sim.Trace, i int) bool {
	a, b := &t.Events[i], &t.Events[i+1]
	if a.Process == b.Process || b.Cause == int32(i) {
		return false
	}
	share := func(xs, ys []int32) bool {
		return slices.ContainsFunc(xs, func(x int32) bool {
			if c.ignored != "" && strings.HasPrefix(t.Resources[x], c.ignored) {
				return false
			}
			return slices.Contains(ys, x)
		})
	}
	return !share(a.Writes, b.Writes) && !share(a.Writes, b.Reads) && !share(a.Reads, b.Writes)
}

// player chooses at random, or plays a total order of events by their IDs, and takes
// down the states in between.
type player struct {
	run    observedRun
	rand   *sim.Rand // if it does not follow
	follow bool
	order  []sim.EventID
	values map[sim.EventID]int64 // of choices other than the order
	from   int                   // the number of events from which on states are of interest
	fired  int
	asked  int
	wrong  string
	states []string // by the number of events so far
	buf    []byte
}

func (p *player) Began(*sim.World) {}

// Fired is called when the event before has had all of its effect.
func (p *player) Fired(id sim.EventID) {
	p.take(true)
	if !p.follow {
		p.order = append(p.order, id)
	} else if p.wrong == "" && (p.fired >= len(p.order) || p.order[p.fired] != id) {
		p.wrong = fmt.Sprintf("event %d cannot be what it was", p.fired)
	}
	p.fired++
}

// take takes the state down.
func (p *player) take(running bool) {
	state := ""
	if p.fired >= p.from && (!p.follow || p.wrong == "") {
		p.buf = p.run.appendState(p.buf[:0])
		if running {
			p.buf = p.run.world().AppendState(p.buf)
		} else {
			p.buf = p.run.world().AppendShared(p.buf)
		}
		state = string(p.buf)
	}
	p.states = append(p.states, state)
}

func (p *player) finish() { p.take(false) }

// diverged reports whether a player could not play what it was given.
func (p *player) diverged() bool {
	return p.wrong != "" || p.fired != len(p.order) || p.asked != len(p.values)
}

func (p *player) Choose(pt *sim.Point) int {
	if pt.Kind != sim.KindSchedule {
		return p.value(pt)
	}
	if !p.follow {
		return p.rand.IntN(pt.N)
	}
	for i := range pt.Enabled {
		if p.fired < len(p.order) && pt.Enabled[i].ID == p.order[p.fired] {
			return i
		}
	}
	return 0 // Fired will see
}

func (p *player) value(pt *sim.Point) int {
	if !p.follow {
		alt := p.rand.IntN(pt.N)
		p.values[pt.ID] = pt.Value(alt)
		return alt
	}
	v, known := p.values[pt.ID]
	alt, ok := pt.Alternative(v)
	if !known || !ok {
		p.wrong = "another choice: " + pt.Name()
		return 0
	}
	p.asked++
	return alt
}

func TestPlayerPlays(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		b, run := busyWorlds().Draw(t, "world"), new(busyRun)
		s := b.scenario(run)
		first := &player{run: run, rand: sim.NewRand(rapid.Uint64().Draw(t, "seed")), values: make(map[sim.EventID]int64)}
		r, err := w.Run(s, sim.Config{Chooser: first, Limits: sim.Limits{Steps: 300}})
		require.NoError(t, err)
		first.finish()
		second := &player{run: run, order: first.order, follow: true, values: first.values}
		r2, err := w.Run(s, sim.Config{Chooser: second, Limits: sim.Limits{Steps: 300}})
		require.NoError(t, err)
		second.finish()
		require.False(t, second.diverged(), second.wrong)
		require.Equal(t, r.Rolling, r2.Rolling)
		require.Equal(t, first.states, second.states)
	})
}
