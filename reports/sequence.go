package reports

import (
	"strconv"

	"github.com/seed-3519b94c/simrun/sim"
)

// sequence is a story as a sequence diagram, whatever the language it is written in:
// only the steps that the timeline shows, with what is left out folded.
type sequence struct {
	s            *story
	participants []int32
	lines        []sequenceLine
}

// sequenceLine is one line of a diagram.
type sequenceLine struct {
	kind     sequenceKind
	from, to int32 // processes
	text     string
	racing   bool // it decides
	held     string
}

type sequenceKind uint8

const (
	ownStep    sequenceKind = iota // of one process by itself
	message                        // caused by a step of another process that is shown too
	leftOut                        // steps that are not shown
	calmBegins                     // from here on nothing is late
	violation                      // what is wrong in the end
)

// maxSequence is how many steps a diagram shows unless Options.Full: more cannot be read.
const maxSequence = 40

func newSequence(t *sim.Trace, o Options) *sequence {
	if o.Rows <= 0 || o.Rows > maxSequence {
		o.Rows = maxSequence
	}
	q := &sequence{s: &story{t: t, o: o.withDefaults(t)}}
	q.s.index()
	kept := q.s.choose()
	seen := make(map[int32]bool)
	join := func(p int32) {
		if !seen[p] {
			seen[p] = true
			q.participants = append(q.participants, p)
		}
	}
	for i, k := range kept {
		if k {
			join(t.Events[i].Process)
		}
	}
	sortProcesses(q.participants)
	for i := 0; i < len(kept); i++ {
		if i == t.Calm && i > 0 {
			q.lines = append(q.lines, sequenceLine{kind: calmBegins, text: "calm: from here on nothing is late and no fault strikes"})
		}
		if kept[i] {
			q.step(i, kept)
			continue
		}
		end := i
		for end < len(kept) && !kept[end] && (end == i || end != t.Calm) {
			end++
		}
		q.lines = append(q.lines, sequenceLine{kind: leftOut, text: q.s.folded(i, end)})
		i = end - 1
	}
	if t.Verdict.Failed() {
		q.lines = append(q.lines, sequenceLine{kind: violation, text: q.s.verdict()})
	}
	return q
}

// step adds a step: as a message if another process caused it, else by itself.
func (q *sequence) step(i int, kept []bool) {
	e := &q.s.t.Events[i]
	l := sequenceLine{kind: ownStep, from: e.Process, to: e.Process, text: strconv.Itoa(i+1) + " " + q.s.name(i), racing: q.s.racing[i]}
	if len(e.Notes) > 0 {
		l.text += ": " + clean(e.Notes[0])
	}
	if c := int(e.Cause); c >= 0 && c < i && kept[c] && q.s.t.Events[c].Process != e.Process {
		l.kind, l.from = message, q.s.t.Events[c].Process
	}
	if h := int(e.HeldAfter); h >= 0 && h < len(q.s.t.Events) {
		l.held = "held until after " + q.s.name(h)
	}
	q.lines = append(q.lines, l)
}
