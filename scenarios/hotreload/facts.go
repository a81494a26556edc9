package hotreload

import (
	"slices"
	"time"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// The properties of these scenarios.
const (
	propS1  = "S1"
	propS2  = "S2"
	propS2h = "S2h"
	propS3  = "S3"
	propS4  = "S4"
	propS5  = "S5"
	propS6  = "S6"
	propS7  = "S7"
	propS8  = "S8"
	propL1  = "L1"
	propL2  = "L2"
	propL3  = "L3"
	propL4  = "L4"
	propL5  = "L5"
	propL6  = "L6"

	propTest   = "upstream-test"
	propLimit  = "limit"
	propOnce   = "once"
	propQuiet  = "quiet"
	propFound  = "found"
	propReader = "R"
)

var propertyDocs = []sim.PropertyDoc{
	{Name: propS1, Doc: "each rejection is printed exactly once"},
	{Name: propS2, Doc: "printed positions come from the map of the generation that threw"},
	{Name: propS2h, Doc: "no map is overwritten while an error that needs it is still to be printed"},
	{Name: propS3, Doc: "the excerpt shown is text of the version that threw"},
	{Name: propS4, Doc: "a map with mappings is never replaced by one without"},
	{Name: propS5, Doc: "no two loads that are not evaluating yet share the module registry"},
	{Name: propS6, Doc: "no top-level code of a generation runs after that of a later one began"},
	{Name: propS7, Doc: "what is read of a file is exactly one version of it"},
	{Name: propS8, Doc: "a descriptor number that is used stands for the file that it was obtained for"},
	{Name: propL1, Doc: "a published reload request leads to a load"},
	{Name: propL2, Doc: "what was saved last is evaluated in the end"},
	{Name: propL3, Doc: "a deferred reload request is not deferred for ever"},
	{Name: propL4, Doc: "the timers of a generation fire, also after an earlier one failed"},
	{Name: propL5, Doc: "in the end every module that is there is watched, without the help of heartbeats"},
	{Name: propL6, Doc: "requests are loaded and saves evaluated within 500 ms, without the help of heartbeats"},

	{Name: propTest, Doc: "standard error has each error once, in order, at its position, and nothing else"},
	{Name: propLimit, Doc: "the test ends within its time limit; judged in sampled mode only"},
	{Name: propOnce, Doc: "one save is evaluated once"},
	{Name: propQuiet, Doc: "no reload is requested"},
	{Name: propFound, Doc: "no reload finds the entry module missing"},
	{Name: propReader, Doc: "the reader of standard error takes note of every error that is printed"},
}

// docs documents properties in the order given.
func docs(names ...string) []sim.PropertyDoc {
	out := make([]sim.PropertyDoc, len(names))
	for i, n := range names {
		out[i] = propertyDocs[slices.IndexFunc(propertyDocs, func(d sim.PropertyDoc) bool { return d.Name == n })]
	}
	return out
}

const (
	// livenessBound is how long after calm a request, an error or a save may be owed:
	// heartbeats may help.
	livenessBound = 3 * time.Second
	// promptBound is the same where they may not.
	promptBound = 500 * time.Millisecond
)

// facts keeps the ghost state: what was promised, by which generation, from which
// version of which file. It turns the facts that the logic tells into properties; only
// those that a scenario judges count.
type facts struct {
	model.NopProbe
	h      *hotWorld
	w      *sim.World
	judged []string
	starts startRule
	// masking is true in scenarios with L5 or L6, which must hold without the help of
	// heartbeats: those are judged in worlds that have none, and the other properties of
	// liveness in worlds that have them.
	masking, masked bool

	gens []generation
	maps []ghostMap

	printed  *sim.Obligation // S1
	loaded   *sim.Obligation // L1
	seen     *sim.Obligation // L2
	released *sim.Obligation // L3
	ticked   *sim.Obligation // L4
	prompt   *sim.Obligation // L6: requests and saves
	reader   *sim.Obligation // R: errors
	readerAt int             // the error that the reader expects

	saves   saves
	numbers numbers
	failed  bool   // some generation has been rejected
	latest  uint32 // the latest generation of which top-level code ran
	ran     bool   // there was one
	graph   []string

	begun, evaluations int // saves by W, and generations after the first

	between, torn, hit, closes goal

	res ghosts
}

// ghosts are the footprints of ghost state that properties compare across threads:
// without them an exploration that merges orders of independent events would merge
// orders in which these differ. What only goals look at has none: an exploration with
// reduction may say of a goal that it was not reached.
type ghosts struct{ saves, owed, maps, reader, numbers sim.Resource }

// touch declares an access if one of the properties that compare the ghost is judged.
func (f *facts) touch(r sim.Resource, write bool, properties ...string) {
	for _, p := range properties {
		if !slices.Contains(f.judged, p) {
			continue
		}
		if write {
			f.w.Write(r)
		} else {
			f.w.Read(r)
		}
		return
	}
}

// generation is what is known of one load.
type generation struct {
	modules    []fetched
	err        *model.Error
	owed       bool // rejected, and not printed
	mappedAt   bool // had a map of its own when it was rejected
	evaluating bool // has left the loader
	settled    bool
	armed      bool // a timer of its program is pending
}

// fetched is a module of a generation, and what it was made of.
type fetched struct {
	path string
	data env.Data
}

// ghostMap is what the slot of a path holds.
type ghostMap struct {
	path     string
	gen      uint32
	mappings int
}

// goal is a goal that a scenario may have.
type goal struct {
	sim.Goal
	stated bool
}

// reached says that the goal was reached, if the scenario has it.
func (g goal) reached() {
	if g.stated {
		g.Reached()
	}
}

// Goals, by name.
const (
	goalBetween = "publish between reject and report"
	goalTorn    = "torn read"
	goalHit     = "poll hit"
	goalCloses  = "F closes while J reads"
)

// reset forgets the last run.
func (f *facts) reset(h *hotWorld, masking bool) {
	for i := range f.gens {
		f.gens[i].modules = f.gens[i].modules[:0]
	}
	w := h.w
	*f = facts{
		h: h, w: w, masking: masking, masked: masking && !h.cfg.Heartbeats,
		gens: f.gens[:0], maps: f.maps[:0], graph: f.graph[:0], saves: f.saves.cleared(), numbers: f.numbers.cleared(),
		res: ghosts{
			w.Resource("versions saved"), w.Resource("errors owed"), w.Resource("whose map"), w.Resource("reader"), w.Resource("descriptors obtained"),
		},
	}
}

// judge makes what the scenario judges.
func (f *facts) judge(s setup) {
	f.judged, f.starts = s.judged, s.starts
	if s.overtaken {
		f.between = goal{f.w.Sometimes(goalBetween), true}
	}
	for _, name := range s.goals {
		g := goal{f.w.Sometimes(name), true}
		switch name {
		case goalTorn:
			f.torn = g
		case goalHit:
			f.hit = g
		case goalCloses:
			f.closes = g
		}
	}
	f.reader = f.obligation(propReader, livenessBound, "error ")
	if !f.masked {
		f.printed = f.obligation(propS1, livenessBound, "the error of generation ")
		f.loaded = f.obligation(propL1, livenessBound, "request ")
		f.seen = f.obligation(propL2, livenessBound, "version ")
		f.released = f.obligation(propL3, livenessBound, "the request deferred in generation ")
		f.ticked = f.obligation(propL4, livenessBound, "a timer of generation ")
	} else {
		f.prompt = f.obligation(propL6, promptBound, "")
		if f.prompt != nil {
			f.prompt.Describe(describePrompt)
		}
		if slices.Contains(f.judged, propL5) {
			f.w.Eventually(propL5, promptBound, f.watched)
		}
	}
	if slices.Contains(f.judged, propS8) || f.closes.stated {
		f.h.runtime.Uses = f.uses
	}
}

// obligation makes the obligation of a property that is judged; nil otherwise.
func (f *facts) obligation(name string, within time.Duration, what string) *sim.Obligation {
	if !slices.Contains(f.judged, name) {
		return nil
	}
	return f.w.Obligation(name, within).DescribePrefix(what)
}

// violated ends the run if the property is judged.
func (f *facts) violated(property, facts, format string, args ...any) {
	if slices.Contains(f.judged, property) {
		f.w.Fail(property, facts, format, args...)
	}
}

// tell notes something about a generation: before, its name, after.
func (f *facts) tell(before string, k uint32, after string) {
	if f.w.Recording() {
		f.w.Note("%s%v%s", before, gen(k), after)
	}
}

// of is the ghost of a generation.
func (f *facts) of(k uint32) *generation {
	for len(f.gens) <= int(k) {
		if n := len(f.gens); n < cap(f.gens) {
			f.gens = f.gens[:n+1]
			f.gens[n] = generation{modules: f.gens[n].modules[:0]}
		} else {
			f.gens = append(f.gens, generation{})
		}
	}
	return &f.gens[k]
}

// main is what a generation read of the entry.
func (g *generation) main() env.Data {
	for i := range g.modules {
		if g.modules[i].path == mainPath {
			return g.modules[i].data
		}
	}
	return nil
}

// Fetched remembers what a generation is made of.
func (f *facts) Fetched(k uint32, path string, data env.Data) {
	g := f.of(k)
	g.modules = append(g.modules, fetched{path, data})
	f.wanted(path)
	if f.w.Recording() {
		f.w.Note("%v read %d bytes of %s", gen(k), data.Len(), path)
	}
}

// wanted says that a generation imports the module, or is made of it.
func (f *facts) wanted(path string) {
	if !slices.Contains(f.graph, path) {
		f.graph = append(f.graph, path)
	}
}

// ModuleNotFound is worth a line in a story.
func (f *facts) ModuleNotFound(k uint32, path string) {
	f.wanted(path)
	f.tell("", k, ": "+path+" not found")
	if path == mainPath {
		f.violated(propFound, "", "%v found no %s", gen(k), path)
	}
}

// Evicted is too.
func (f *facts) Evicted(path string, _ env.WD) {
	if f.w.Recording() {
		f.w.Note("evict %s", path)
	}
}

// WatchAdded lets a W begin that waits for it.
func (f *facts) WatchAdded(_ model.Actor, path string, _ env.WD) {
	if f.starts == afterWatching && path == mainPath {
		f.h.begin()
	}
}
