package runner

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// MaxPairs bounds the conflicting pairs that a campaign keeps. Others are not counted.
const MaxPairs = 4096

// pairKey names two kinds of events that conflict: `class:label` of each, hashed, the
// smaller first, and the resource. The class of a process is its name without the
// digits at its end, and without who made it: what one of twenty workers did counts for
// all.
type pairKey struct{ a, b, resource uint64 }

// pair is a pair that was seen as an immediate race: nothing between the two made the
// one wait for the other.
type pair struct {
	key      pairKey
	names    [2]string // of a and b
	resource string
	seen     [2]bool // a first; b first
	witness  witness // of the first order that was seen
	tries    int     // runs that tried the other order
}

// witness is a run in which a pair was seen.
type witness struct {
	schedule      sim.Schedule
	first, second sim.EventID
}

// reversed reports whether both orders were seen.
func (p *pair) reversed() bool { return p.seen[0] && p.seen[1] }

// sighting is a pair as one run shows it.
type sighting struct {
	key           pairKey
	first         int // 0: a was first
	names         [2]string
	resource      string
	firstE, later sim.EventID
}

// pairTable is what a campaign knows of conflicting pairs.
type pairTable struct {
	pairs map[pairKey]*pair
	order []*pair // as they were first seen, at most MaxPairs
}

// has reports whether a pair was seen in that order. Workers may ask while nobody adds.
func (t *pairTable) has(k pairKey, first int) bool {
	p := t.pairs[k]
	return p != nil && p.seen[first]
}

// add takes in what a run showed. It reports whether a pair was reversed for the first
// time.
func (t *pairTable) add(s *sighting, schedule sim.Schedule) (reversed bool) {
	p := t.pairs[s.key]
	if p == nil {
		if len(t.order) >= MaxPairs {
			return false
		}
		if t.pairs == nil {
			t.pairs = make(map[pairKey]*pair)
		}
		p = &pair{
			key: s.key, names: s.names, resource: s.resource,
			witness: witness{schedule: schedule, first: s.firstE, second: s.later},
		}
		t.pairs[s.key] = p
		t.order = append(t.order, p)
	}
	was := p.reversed()
	p.seen[s.first] = true
	if p.reversed() && !was {
		p.witness = witness{} // nobody needs it any more
		return true
	}
	return false
}

// open lists the pairs that were seen in one order only.
func (t *pairTable) open() (open []*pair) {
	for _, p := range t.order {
		if !p.reversed() {
			open = append(open, p)
		}
	}
	return open
}

// spotter finds the pairs in the logs of one World. It keeps its memory.
type spotter struct {
	log     *sim.Log
	classes []class // by process
	after   []int32 // what is before an event: its direct predecessors, all in one list
	from    []int32 // where those of an event begin
	latest  []int32 // by process: its latest event, plus 1
	writer  []int32 // by resource: who wrote it last, plus 1
	readers [][]int32
	dirty   []sim.Resource
	stack   []int32
	seen    []int32 // by event: the search that has been there
	search  int32
	found   []sighting
}

type class struct {
	process uint64 // hash of its name
	hash    uint64
	name    string
}

// maxReaders bounds the readers of a resource since it was last written, and maxLook the
// events that are looked at to find out whether a pair is immediate.
const (
	maxReaders = 16
	maxLook    = 64
)

// spot lists the pairs of a run that t does not know in that order. What it returns
// holds until the next call.
func (s *spotter) spot(l *sim.Log, t *pairTable) []sighting {
	s.reset(l)
	for f := range l.Events {
		e := &l.Events[f]
		s.from = append(s.from, int32(len(s.after)))
		for len(s.latest) <= int(e.Process) {
			s.latest = append(s.latest, 0)
		}
		s.link(s.latest[e.Process]-1, e.Cause, e.Guard)
		s.latest[e.Process] = int32(f) + 1
		touches := l.Touches(f)
		for _, touch := range touches {
			s.touch(f, touch, t)
		}
		for _, touch := range touches {
			s.note(f, touch)
		}
	}
	return s.found
}

func (s *spotter) reset(l *sim.Log) {
	if !l.Same(s.log) {
		s.classes = s.classes[:0]
	}
	s.log = l
	s.after, s.from, s.found = s.after[:0], s.from[:0], s.found[:0]
	clear(s.latest)
	for _, r := range s.dirty {
		s.writer[r], s.readers[r] = 0, s.readers[r][:0]
	}
	s.dirty = s.dirty[:0]
	if s.search > 1<<30 {
		clear(s.seen)
		s.search = 0
	}
	for len(s.seen) < len(l.Events) {
		s.seen = append(s.seen, 0)
	}
}

// link notes what an event comes after.
func (s *spotter) link(before ...int32) {
	for i, e := range before {
		if e >= 0 && !slices.Contains(before[:i], e) {
			s.after = append(s.after, e)
		}
	}
}

// touch looks for whom event f races with, by touching something.
func (s *spotter) touch(f int, touch sim.Touch, t *pairTable) {
	r := int(touch.Resource)
	for len(s.writer) <= r {
		s.writer, s.readers = append(s.writer, 0), append(s.readers, nil)
	}
	if w := s.writer[r] - 1; w >= 0 {
		s.race(w, f, touch.Resource, t)
	}
	if touch.Write {
		for _, e := range s.readers[r] {
			s.race(e, f, touch.Resource, t)
		}
	}
}

// note remembers that event f has touched something.
func (s *spotter) note(f int, touch sim.Touch) {
	r := touch.Resource
	if s.writer[r] == 0 && len(s.readers[r]) == 0 {
		s.dirty = append(s.dirty, r)
	}
	if touch.Write {
		s.writer[r], s.readers[r] = int32(f)+1, s.readers[r][:0]
	} else if len(s.readers[r]) < maxReaders {
		s.readers[r] = append(s.readers[r], int32(f))
	}
}

// race notes that e was before f, and the two conflict.
func (s *spotter) race(e int32, f int, r sim.Resource, t *pairTable) {
	l := s.log
	a, b := &l.Events[e], &l.Events[f]
	if int(e) == f || a.Process == b.Process {
		return
	}
	x, y := s.kind(a), s.kind(b)
	k, first := pairKey{x, y, l.ResourceHash(r)}, 0
	if y < x {
		k.a, k.b, first = y, x, 1
	}
	if x != y && !t.has(k, first) && !s.leads(e, int32(f)) {
		names := [2]string{s.name(a), s.name(b)}
		if first == 1 {
			names[0], names[1] = names[1], names[0]
		}
		s.found = append(s.found, sighting{k, first, names, l.ResourceName(r), a.ID, b.ID})
	}
	s.after = append(s.after, e)
}

// leads reports whether e comes before f also for another reason than that the two
// conflict: whether there is a way from one to the other.
func (s *spotter) leads(e, f int32) bool {
	s.search++
	s.stack = append(s.stack[:0], s.after[s.from[f]:]...) // f is the latest event so far
	for looked := 0; len(s.stack) > 0 && looked < maxLook; looked++ {
		g := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		if g == e {
			return true
		}
		if g < e || s.seen[g] == s.search {
			continue
		}
		s.seen[g] = s.search
		s.stack = append(s.stack, s.after[s.from[g]:s.from[g+1]]...)
	}
	return false
}

// kind is a hash of `class:label`.
func (s *spotter) kind(e *sim.Logged) uint64 {
	return s.class(e.Process).hash ^ s.log.LabelHash(e.Label)*0x9e3779b97f4a7c15
}

func (s *spotter) name(e *sim.Logged) string {
	return s.class(e.Process).name + ":" + s.log.LabelName(e.Label)
}

func (s *spotter) class(process int32) *class {
	for len(s.classes) <= int(process) {
		s.classes = append(s.classes, class{})
	}
	c := &s.classes[process]
	if h := s.log.ProcessHash(process); c.process != h {
		name := s.log.ProcessName(process)
		name = name[strings.LastIndexByte(name, '/')+1:]
		if short := strings.TrimRight(name, "0123456789"); short != "" {
			name = short
		}
		*c = class{process: h, name: name}
		for i := range len(name) {
			c.hash = (c.hash ^ uint64(name[i])) * 1099511628211
		}
	}
	return c
}

// Pair is a pair of kinds of events that conflict and were seen in one order only.
type Pair struct {
	// First and Second are `class:label` of the two, in the order that was seen: the
	// class of a process is its name without digits at its end.
	First, Second string
	// Resource is what both touch, one of them writing.
	Resource string
	// Tries is the number of runs that tried the other order.
	Tries int
	// Why says what is known of the other order.
	Why Reversibility
	// Stall is, for OutOfReach, how much more lateness the other order takes than the
	// windows allow, and Late an event that needs it.
	Stall time.Duration
	Late  string
}

// Reversibility says what is known of the order in which a pair was not seen.
type Reversibility uint8

// What may be known, the most interesting first.
const (
	NotTried   Reversibility = iota // the windows allow it, and no run came to it
	NotLooked                       // nobody has looked: see Options.Pairs
	OutOfReach                      // the windows of this profile do not allow it
	Forced                          // the one leads to the other
)

func (r Reversibility) String() string {
	return [...]string{"not tried", "not looked at", "out of reach", "forced"}[r]
}

// sortPairs puts the most interesting ones first, and otherwise goes by name.
func sortPairs(pairs []Pair) {
	slices.SortStableFunc(pairs, func(a, b Pair) int {
		return cmp.Or(
			cmp.Compare(a.Why, b.Why), cmp.Compare(a.Stall, b.Stall),
			strings.Compare(a.First, b.First), strings.Compare(a.Second, b.Second), strings.Compare(a.Resource, b.Resource),
		)
	})
}
