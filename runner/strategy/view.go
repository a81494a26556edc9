package strategy

import "github.com/seed-3519b94c/simrun/sim"

// view is a Model in the numbers of one World, for use while it runs.
type view struct {
	model     *Model
	version   int
	log       *sim.Log
	resources map[uint64]sim.Resource
	prints    []labelPrints
	totals    []float64 // of all events
	// Of the present run, by number of process: the process in the model, plus 1.
	at     []int32
	hashes []uint64 // of those that at speaks of; kept from run to run
}

// labelPrints are, by label, what the events of a process are expected to touch.
type labelPrints struct{ known []labelPrint }

type labelPrint struct {
	touches []sim.Touch
	looked  bool
}

// begin prepares for a run in the world of l, with what m knows.
func (v *view) begin(m *Model, l *sim.Log) {
	if v.model == m && v.version == m.version && l.Same(v.log) {
		return
	}
	if !l.Same(v.log) || v.model != m {
		v.hashes, v.at = v.hashes[:0], v.at[:0]
	}
	v.model, v.version, v.log = m, m.version, l
	v.resources = make(map[uint64]sim.Resource, len(m.names))
	for _, t := range m.names { // also those that this World has not met: others may have
		v.resources[t.hash] = l.Resource(t.name)
	}
	v.prints = make([]labelPrints, len(m.order))
	v.totals = m.totals(func(p *procModel) int { return p.events })
	for i, h := range v.hashes {
		v.at[i] = v.find(h)
	}
}

func (v *view) find(hash uint64) int32 {
	if p := v.model.procs[hash]; p != nil && p.at < len(v.prints) {
		return int32(p.at) + 1
	}
	return 0
}

// proc is the place of a process of this run in the model; -1 if it is unknown.
func (v *view) proc(i int32) int {
	for len(v.hashes) <= int(i) {
		v.hashes, v.at = append(v.hashes, 0), append(v.at, 0)
	}
	if h := v.log.ProcessHash(i); v.hashes[i] != h {
		v.hashes[i], v.at[i] = h, v.find(h)
	}
	return int(v.at[i]) - 1
}

// expected is what an event of process i called x is expected to touch: what the last
// one of that name has touched.
func (v *view) expected(i int32, x sim.Label) []sim.Touch {
	p := v.proc(i)
	if p < 0 {
		return nil
	}
	known := &v.prints[p].known
	for len(*known) <= int(x) {
		*known = append(*known, labelPrint{})
	}
	e := &(*known)[x]
	if !e.looked {
		e.looked = true
		for _, t := range v.model.order[p].prints[v.log.LabelHash(x)] {
			if r, ok := v.resources[t.resource]; ok {
				e.touches = append(e.touches, sim.Touch{Resource: r, Write: t.write})
			}
		}
	}
	return e.touches
}
