package strategy

import "github.com/seed-3519b94c/simrun/sim"

// URW is the uniform random walk (Zhao et al., "Selectively uniform concurrency
// testing", ASPLOS'25): a process is taken with a probability proportional to the
// number of events that it has still before it, those of the processes that it will
// start included. With exact numbers and nobody blocked, every interleaving of N events
// has the same probability: there are N!/(r1! r2! ...) of them, or for a tree of
// processes N! divided by the product of the sizes of its subtrees.
//
// The numbers are means over earlier runs, kept in the Model. Without any it is a random
// walk.
type URW struct {
	rand   *sim.Rand
	follow follower
}

// NewURW makes a URW.
func NewURW() *URW { return &URW{rand: sim.NewRand(0)} }

// Name is "urw".
func (*URW) Name() string { return "urw" }

// NeedsLog says that it must know of every event.
func (*URW) NeedsLog() bool { return true }

// Begin seeds the walk.
func (s *URW) Begin(i Info) {
	s.rand.Seed(i.Seed)
	s.follow.begin(i.Learned.Model)
}

// Pick draws a process by what it has left, and among its events if there are several.
func (s *URW) Pick(p *sim.Point) int {
	f := &s.follow
	if !f.catchUp(p, nil) {
		return s.rand.IntN(p.N)
	}
	sum := 0.0
	for i := range p.Enabled {
		sum += f.share(p, i)
	}
	x := unit(s.rand) * sum
	for i := range p.Enabled {
		if x -= f.share(p, i); x < 0 {
			return i
		}
	}
	return p.N - 1
}

// share is the weight of alternative i: that of its process, divided among those of its
// events that are enabled.
func (f *follower) share(p *sim.Point, i int) float64 {
	q := p.Enabled[i].Process
	n := 0
	for j := range p.Enabled {
		if p.Enabled[j].Process == q {
			n++
		}
	}
	return max(f.procs[q].left, 1) / float64(n)
}

// follower knows, while a run goes on, what every process has left.
type follower struct {
	model  *Model
	view   view
	totals []float64 // by process of the model: events, with those of descendants
	seen   int       // events of the log that have been looked at
	began  bool
	procs  []followed // by number of process
}

type followed struct {
	left float64
	met  bool
}

func (f *follower) begin(m *Model) {
	f.model, f.seen, f.began = m, 0, false
	clear(f.procs)
}

// catchUp looks at what has happened since it was called last, and at who is there. It
// reports whether anything is known at all. fired, if not nil, is called for every
// event and says whether it counts.
func (f *follower) catchUp(p *sim.Point, fired func(l *sim.Log, i int) bool) bool {
	l := p.Log()
	if f.model == nil || f.model.runs == 0 || l == nil {
		return false
	}
	if !f.began {
		f.began = true
		f.view.begin(f.model, l)
		if fired == nil {
			f.totals = f.view.totals
		}
	}
	for ; f.seen < len(l.Events); f.seen++ {
		e := &l.Events[f.seen]
		f.meet(l, e.Process, e.Cause)
		if fired == nil || fired(l, f.seen) {
			f.procs[e.Process].left--
		}
	}
	for i := range p.Enabled {
		a := &p.Enabled[i]
		f.meet(l, a.Process, a.Armed-1)
	}
	return true
}

// meet takes in a process that has not been met in this run. What it has before it is
// no longer before the one who started it. It reports who that was, or -1, and whether
// the process is new.
func (f *follower) meet(l *sim.Log, process, cause int32) {
	for len(f.procs) <= int(process) {
		f.procs = append(f.procs, followed{})
	}
	q := &f.procs[process]
	if q.met {
		return
	}
	q.met = true
	if at := f.view.proc(process); at >= 0 && at < len(f.totals) {
		q.left = f.totals[at]
	}
	if cause < 0 {
		return
	}
	if parent := l.Events[cause].Process; parent != process {
		f.procs[parent].left -= q.left
	}
}

// unit is uniform in [0, 1), in steps of 2^-53.
func unit(r *sim.Rand) float64 { return float64(r.Uint64()>>11) / (1 << 53) }
