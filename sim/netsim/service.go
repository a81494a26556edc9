package netsim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// StopTimeout is how long a task that was asked to stop may go on until it is killed:
// the default of ECS.
const StopTimeout = 30 * time.Second

// Roll is how a service replaces its tasks.
type Roll uint8

const (
	// Overlap starts a new task, waits until it is well, drains and stops an old one,
	// and so on, one by one.
	Overlap Roll = iota
	// Replace stops all old tasks, and then starts all new ones.
	Replace
)

// Service is a set of tasks that run the same program, perhaps behind a balancer.
type Service struct {
	n     *Net
	name  string
	p     *sim.Proc
	b     *Balancer // or nil
	port  int
	grace time.Duration
	tasks []*Host // that should run
	roll  *rolling
}

// rolling is a roll in progress.
type rolling struct {
	s        *Service
	kind     Roll
	old, new []*Host
	started  int // of new
	stopped  int // of old: asked to
	well     []*Host
	gone     int
	stable   func()
	over     bool
}

// Service makes a service. Without a balancer (nil) a task is well as soon as it
// runs; with one, once it is routable on port. Its event is `stable`, of the process
// `service NAME`.
func (n *Net) Service(name string, b *Balancer, port int) *Service {
	return &Service{n: n, name: name, p: n.w.Actor("service " + name), b: b, port: port, grace: StopTimeout}
}

// Grace sets how long a task may take to stop; StopTimeout if nobody does.
func (s *Service) Grace(d time.Duration) *Service {
	s.grace = d
	return s
}

// Tasks are the programs that should run now.
func (s *Service) Tasks() []*Host { return s.tasks }

// Start starts tasks, beside those that run.
func (s *Service) Start(tasks ...*Host) {
	for _, h := range tasks {
		s.launch(h)
	}
	s.tasks = append(s.tasks, tasks...)
}

func (s *Service) launch(h *Host) {
	if s.b != nil {
		s.b.Register(h, s.port)
	}
	h.Start()
}

// Roll replaces the tasks of s by others, which must not run yet. stable, which may be
// nil, is called when all new ones are well, all old ones are gone, and the window
// `stable` has passed. A roll that is in progress is given up first: what it has
// started counts as old.
func (s *Service) Roll(kind Roll, tasks []*Host, stable func()) {
	if r := s.roll; r != nil && !r.over {
		r.over = true
		s.tasks = append(append([]*Host(nil), r.old[r.stopped:]...), r.new[:r.started]...)
	}
	r := &rolling{s: s, kind: kind, old: s.tasks, new: tasks, stable: stable}
	s.roll, s.tasks = r, tasks
	for _, h := range tasks {
		h.OnStart(func() { r.starts(h) })
	}
	for _, h := range r.old {
		h.OnEnd(func(int) { r.ends() })
	}
	if s.b != nil {
		s.b.OnChange(r.changed)
	}
	if kind == Replace {
		for range r.old {
			r.stopOne()
		}
	}
	r.step()
}

// starts is called when a new task begins to run.
func (r *rolling) starts(h *Host) {
	if r.s.b == nil {
		r.isWell(h)
	}
}

func (r *rolling) changed(h *Host, health Health) {
	if health == Routable {
		r.isWell(h)
	}
}

// isWell notes that a new task is well, once for each.
func (r *rolling) isWell(h *Host) {
	if r.over {
		return
	}
	for _, x := range r.well {
		if x == h {
			return
		}
	}
	for _, x := range r.new[:r.started] {
		if x == h {
			r.well = append(r.well, h)
			if r.kind == Overlap && r.stopped < len(r.old) {
				r.stopOne()
			}
			r.step()
			return
		}
	}
}

// ends is called when an old task has ended.
func (r *rolling) ends() {
	if r.over {
		return
	}
	r.gone = 0
	for _, h := range r.old {
		if h.cur == nil || h.cur.over {
			r.gone++
		}
	}
	r.step()
}

// stopOne drains and stops the next old task.
func (r *rolling) stopOne() {
	h := r.old[r.stopped]
	r.stopped++
	stop := func() { h.Stop(r.s.grace) }
	if r.s.b != nil {
		r.s.b.Deregister(h, stop)
		return
	}
	stop()
}

// step starts what may start, and finds out whether the roll is done.
func (r *rolling) step() {
	for r.started < len(r.new) && r.mayStart() {
		h := r.new[r.started]
		r.started++
		r.s.launch(h)
	}
	if r.started == len(r.new) && r.kind == Overlap && len(r.well) == len(r.new) {
		for r.stopped < len(r.old) { // more old ones than new ones
			r.stopOne()
		}
	}
	if len(r.well) == len(r.new) && r.gone == len(r.old) {
		r.done()
	}
}

// mayStart reports whether the next new task may start: one by one, each when the
// one before is well and an old one has gone for it.
func (r *rolling) mayStart() bool {
	if r.kind == Replace {
		return r.gone == len(r.old)
	}
	return len(r.well) == r.started && r.gone >= min(r.started, len(r.old))
}

func (r *rolling) done() {
	r.over = true
	label := r.s.n.w.Label("stable")
	r.s.p.After(label, rowOr(r.s.p, label, sim.Window{}), r, 0)
}

// Fire is the event `stable`.
func (r *rolling) Fire(w *sim.World, _ int64) {
	if w.Recording() {
		w.Note("service %s is stable", r.s.name)
	}
	if r.stable != nil {
		r.stable()
	}
}
