package hotreload

import (
	"slices"
	"time"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// The properties of the hot-reload scenarios.
const (
	hotS1  = "S1"  // each rejection is printed exactly once
	hotS2  = "S2"  // printed positions come from the map of their own generation
	hotS2h = "S2h" // no map is overwritten while an error that needs it is owed
	hotS3  = "S3"  // the excerpt is text of the version that threw
	hotS4  = "S4"  // a map with mappings is never replaced by one without
	hotL1  = "L1"  // a published request leads to a load
	hotL2  = "L2"  // what was saved last is evaluated
	hotL3  = "L3"  // a deferred request is not deferred for ever

	hotTest = "upstream-test" // what upstream's own test checks of standard error
)

// hotDocs documents properties in the order given.
func hotDocs(names ...string) []sim.PropertyDoc {
	docs := map[string]string{
		hotS1:  "each rejection is printed exactly once",
		hotS2:  "printed positions come from the map of the generation that threw",
		hotS2h: "no map is overwritten while an error that needs it is still to be printed",
		hotS3:  "the excerpt shown is text of the version that threw",
		hotS4:  "a map with mappings is never replaced by one without",
		hotL1:  "a published reload request leads to a load",
		hotL2:  "what was saved last is evaluated in the end",
		hotL3:  "a deferred reload request is not deferred for ever",

		hotTest: "standard error has each error once, in order, at its position, and nothing else",
	}
	var out []sim.PropertyDoc
	for _, n := range names {
		out = append(out, sim.PropertyDoc{Name: n, Doc: docs[n]})
	}
	return out
}

// livenessBound is how long after calm a request, an error or a save may be owed.
const livenessBound = 3 * time.Second

// hotFacts keeps the ghost state: what was promised, by which generation, from
// which version of which file. It turns the facts that the logic tells into
// properties; only those that a scenario judges count.
type hotFacts struct {
	model.NopProbe
	h        *hotWorld
	w        *sim.World
	judged   []string
	starts   startRule
	printed  *sim.Obligation // S1
	loaded   *sim.Obligation // L1
	seen     *sim.Obligation // L2
	released *sim.Obligation // L3
	gens     []hotGeneration
	maps     []hotMap
	saves    int64    // the version that was saved last
	between  sim.Goal // a request is published between reject and report
	goal     bool
}

// hotGeneration is what is known of one load.
type hotGeneration struct {
	data     env.Data // of the entry
	err      *model.Error
	owed     bool // rejected, and not printed
	mappedAt bool // had a map of its own when it was rejected
}

// hotMap is what the slot of a path holds.
type hotMap struct {
	path     string
	gen      uint32
	mappings int
}

func (f *hotFacts) reset(h *hotWorld, setup hotSetup) {
	gens, maps := f.gens[:0], f.maps[:0]
	*f = hotFacts{h: h, w: h.w, judged: setup.judged, starts: setup.starts, gens: gens, maps: maps}
	if f.goal = setup.overtaken; f.goal {
		f.between = h.w.Sometimes("publish between reject and report")
	}
	f.printed = f.obligation(hotS1, "the error of generation ")
	f.loaded = f.obligation(hotL1, "request ")
	f.seen = f.obligation(hotL2, "version ")
	f.released = f.obligation(hotL3, "the request deferred in generation ")
}

// obligation makes the obligation of a property that is judged; nil otherwise.
func (f *hotFacts) obligation(name, what string) *sim.Obligation {
	if !slices.Contains(f.judged, name) {
		return nil
	}
	return f.w.Obligation(name, livenessBound).DescribePrefix(what)
}

// violated ends the run if the property is judged.
func (f *hotFacts) violated(property, facts, format string, args ...any) {
	if slices.Contains(f.judged, property) {
		f.w.Fail(property, facts, format, args...)
	}
}

// tell notes something about a generation: before, its name, after.
func (f *hotFacts) tell(before string, k uint32, after string) {
	if f.w.Recording() {
		f.w.Note("%s%v%s", before, gen(k), after)
	}
}

func (f *hotFacts) of(k uint32) *hotGeneration {
	for len(f.gens) <= int(k) {
		f.gens = append(f.gens, hotGeneration{})
	}
	return &f.gens[k]
}

// Published opens L1; further requests join the open one.
func (f *hotFacts) Published([]model.Hash) {
	f.w.Note("publish a reload request")
	if f.goal && slices.ContainsFunc(f.gens, func(g hotGeneration) bool { return g.owed }) {
		f.between.Reached()
	}
	if f.loaded != nil && !f.loaded.IsOpen(0) {
		f.loaded.Open(0)
	}
}

// LoadStarted closes L1.
func (f *hotFacts) LoadStarted(k uint32) {
	f.tell("start loading ", k, "")
	if f.loaded != nil && f.loaded.IsOpen(0) {
		f.loaded.Close(0)
	}
}

// DeferredSet opens L3.
func (f *hotFacts) DeferredSet(k uint32, state model.PromiseState) {
	f.tell("defer the request: ", k, " is "+state.String())
	if f.released != nil {
		f.released.Open(int64(k))
	}
}

// DeferredCleared closes L3.
func (f *hotFacts) DeferredCleared(k uint32) {
	if f.released != nil {
		f.released.Close(int64(k))
	}
}

// Fetched remembers what a generation is made of.
func (f *hotFacts) Fetched(k uint32, path string, data env.Data) {
	if path == hotMain {
		f.of(k).data = data
	}
	if f.w.Recording() {
		f.w.Note("%v read %d bytes of %s", gen(k), data.Len(), path)
	}
}

// EvaluateStarted closes L2 if the generation has what was saved last, whole.
func (f *hotFacts) EvaluateStarted(k uint32) {
	f.tell("evaluate ", k, "")
	if f.starts == afterEvaluation {
		f.h.begin()
	}
	if f.seen == nil || f.saves == 0 || !f.seen.IsOpen(f.saves) {
		return
	}
	data := f.of(k).data
	for _, v := range data.Versions() {
		if int64(v) < f.saves {
			return
		}
	}
	if len(data) > 0 {
		f.seen.Close(f.saves)
	}
}

// saved says that the last byte of a version is on disk.
func (f *hotFacts) saved(version uint32) {
	if f.seen == nil {
		return
	}
	f.seen.Supersede(f.saves)
	f.saves = int64(version)
	f.seen.Open(f.saves)
}

// Settled opens S1 for a rejection.
func (f *hotFacts) Settled(k uint32, err *model.Error, current bool) {
	if err == nil {
		f.tell("", k, " fulfils")
		if f.starts == afterReport {
			f.h.begin()
		}
		return
	}
	f.tell("", k, " rejects with "+err.Text)
	g := f.of(k)
	g.err = err
	if !current {
		f.violated(hotS1, "orphaned", "the error %s of %v can never be printed: its promise was replaced before it was rejected", err.Text, gen(k))
		return
	}
	g.owed = true
	if m := f.mapOf(err.Path); m != nil {
		g.mappedAt = m.gen == k && m.mappings > 0
	}
	if f.printed != nil {
		f.printed.Open(int64(k))
	}
}

// PromiseReplaced is where an error that was not printed gets lost.
func (f *hotFacts) PromiseReplaced(k uint32, state model.PromiseState, printed bool) {
	f.tell("replace the promise of ", k, ", which is "+state.String())
	if state == model.Rejected && !printed {
		f.violated(hotS1, "orphaned", "the error %s of %s was lost: its promise was replaced before the error was printed", f.of(k).err.Text, gen(k))
	}
}

// Printed closes S1, and looks at what was printed.
func (f *hotFacts) Printed(r model.Report) {
	g := f.of(r.Generation)
	if f.printed != nil {
		f.printed.Close(int64(r.Generation))
	}
	g.owed = false
	switch {
	case r.Lookup == model.FromMap && r.MapGeneration != r.Generation:
		f.violated(hotS2, "map of another generation", "%s of %s was printed at %d:%d, a position from the map of %s",
			r.Err.Text, gen(r.Generation), r.At.Line, r.At.Column, gen(r.MapGeneration))
	case g.mappedAt && r.Lookup != model.FromMap && r.Lookup != model.NoFrame:
		f.violated(hotS2, "generated position", "%s of %s was printed at its generated position %d:%d (%s), though it had a map when it was thrown",
			r.Err.Text, gen(r.Generation), r.At.Line, r.At.Column, r.Lookup)
	}
	for _, v := range r.Excerpt.Versions() {
		if !slices.Contains(g.data.Versions(), v) {
			f.violated(hotS3, "", "the excerpt printed with %s of %s is text of another version", r.Err.Text, gen(r.Generation))
		}
	}
	if f.starts == afterReport {
		f.h.begin()
	}
}

// MapPut judges what becomes of source maps.
func (f *hotFacts) MapPut(put model.MapPut) {
	if f.w.Recording() {
		f.w.Note("map of %v: %s, %d mappings", gen(put.Generation), put.Outcome, put.Mappings)
	}
	m := f.mapOf(put.Path)
	if put.Outcome == model.MapKept {
		return
	}
	if m == nil {
		f.maps = append(f.maps, hotMap{put.Path, put.Generation, put.Mappings})
		return
	}
	if m.mappings > 0 && put.Mappings == 0 {
		f.violated(hotS4, "", "the map of %s with %d mappings was replaced by an empty one of %s", gen(m.gen), m.mappings, gen(put.Generation))
	}
	for k := range f.gens {
		g := &f.gens[k]
		if g.owed && uint32(k) != put.Generation && g.err.Path == put.Path {
			f.violated(hotS2h, "", "the map of %s was overwritten by %s while the error %s of %s was still to be printed",
				gen(m.gen), gen(put.Generation), g.err.Text, gen(uint32(k)))
		}
	}
	*m = hotMap{put.Path, put.Generation, put.Mappings}
}

func (f *hotFacts) mapOf(path string) *hotMap {
	for i := range f.maps {
		if f.maps[i].path == path {
			return &f.maps[i]
		}
	}
	return nil
}

// ModuleNotFound is worth a line in a story.
func (f *hotFacts) ModuleNotFound(k uint32, path string) { f.tell("", k, ": "+path+" not found") }

// Evicted is too.
func (f *hotFacts) Evicted(path string, _ env.WD) {
	if f.w.Recording() {
		f.w.Note("evict %s", path)
	}
}
