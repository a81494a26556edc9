package depopt

import (
	"fmt"
	"strconv"
	"time"

	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
)

// property is one of those that the scenarios state.
type property uint8

const (
	pS1 property = iota
	pS2
	pS3
	pS4
	pS5
	pS6
	pL1
	pL11
	pL2
	pL3
	pL4
	pL5
	pA1
	pAnswered
	pHandled
	properties
)

// propertyDocs are the names of the properties, and what they say.
var propertyDocs = [properties]sim.PropertyDoc{
	pS1:       {Name: "S1", Doc: "whoever turns the name of an optimized file into a version gets the one that holds at that instant"},
	pS2:       {Name: "S2", Doc: "a response is made of one instance of each source module"},
	pS3:       {Name: "S3", Doc: "in one generation of the runner no file is evaluated under two versions"},
	pS4:       {Name: "S4", Doc: "what a request has set in its context, it finds there"},
	pS5:       {Name: "S5", Doc: "an effect happens at most once for a click, redirects included"},
	pS6:       {Name: "S6", Doc: "a URL with a version always has the same content"},
	pL1:       {Name: "L1", Doc: "a page is there at the second attempt at the latest, not counting those before the last discovery"},
	pL11:      {Name: "L1(1)", Doc: "a page is there at the first attempt, not counting those before the last discovery"},
	pL2:       {Name: "L2", Doc: "who waits for a bundle waits at most 2 s from its discovery"},
	pL3:       {Name: "L3", Doc: "waiting for quiet ends within 1.5 s"},
	pL4:       {Name: "L4", Doc: "a chain of redirects ends before the client gives up"},
	pL5:       {Name: "L5", Doc: "1 s after a commit that needs a reload no cache would still serve an older version"},
	pA1:       {Name: "A1", Doc: "what is imported again after a full reload is imported without an error"},
	pAnswered: {Name: "answered", Doc: "each request is answered once"},
	pHandled:  {Name: "handled", Doc: "each full reload that the runner accepts is handled once"},
}

// docs documents properties.
func docs(ps []property) []sim.PropertyDoc {
	var out []sim.PropertyDoc
	for _, p := range ps {
		out = append(out, propertyDocs[p])
	}
	return out
}

// The bounds of the liveness properties, from the later of calm and the start.
const (
	boundReady = 2000 * time.Millisecond
	boundQuiet = 1500 * time.Millisecond
	boundStale = 1000 * time.Millisecond
)

// facts keeps the ghost state, and turns what the logic tells into properties and notes.
type facts struct {
	model.NopObserver
	h      *world
	w      *sim.World
	judged [properties]bool

	answered, handled, ready, quiet, stale *sim.Obligation

	goals       goals
	pages       []wanted
	discoveries int
	inflight    int // requests
	effects     []effect
	ran         []ranFile
	loads       []loadedFile
	versions    []model.Version // in the order in which they were seen, for people
	accepted    int64
	finished    int64
	commit      int64    // the last one that needed a reload
	dirty       bool     // look at the caches at the end of this event
	log         []string // for tests
	keepLog     bool
	out         *outcome
}

// wanted is a page that a client wants, and what became of its attempts.
type wanted struct {
	client   int
	name     string
	attempts []attempt
	got      bool
}

// attempt is one try, and how many discoveries there had been when it ended.
type attempt struct {
	ok          bool
	discoveries int
}

type effect struct {
	action int
	name   string
}

type ranFile struct {
	gen      int
	file, id *model.URL
}

type loadedFile struct {
	e       *model.Environment
	u       *model.URL
	content uint64
}

func (f *facts) reset(h *world, s setup) {
	old := *f
	*f = facts{
		h: h, w: h.w, pages: old.pages[:0], effects: old.effects[:0], ran: old.ran[:0], loads: old.loads[:0],
		versions: old.versions[:0], log: nil, keepLog: old.keepLog,
		out: s.out,
	}
	for _, p := range s.judged {
		f.judged[p] = true
	}
	if f.answered = f.obligation(pAnswered, 0, ""); f.answered != nil {
		f.answered.Describe(sayRequest)
	}
	f.handled = f.obligation(pHandled, 0, "full reload ")
	f.ready = f.obligation(pL2, boundReady, "batch ")
	f.quiet = f.obligation(pL3, boundQuiet, "wait ")
	f.stale = f.obligation(pL5, boundStale, "commit ")
	f.goals.reset(f, s.goals)
	if f.stale != nil {
		f.w.AtEnd("L5", f.lookAtCaches)
	}
}

// obligation makes the obligation of a property that is judged; nil otherwise.
func (f *facts) obligation(p property, within time.Duration, what string) *sim.Obligation {
	if !f.judged[p] {
		return nil
	}
	return f.w.Obligation(propertyDocs[p].Name, within).DescribePrefix(what)
}

// sayRequest is a request as all notes call it: by its number, without its client's.
func sayRequest(id int64) string { return "request " + strconv.FormatInt(id&0xffff, 10) }

func open(o *sim.Obligation, key int64) {
	if o != nil && !o.IsOpen(key) {
		o.Open(key)
	}
}

func shut(o *sim.Obligation, key int64) {
	if o != nil && o.IsOpen(key) {
		o.Close(key)
	}
}

// violated ends the run if the property is judged.
func (f *facts) violated(p property, what, format string, args ...any) {
	if f.judged[p] {
		f.w.Fail(propertyDocs[p].Name, what, format, args...)
	}
}

// note tells the story, and keeps it for tests.
func (f *facts) note(format string, args ...any) {
	if f.w.Recording() {
		f.w.Note(format, args...)
	}
	if f.keepLog {
		f.log = append(f.log, fmt.Sprintf(format, args...))
	}
}

// telling reports whether notes are kept: ask before making one that costs something.
func (f *facts) telling() bool { return f.keepLog || f.w.Recording() }

// scriptFailed is an error of a script itself: there is none that it does not expect.
func (f *facts) scriptFailed(err error) { f.w.Mistake("a script failed: %v", err) }

// want begins a goal: one page wanted by one client.
func (f *facts) want(client int, name string) {
	f.pages = append(f.pages, wanted{client: client, name: name})
}

// tried ends an attempt at the goal that the client has at present.
func (f *facts) tried(client int, ok bool) {
	for i := len(f.pages) - 1; i >= 0; i-- {
		if g := &f.pages[i]; g.client == client {
			if !g.got {
				g.attempts = append(g.attempts, attempt{ok, f.discoveries})
				g.got = ok
			}
			return
		}
	}
}

// judgeGoals judges L1 when there are no discoveries to come.
func (f *facts) judgeGoals() {
	for i := range f.pages {
		g := &f.pages[i]
		failed := 0
		for _, a := range g.attempts {
			if !a.ok && a.discoveries == f.discoveries {
				failed++
			}
		}
		if failed >= 2 {
			f.violated(pL1, "", "client %d wanted %s: %s", g.client, g.name, g.say(failed))
		}
		if failed >= 1 {
			f.violated(pL11, "", "client %d wanted %s: %s", g.client, g.name, g.say(failed))
		}
	}
}

func (g *wanted) say(failed int) string {
	if g.got {
		return fmt.Sprintf("%d attempts after the last discovery failed before it was there", failed)
	}
	return fmt.Sprintf("%d attempts after the last discovery failed, and it was not there in the end", failed)
}
