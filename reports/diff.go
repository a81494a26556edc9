package reports

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/seed-3519b94c/simrun/sim"
)

// most entries of each list of a diff are shown, unless Options.Full.
const mostOfDiff = 12

// Diff tells in what two traces differ, their events matched by name: what was chosen
// otherwise, which pairs whose order matters stand the other way round, and what happens
// in one only.
func Diff(w io.Writer, a, b *sim.Trace, o Options) error {
	o = o.withDefaults(a)
	d := differ{p: page{color: o.Color, width: o.Width}, o: o, al: align(a, b)}
	d.tell()
	if _, err := w.Write(d.p.Bytes()); err != nil {
		return fmt.Errorf("write difference of traces: %w", err)
	}
	return nil
}

type differ struct {
	p  page
	o  Options
	al *alignment
}

func (d *differ) tell() {
	a, b := d.al.a, d.al.b
	d.p.block("A", d.side(a))
	d.p.block("B", d.side(b))
	d.p.line()
	if d.same() {
		d.p.block("Same", "the two show the same run: "+plural(len(a.Events), "step")+", every one with the same outcomes.")
		return
	}
	d.p.block("Same", d.prefix())
	d.list("Chosen", d.choices())
	var pairs []string
	for _, r := range d.al.reversals() {
		pairs = append(pairs, "* "+d.ref(a, r.first)+" before "+d.ref(a, r.second)+" in A, after it in B; both on "+clean(r.resource)+".")
	}
	d.list("Reversed", pairs)
	d.list("Only in A", d.only(a, d.al.inB))
	d.list("Only in B", d.only(b, d.al.inA))
	if len(pairs) == 0 && len(missing(d.al.inA))+len(missing(d.al.inB)) == 0 {
		d.p.block("Reversed", "no pair whose order matters: the two are equivalent.")
	}
}

func (d *differ) side(t *sim.Trace) string {
	s := &story{t: t, o: d.o}
	return clean(t.Hash()[:shortHash]) + "  " + s.headline() + ", profile " + clean(t.Profile) + ", " + plural(len(t.Events), "step")
}

func (d *differ) same() bool {
	a, b := d.al.a, d.al.b
	return d.al.common == len(a.Events) && len(a.Events) == len(b.Events) && a.Rolling == b.Rolling && a.Signature == b.Signature
}

func (d *differ) prefix() string {
	switch n := d.al.common; {
	case n == 0:
		return "nothing: they part at the first step."
	case n == len(d.al.a.Events) || n == len(d.al.b.Events):
		return "the first " + plural(n, "step") + "; then one of them ends."
	default:
		return "the first " + plural(n, "step") + ". Then " + d.ref(d.al.a, n) + " in A, " + d.ref(d.al.b, n) + " in B."
	}
}

func (d *differ) ref(t *sim.Trace, i int) string {
	s := &story{t: t, o: d.o}
	return s.ref(i)
}

// choices lists the deviations that only one of the two has, or that come out otherwise.
func (d *differ) choices() []string {
	var out []string
	side := func(name string, one, other sim.Schedule) {
		for _, c := range one {
			if !slices.Contains(other, c) {
				out = append(out, "in "+name+": "+clean(c.String()))
			}
		}
	}
	side("A", d.al.a.Schedule, d.al.b.Schedule)
	side("B", d.al.b.Schedule, d.al.a.Schedule)
	return out
}

// only lists the events of t that the other trace does not have.
func (d *differ) only(t *sim.Trace, where []int) []string {
	var out []string
	s := &story{t: t, o: d.o}
	for _, i := range missing(where) {
		text := s.name(i) + " (step " + strconv.Itoa(i+1) + ")"
		if notes := t.Events[i].Notes; len(notes) > 0 {
			text += ": " + clean(notes[0])
		}
		out = append(out, text)
	}
	return out
}

func (d *differ) list(key string, lines []string) {
	if more := len(lines) - mostOfDiff; more > 0 && !d.o.Full {
		lines = append(slices.Clip(lines[:mostOfDiff]), "... and "+comma(more)+" more")
	}
	d.p.block(key, lines...)
}
