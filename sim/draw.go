package sim

import "slices"

// Draw draws the parameters of a scenario, each under a label of its own, so
// that it can be pinned, stored and minimised.
type Draw struct{ w *World }

// Draw returns the drawer of w.
func (w *World) Draw() Draw { return Draw{w} }

// Int draws a whole number from lo to hi. The boring value is lo.
func (d Draw) Int(label string, lo, hi int) int {
	return int(d.draw(label, int64(lo), int64(hi), nil))
}

// Bool draws a truth value. The boring one is false.
func (d Draw) Bool(label string) bool { return d.draw(label, 0, 1, []string{"false", "true"}) == 1 }

// Pick draws one of options. The boring one is the first.
func (d Draw) Pick(label string, options ...string) string {
	return options[d.draw(label, 0, int64(len(options)-1), options)]
}

// Option is Pick for a parameter that is not explored: the first of options,
// unless the caller pins another.
func (d Draw) Option(label string, options ...string) string {
	return options[d.take(KindOption, label, 0, int64(len(options)-1), options)]
}

func (d Draw) draw(label string, lo, hi int64, text []string) int64 {
	return d.take(KindDraw, label, lo, hi, text)
}

func (d Draw) take(kind Kind, label string, lo, hi int64, text []string) int64 {
	w := d.w
	if hi < lo {
		w.misuse("draw %q: from %d to %d is no range", label, lo, hi)
	}
	if hi-lo < 0 || hi-lo >= 1<<53 {
		w.misuse("draw %q: from %d to %d are more than 2^53 values", label, lo, hi)
	}
	p := w.cur.proc
	if w.steps == 0 {
		p = w.procs[0]
		w.checkRange(label, lo, hi)
	}
	l := w.dataLabelOf(label)
	v, pinned := w.cfg.Params[label]
	if pinned {
		w.pinned = append(w.pinned, label)
	}
	switch {
	case !pinned:
		v = w.choose(kind, p, l, lo, int(hi-lo+1), lo)
	case v < lo || v > hi:
		w.misuse("parameter %q: %d is outside of %d to %d", label, v, lo, hi)
	default:
		w.pin(kind, p, l, v, lo, hi)
	}
	if kind == KindOption && v == lo {
		return v // as always: not worth a word
	}
	prm := Param{Label: label, Value: v, Lo: lo, Hi: hi}
	if text != nil {
		prm.Text = text[v]
	}
	w.params = append(w.params, prm)
	return v
}

// checkRange refuses a second range of one label in Build: it is pinned, documented and told
// by its label. What a process draws on its way may depend on what it drew before.
func (w *World) checkRange(label string, lo, hi int64) {
	for i := len(w.params) - 1; i >= 0; i-- { // a label that is drawn often was drawn just now
		if p := &w.params[i]; p.Label == label {
			if p.Lo != lo || p.Hi != hi {
				w.misuse("draw %q: from %d to %d, and before from %d to %d: give two parameters two labels", label, lo, hi, p.Lo, p.Hi)
			}
			return
		}
	}
}

// Fault asks whether the fault called label strikes here. The boring answer is
// no, and in calm no other is given.
func (w *World) Fault(label string) bool {
	p := w.cur.proc
	return w.choose(KindFault, p, w.dataLabelOf(label), 0, 2, 0) == 1
}

// checkPinned refuses parameters that were pinned and that nobody has drawn, for scenarios
// that document none: of the others it is known before.
func (w *World) checkPinned() {
	if len(w.cfg.Params) == 0 || len(w.scenario.Params) > 0 || w.stopped {
		return
	}
	var all []string
	for _, p := range w.params {
		all = append(all, p.Label)
	}
	for _, label := range sortedKeys(w.cfg.Params) {
		if !slices.Contains(w.pinned, label) {
			w.misuse("%w", notOneOf("its Build", "parameter", label, all))
		}
	}
}

// pin notes a parameter that the caller fixed, as if a chooser had drawn it: a
// schedule is complete by itself.
func (w *World) pin(kind Kind, p *Proc, l Label, v, lo, hi int64) {
	if lo == hi {
		return
	}
	id, occ := p.at(l).next()
	if v != lo {
		w.deviate(Deviation{Kind: kind, Event: id, Value: v})
	}
	w.cur.print = mix(w.cur.print, uint64(id)^uint64(v))
	w.rolling = mix(w.rolling, uint64(id)^uint64(v))
	if w.rec != nil {
		w.rec.names = append(w.rec.names, nameOf{id, eventName(p.name, w.dataLabel(l), occ)})
	}
}
