// Package linear states that an object is linearizable (Herlihy and Wing, TOPLAS 1990):
// whatever its clients do at once looks as if each operation had happened at one
// instant between its call and its return.
//
//	h := linear.New(w, "linearizable", linear.Spec[int, op, int]{
//		Init: func() int { return 0 },
//		Step: func(state int, in op) (int, int) { ... }, // the next state, and what is returned
//	})
//	w.Process("client", func(p *sim.Proc) {
//		c := h.Call("add 1", op{add: 1})
//		c.Return(counter.Add(1))
//	})
//
// The history is checked at every return, so that a run ends at the first answer that no
// order explains. An operation that has not returned may have taken effect, or not. The
// check is that of package porcupine (Lowe's algorithm with memoization, Concurrency and
// Computation 2017); it takes time exponential in the number of operations at once.
//
// Calls and returns write one resource: their order is what the property is about.
package linear

import (
	"fmt"
	"math"
	"strings"

	"github.com/anishathalye/porcupine"
	"github.com/seed-3519b94c/simrun/sim"
)

// Spec is what one operation after the other does to an object with states S, inputs I
// and outputs O. S and O must be comparable by ==.
type Spec[S, I, O comparable] struct {
	// Init is the state at the start.
	Init func() S
	// Step is the state after an operation, and what it returns. It must depend on
	// nothing else.
	Step func(state S, in I) (S, O)
}

// MaxOperations bounds a history: a run with more is a mistake of the scenario.
const MaxOperations = 1000

// History is what clients did to one object.
type History[S, I, O comparable] struct {
	w        *sim.World
	property string
	model    porcupine.Model
	res      sim.Resource
	now      int64
	ops      []porcupine.Operation
	names    []string
}

// output is what an operation returned; unknown while it has not.
type output[O comparable] struct {
	known bool
	value O
}

// New makes the history of one object. Property is violated by the first return that no
// order of operations explains.
func New[S, I, O comparable](w *sim.World, property string, spec Spec[S, I, O]) *History[S, I, O] {
	h := &History[S, I, O]{w: w, property: property, res: w.Resource("history of " + property)}
	h.model = porcupine.Model{
		Init: func() any { return spec.Init() },
		Step: func(state, in, out any) (bool, any) {
			next, returned := spec.Step(state.(S), in.(I))
			o := out.(output[O])
			return !o.known || o.value == returned, next
		},
	}
	w.Always(property, func() error { return nil }) // so that the property counts as stated
	return h
}

// Call is an operation that has begun.
type Call[S, I, O comparable] struct {
	h *History[S, I, O]
	i int
}

// Call notes that a client calls an operation; name is for people.
func (h *History[S, I, O]) Call(name string, in I) Call[S, I, O] {
	if len(h.ops) >= MaxOperations {
		h.w.Mistake("history of %q: more than %d operations; check fewer at a time", h.property, MaxOperations)
	}
	h.w.Write(h.res)
	h.now++
	h.ops = append(h.ops, porcupine.Operation{ClientId: len(h.ops), Input: in, Call: h.now, Output: output[O]{}, Return: math.MaxInt64})
	h.names = append(h.names, name)
	h.w.Note("call %s", name)
	return Call[S, I, O]{h, len(h.ops) - 1}
}

// Return notes what the operation returned, and checks the history.
func (c Call[S, I, O]) Return(out O) {
	h := c.h
	if h.ops[c.i].Return != math.MaxInt64 {
		h.w.Mistake("history of %q: %s returns twice", h.property, h.names[c.i])
	}
	h.w.Write(h.res)
	h.now++
	h.ops[c.i].Return, h.ops[c.i].Output = h.now, output[O]{true, out}
	h.w.Note("return %v from %s", out, h.names[c.i])
	if porcupine.CheckOperations(h.model, h.ops) {
		return
	}
	h.w.Fail(h.property, "", "no order of the operations explains that %s returned %v: %s", h.names[c.i], out, h.story())
}

// story lists what was called and returned, in order.
func (h *History[S, I, O]) story() string {
	var parts []string
	for i, op := range h.ops {
		out := "has not returned"
		if o := op.Output.(output[O]); o.known {
			out = fmt.Sprintf("returned %v at %d", o.value, op.Return)
		}
		parts = append(parts, fmt.Sprintf("%s, called at %d, %s", h.names[i], op.Call, out))
	}
	return strings.Join(parts, "; ")
}
