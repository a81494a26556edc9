package strategy

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// Model is what earlier runs showed of the processes of a scenario: how many events
// each has, who starts whom, what events touch. Everything in it goes by the names of
// things, so it is the same whoever ran the runs, as long as they are added in the same
// order.
type Model struct {
	runs    int
	events  int // of all runs
	racing  int // of them, those that touch something that matters: see contended
	procs   map[uint64]*procModel
	order   []*procModel // in the order in which they were first seen
	touched map[uint64]*touchModel
	names   []*touchModel // in the order in which they were first seen
	version int           // counts changes
}

// procModel is what is known of a process.
type procModel struct {
	hash    uint64
	parent  uint64 // the process that started it; 0 if the set-up did
	at      int    // in Model.order
	runs    int    // in which it had events
	events  int    // of all runs
	touches map[uint64]int
	prints  map[uint64][]touch // what an event touches, by its label: what was seen last
}

// touch is a touch of something that goes by the hash of its name.
type touch struct {
	resource uint64
	write    bool
}

// touchModel is what is known of a resource.
type touchModel struct {
	hash   uint64
	name   string
	events int    // that touched it, of all runs
	writes bool   // some of them wrote it
	first  uint64 // a process that touched it
	shared bool   // some other one did too
}

// Limits of a Model. What is beyond them is not learned: then strategies treat it as
// if it had not been met.
const (
	maxModelProcs     = 4096
	maxModelResources = 4096
	maxModelLabels    = 1024 // a process
)

// NewModel makes a Model of no runs.
func NewModel() *Model {
	return &Model{procs: make(map[uint64]*procModel), touched: make(map[uint64]*touchModel)}
}

// Runs is the number of runs that were added.
func (m *Model) Runs() int {
	if m == nil {
		return 0
	}
	return m.runs
}

// contended reports whether events that touch t can race: two processes do, and one
// writes.
func (t *touchModel) contended() bool { return t.shared && t.writes }

// Add learns from the log of a run.
func (m *Model) Add(l *sim.Log) {
	m.runs++
	m.version++
	m.events += len(l.Events)
	var procs []*procModel // by number in this run
	for i := range l.Events {
		e := &l.Events[i]
		for len(procs) <= int(e.Process) {
			procs = append(procs, nil)
		}
		p := procs[e.Process]
		if p == nil {
			parent := uint64(0)
			if e.Cause >= 0 && l.Events[e.Cause].Process != e.Process {
				parent = l.ProcessHash(l.Events[e.Cause].Process)
			}
			if p = m.proc(l.ProcessHash(e.Process), parent); p == nil {
				continue
			}
			procs[e.Process] = p
			p.runs++
		}
		p.events++
		m.touch(l, i, p)
	}
	for i := range l.Events { // whether events can race is known only now
		if slices.ContainsFunc(l.Touches(i), func(t sim.Touch) bool {
			r := m.touched[l.ResourceHash(t.Resource)]
			return r != nil && r.contended()
		}) {
			m.racing++
		}
	}
}

func (m *Model) proc(hash, parent uint64) *procModel {
	p := m.procs[hash]
	if p == nil && len(m.order) < maxModelProcs {
		p = &procModel{
			hash: hash, parent: parent, at: len(m.order), touches: make(map[uint64]int), prints: make(map[uint64][]touch),
		}
		m.procs[hash] = p
		m.order = append(m.order, p)
	}
	return p
}

// touch learns what event i, of p, has touched.
func (m *Model) touch(l *sim.Log, i int, p *procModel) {
	label := l.LabelHash(l.Events[i].Label)
	print, known := p.prints[label]
	if !known && len(p.prints) >= maxModelLabels {
		return
	}
	print = print[:0]
	for _, t := range l.Touches(i) {
		h := l.ResourceHash(t.Resource)
		r := m.touched[h]
		if r == nil {
			if len(m.names) >= maxModelResources {
				continue
			}
			r = &touchModel{hash: h, name: l.ResourceName(t.Resource), first: p.hash}
			m.touched[h] = r
			m.names = append(m.names, r)
		}
		r.writes = r.writes || t.Write
		r.shared = r.shared || r.first != p.hash
		at := slices.IndexFunc(print, func(q touch) bool { return q.resource == h })
		if at >= 0 {
			print[at].write = print[at].write || t.Write
			continue
		}
		print = append(print, touch{h, t.Write})
		p.touches[h]++
		r.events++
	}
	p.prints[label] = print
}

// Merge learns what o has learned.
func (m *Model) Merge(o *Model) {
	m.version++
	m.runs += o.runs
	m.events += o.events
	m.racing += o.racing
	for _, q := range o.order {
		p := m.proc(q.hash, q.parent)
		if p == nil {
			continue
		}
		p.runs += q.runs
		p.events += q.events
		for h, n := range q.touches {
			p.touches[h] += n
		}
		for h, print := range q.prints {
			if _, known := p.prints[h]; known || len(p.prints) < maxModelLabels {
				p.prints[h] = print
			}
		}
	}
	for _, t := range o.names {
		r := m.touched[t.hash]
		if r == nil {
			if len(m.names) >= maxModelResources {
				continue
			}
			r = &touchModel{hash: t.hash, name: t.name, first: t.first}
			m.touched[t.hash] = r
			m.names = append(m.names, r)
		}
		r.events += t.events
		r.writes = r.writes || t.writes
		r.shared = r.shared || t.shared || t.first != r.first
	}
}

// Events is the mean number of events of a run; 0 if nothing is known. With racing,
// only of those that touch something that two processes touch and one writes.
func (m *Model) Events(racing bool) int {
	if m == nil || m.runs == 0 {
		return 0
	}
	if racing {
		return (m.racing + m.runs - 1) / m.runs
	}
	return (m.events + m.runs - 1) / m.runs
}

// totals is, for each process in order, the mean of count over the runs in which it
// was met, and that of all whom it starts, and of those whom they start.
func (m *Model) totals(count func(*procModel) int) []float64 {
	t := make([]float64, len(m.order))
	for i := len(m.order) - 1; i >= 0; i-- { // who starts somebody was met before
		p := m.order[i]
		t[i] = float64(t[i]+float64(count(p))) / float64(max(p.runs, 1))
		if q := m.procs[p.parent]; q != nil && q.at < i {
			t[q.at] += float64(t[i] * float64(p.runs))
		}
	}
	return t
}
