package sim_test

import (
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// script is what one actor does, event after event: the simplest program whose
// orders can be counted by hand, for it has no start events.
type script struct {
	name string
	ops  []op
}

// op is one event. Its footprint is a list of words `+x` (writes x) and `x` (reads x).
type op struct {
	footprint string
	window    sim.Window // zero: what the profile says
	spawn     []script
}

func (o op) label(i int) string { return "e" + strconv.Itoa(i) }

// programme is a scenario in which all scripts begin at once and every order is
// possible, as far as the windows of the ops allow.
func programme(scripts ...script) *sim.Scenario {
	return untimedly(func(w *sim.World) {
		for _, s := range scripts {
			s.begin(w)
		}
	})
}

type scriptRun struct {
	script
	proc *sim.Proc
}

func (s script) begin(w *sim.World) {
	r := &scriptRun{s, w.Actor(s.name)}
	r.arm(w, 0)
}

func (r *scriptRun) arm(w *sim.World, i int) {
	if i == len(r.ops) {
		return
	}
	l := w.Label(r.ops[i].label(i))
	win := r.ops[i].window
	if win == (sim.Window{}) {
		win = r.proc.Window(l)
	}
	r.proc.After(l, win, r, int64(i))
}

// Fire does op number i and arms the next.
func (r *scriptRun) Fire(w *sim.World, i int64) {
	o := r.ops[i]
	for word := range strings.FieldsSeq(o.footprint) {
		if name, writes := strings.CutPrefix(word, "+"); writes {
			w.Write(w.Resource(name))
		} else {
			w.Read(w.Resource(word))
		}
	}
	for _, s := range o.spawn {
		s.begin(w)
	}
	r.arm(w, int(i)+1)
}

// ops makes a script of events by their footprints.
func ops(name string, footprints ...string) script {
	s := script{name: name}
	for _, f := range footprints {
		s.ops = append(s.ops, op{footprint: f})
	}
	return s
}

// each makes n scripts P1, P2, ...; $ in a footprint is the number of the script.
func each(n int, footprints ...string) []script {
	var all []script
	for i := 1; i <= n; i++ {
		s := ops("P" + strconv.Itoa(i))
		for _, f := range footprints {
			s.ops = append(s.ops, op{footprint: strings.ReplaceAll(f, "$", strconv.Itoa(i))})
		}
		all = append(all, s)
	}
	return all
}
