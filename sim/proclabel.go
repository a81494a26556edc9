package sim

func (p *Proc) label(s string) Label { return Label(p.world.labels.intern(s)) }

// labelState is what a process knows of one label.
type labelState struct {
	window Window // what the profile says, if known; kept from run to run
	base   uint64 // hash of process and label; the occurrence is missing
	label  Label
	occ    uint32 // occurrences so far
	known  bool
}

// at is the state of a label, until the next one is asked for.
func (p *Proc) at(l Label) *labelState {
	if int(l) < len(p.places) {
		if i := p.places[l]; i > 0 {
			return &p.labels[i-1]
		}
	}
	return p.learn(l)
}

// learn begins the state of a label. A process uses few of all labels, which become more
// with the processes there are.
func (p *Proc) learn(l Label) *labelState {
	p.places = grow(p.places, int(l))
	p.labels = append(p.labels, labelState{base: mix(p.hash, p.world.labels.hash[l]), label: l})
	p.places[l] = int32(len(p.labels))
	return &p.labels[len(p.labels)-1]
}

// next counts an occurrence and returns it with its ID.
func (s *labelState) next() (EventID, uint32) {
	s.occ++
	return EventID(mix(s.base, uint64(s.occ))), s.occ
}

// window is what the profile says of p's events called l, on a machine as slow as
// this run's.
func (p *Proc) window(l Label) Window {
	win := p.row(l)
	if slow := p.world.slow; slow != 0 {
		return win.times(slow)
	}
	return win
}

// row is what the profile says of p's events called l.
func (p *Proc) row(l Label) Window {
	s := p.at(l)
	if !s.known {
		s.window, s.known = p.profile.find(p.name, p.world.labels.list[l]), true
	}
	return s.window
}

// rowOr is what the profile says of p's events called l if it has a row for them.
func (p *Proc) rowOr(l Label, otherwise Window) Window {
	if win := p.row(l); win != p.profile.Step {
		return win
	}
	return otherwise
}

// startWindow is how late a life of p may begin: at once unless the profile has a row.
func (p *Proc) startWindow() Window { return p.rowOr(p.label("start"), Window{}) }

// slack is how late p may be woken by the timer l: its own row if the profile
// has one, else Timer.
func (p *Proc) slack(l Label) Window { return p.rowOr(l, p.profile.Timer) }

// Label interns the name of something that events do.
func (w *World) Label(s string) Label { return Label(w.labels.intern(s)) }

// Window is what the profile says of the events of p called l.
func (p *Proc) Window(l Label) Window { return p.window(l) }
