package netsim

import (
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// LinkFaults are the faults that a link may have: each is asked for, as a fault of the
// world, for every message that is sent over it. All are off by default.
type LinkFaults struct {
	Lose      bool // `lose A>B`: the message and its repetitions never arrive
	Duplicate bool // `duplicate A>B`: a request arrives twice, as after a retry below
	Reorder   bool // no question: the end of a connection may overtake what was sent on it
	Late      bool // `late A>B`: the window `late`, or else that of the message, is added
}

// Link is one direction between two machines. What is sent on one connection arrives
// in order.
type Link struct {
	n        *Net
	from, to *Machine
	name     string
	label    sim.Label // of its row in the profile
	faults   LinkFaults
	asked    bool // Faults was called at set-up
	res      sim.Resource
	cut      cut
	parked   []parcel // what arrived while it was parted
	late     sim.Label
	asks     struct{ lose, duplicate, late string }
}

// cut is whether a link lets things through.
type cut uint8

const (
	whole cut = iota
	parted
	blackHole
)

// parcel is something on its way.
type parcel struct {
	kind parcelKind
	c    *call
}

type parcelKind uint8

const (
	aRequest parcelKind = iota
	aReply
	anAbort
	aFailure
)

// Link is the link from one machine to another. Its delay is the profile's row for
// the label of the message, such as `heartbeat` or `heartbeat.reply`, or else for
// `link.LABEL`, `link.loopback` or `link`. See Link.Label.
func (n *Net) Link(from, to *Machine) *Link {
	if to.index < len(from.links) && from.links[to.index] != nil {
		return from.links[to.index]
	}
	key := from.name + ">" + to.name
	l := n.kept.links[key]
	if l == nil {
		l = &Link{name: key, res: n.w.Resource("link " + key), late: n.w.Label("late")}
		l.asks.lose, l.asks.duplicate, l.asks.late = "lose "+key, "duplicate "+key, "late "+key
		n.kept.links[key] = l
	}
	l.n, l.from, l.to = n, from, to
	l.faults, l.asked, l.cut, l.parked = LinkFaults{}, false, whole, l.parked[:0]
	l.label = n.link
	if from == to {
		l.label = n.loopback
	}
	for len(from.links) <= to.index {
		from.links = append(from.links, nil)
	}
	from.links[to.index] = l
	return l
}

// Label says which row of the profile speaks of the link: `link.label`.
func (l *Link) Label(label string) *Link {
	if strings.ContainsAny(label, ":#") {
		l.n.w.Mistake("link %s: label %q must not contain a colon or a hash sign", l.name, label)
	}
	l.label = l.n.w.Label("link." + label)
	return l
}

// Faults says which faults l may have from now on. Where they change during a run, what
// is sent conflicts with the change: so say at set-up of such a link which it begins with,
// LinkFaults{} if none.
func (l *Link) Faults(f LinkFaults) *Link {
	w := l.n.w
	switch {
	case w.Steps() == 0:
		l.asked = true
	case !l.asked:
		w.Mistake("link %s: its faults change during the run: say at set-up which it begins with, Faults(LinkFaults{}) if none", l.name)
	default:
		w.Write(l.res)
	}
	l.faults = f
	return l
}

// Part lets nothing through until Heal. What was sent arrives after that, as TCP
// repeats it.
func (l *Link) Part() { l.set(parted) }

// BlackHole swallows everything that arrives until Heal.
func (l *Link) BlackHole() { l.set(blackHole) }

// Heal lets things through again, and sends what was held up.
func (l *Link) Heal() {
	l.set(whole)
	for _, x := range l.parked {
		l.arm(x, l.delay(l.n.messageLabel(x)))
	}
	l.parked = l.parked[:0]
}

func (l *Link) set(c cut) {
	l.n.w.Write(l.res)
	l.cut = c
	if l.n.w.Recording() {
		l.n.w.Note("link %s: %s", l.name, [...]string{"whole", "parted", "a black hole"}[c])
	}
}

// Partition parts all links between machines of a and machines of b, both ways.
func (n *Net) Partition(a, b []*Machine) { n.between(a, b, (*Link).Part) }

// Heal heals what Partition has parted.
func (n *Net) Heal(a, b []*Machine) { n.between(a, b, (*Link).Heal) }

func (n *Net) between(a, b []*Machine, do func(*Link)) {
	for _, x := range a {
		for _, y := range b {
			do(n.Link(x, y))
			do(n.Link(y, x))
		}
	}
}

// delay is how long a message called label takes.
func (l *Link) delay(label sim.Label) sim.Window {
	if win, ok := row(l.to.p, label); ok {
		return win
	}
	return l.to.p.Window(l.label)
}

// send puts x on its way and returns how long it takes; without bound if it is lost.
func (l *Link) send(x parcel) sim.Window {
	w, label := l.n.w, l.n.messageLabel(x)
	win := l.delay(label)
	if l.asked {
		w.Read(l.res)
	}
	if f := &l.faults; *f != (LinkFaults{}) {
		if f.Lose && w.Fault(l.asks.lose) {
			l.n.heldUp(x, false)
			return sim.Window{Latest: sim.Unbounded}
		}
		if f.Late && w.Fault(l.asks.late) {
			win = sum(win, rowOr(l.to.p, l.late, win))
		}
		if f.Duplicate && x.kind == aRequest && w.Fault(l.asks.duplicate) {
			l.arm(parcel{aRequest, l.n.ghost(x.c)}, win)
		}
	}
	l.arm(x, win)
	return win
}

func (l *Link) arm(x parcel, win sim.Window) {
	label := l.n.messageLabel(x)
	p := l.to.p
	p.After(label, win, (*arrivals)(l.n), int64(x.c.index)<<2|int64(x.kind))
}

// messageLabel is what the arrival of x is called.
func (n *Net) messageLabel(x parcel) sim.Label {
	ls := x.c.ls
	switch x.kind {
	case aRequest:
		return ls.request
	case aReply:
		return ls.reply
	case anAbort:
		return ls.abort
	}
	if x.c.err == refused {
		return ls.refused
	}
	return ls.reset
}

// arrivals handles what arrives.
type arrivals Net

// Fire lets one thing arrive, unless its link is cut.
func (a *arrivals) Fire(w *sim.World, arg int64) {
	n := (*Net)(a)
	x := parcel{parcelKind(arg & 3), n.calls[arg>>2]}
	l := x.c.forth
	if x.kind == aReply || x.kind == aFailure {
		l = x.c.back
	}
	w.Read(l.res)
	switch l.cut {
	case parted:
		l.parked = append(l.parked, x)
		n.rule("net.held-up")
		n.heldUp(x, true)
		return
	case blackHole:
		n.heldUp(x, false)
		return
	}
	switch x.kind {
	case aRequest:
		n.arrived(x.c)
	case aReply:
		n.answered(x.c)
	case anAbort:
		n.aborted(x.c)
	case aFailure:
		n.failed(x.c)
	}
}
