package sim

import (
	"fmt"
	"slices"
	"strings"
)

// LockOrder is the property that every world has, whatever its scenario states: at rest no
// processes wait for each other in a circle, each for what the next one holds.
const LockOrder = "lock order"

// deadlocked ends a run that has come to rest if there is such a circle. What does not
// hold anything up but itself, such as a server that waits for requests, is none.
func (w *World) deadlocked() {
	if !w.judged(LockOrder) {
		return
	}
	for _, p := range w.procs {
		circle := p.circle()
		if circle == nil {
			continue
		}
		var names, locks []string
		var graph strings.Builder
		for _, q := range circle {
			names = append(names, q.name)
			locks = append(locks, w.resources.names.list[q.wait.on])
			graph.WriteString(q.waitsFor())
		}
		slices.Sort(locks)
		message := strings.Join(names, " and ") + " wait for each other"
		if len(circle) == 1 {
			message = names[0] + " waits for itself"
		}
		w.Fail(LockOrder, strings.Join(locks, ", "), "%s, and the world is at rest", message)
		w.verdict = Deadlock
		w.failure.WaitFor = graph.String()
		return
	}
}

// circle is p and whom it waits for, directly and by others, if that leads back to p.
func (p *Proc) circle() []*Proc {
	var path []*Proc
	for q := p; q.wait.list != nil && q.wait.holder != nil && !slices.Contains(path, q); {
		path = append(path, q)
		if q = q.wait.holder; q == p {
			return path
		}
	}
	return nil
}

// waitsFor is a line of the graph of who waits for whom.
func (p *Proc) waitsFor() string {
	line := fmt.Sprintf("%s waits for %s", p.name, p.world.resources.names.list[p.wait.on])
	if p.wait.holder != nil {
		line += ", held by " + p.wait.holder.name
	}
	return line + "\n"
}
