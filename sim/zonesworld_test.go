package sim_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"pgregory.net/rapid"
)

// A small timed program is a few processes with a few events each, in short windows of
// whole nanoseconds, so that every timing is within reach: it can be searched with and
// without reduction, and the two compared.
type smallProgram struct {
	procs []smallProc
	// sum: there must never be three writes, checked after every event.
	sum bool
	// owed is opened by op owe and closed by op pay.
	within time.Duration
}

type smallProc struct {
	actor, background bool
	ops               []smallOp
}

// smallOp is one event. Its number says which of several things it is done to.
type smallOp struct {
	do               smallDo
	earliest, latest int
	number           int
}

type smallDo uint8

const (
	smallNothing smallDo = iota
	smallRead
	smallWrite
	smallReadThenWrite // writes y only if x has not been written
	smallSpawn         // an actor with one event
	smallTimer         // arms a timer of a third party
	smallStop          // stops it
	smallMark
	smallElapsed
	smallClock
	smallFault
	smallFail // fails if x was written an odd number of times
	smallOwe
	smallPay
	smallLock // for two events
	smallKill
	smallCalm
	smallKinds
)

// smallPrograms draws programs of so many events at most.
func smallPrograms(events int) *rapid.Generator[*smallProgram] {
	return rapid.Custom(func(t *rapid.T) *smallProgram {
		p := &smallProgram{within: time.Duration(rapid.IntRange(0, 1).Draw(t, "within") * 5)}
		p.sum = rapid.IntRange(0, 4).Draw(t, "always") == 4
		plain := rapid.Bool().Draw(t, "plain")
		left := rapid.IntRange(2, events).Draw(t, "events")
		for left > 0 && len(p.procs) < 4 {
			q := smallProc{actor: rapid.Bool().Draw(t, "actor"), background: rapid.IntRange(0, 7).Draw(t, "background") == 7}
			for range rapid.IntRange(1, min(4, left)).Draw(t, "ops") {
				o := smallOp{earliest: rapid.IntRange(0, 4).Draw(t, "earliest"), number: rapid.IntRange(0, 1).Draw(t, "number")}
				o.latest = o.earliest + rapid.IntRange(0, 4).Draw(t, "width")
				if plain {
					o.do = smallDo(rapid.IntRange(0, int(smallSpawn)).Draw(t, "do"))
				} else {
					o.do = smallDo(rapid.IntRange(0, int(smallKinds)-1).Draw(t, "do"))
				}
				q.ops = append(q.ops, o)
				left--
			}
			p.procs = append(p.procs, q)
		}
		return p
	})
}

func (p *smallProgram) String() string {
	var b strings.Builder
	for i, q := range p.procs {
		fmt.Fprintf(&b, "P%d %+v\n", i, q)
	}
	fmt.Fprintf(&b, "sum %v within %v", p.sum, p.within)
	return b.String()
}

// smallRun is one run of a small program.
type smallRun struct {
	p      *smallProgram
	w      *sim.World
	x, y   sim.Resource
	writes [2]int
	timers [2]sim.EventRef
	timed  sim.Resource
	bodies []*sim.Proc
	lock   *sim.Mutex
	owed   *sim.Obligation
}

func (p *smallProgram) scenario() *sim.Scenario {
	step := sim.Window{Nominal: 1, Latest: 1}
	return &sim.Scenario{
		Name: "small", Profiles: []*sim.Profile{{Name: "short", Step: step}},
		Build: func(w *sim.World) {
			r := &smallRun{p: p, w: w, x: w.Resource("x"), y: w.Resource("y"), timed: w.Resource("timers"), lock: w.NewMutex("lock")}
			r.owed = w.Obligation("owed", p.within)
			check := func() error {
				if r.writes[0] == 2 && r.writes[1] == 1 {
					return fmt.Errorf("three writes")
				}
				return nil
			}
			if p.sum {
				w.Always("sum", check)
			}
			clockwork := w.Actor("T")
			for i := range p.procs {
				r.begin(i, clockwork)
			}
		},
	}
}

func (r *smallRun) begin(i int, clockwork *sim.Proc) {
	q := &r.p.procs[i]
	name := fmt.Sprint("P", i)
	if q.actor {
		a := &smallActor{smallMember{run: r, clockwork: clockwork}, q.ops}
		if q.background {
			a.proc = r.w.BackgroundActor(name)
		} else {
			a.proc = r.w.Actor(name)
		}
		a.arm(0)
		return
	}
	start := r.w.Process
	if q.background {
		start = r.w.Background
	}
	body := start(name, func(p *sim.Proc) {
		m := &smallMember{run: r, proc: p, clockwork: clockwork}
		for j, o := range q.ops {
			p.StepFor(r.w.Label(fmt.Sprint("e", j)), o.window())
			m.do(o, j)
		}
	})
	r.bodies = append(r.bodies, body)
}

func (o smallOp) window() sim.Window {
	return sim.Window{Earliest: time.Duration(o.earliest), Nominal: time.Duration(o.earliest), Latest: time.Duration(o.latest)}
}

// smallMember is what a process keeps.
type smallMember struct {
	run       *smallRun
	proc      *sim.Proc
	clockwork *sim.Proc
	mark      env.Mark
	spawned   int
}

type smallActor struct {
	smallMember
	ops []smallOp
}

func (a *smallActor) arm(j int) {
	if j < len(a.ops) {
		a.proc.After(a.run.w.Label(fmt.Sprint("e", j)), a.ops[j].window(), a, int64(j))
	}
}

func (a *smallActor) Fire(_ *sim.World, j int64) {
	a.do(a.ops[j], int(j))
	a.arm(int(j) + 1)
}

func (m *smallMember) write(i int) {
	m.run.w.Write([2]sim.Resource{m.run.x, m.run.y}[i])
	m.run.writes[i]++
}

func (m *smallMember) read(i int) int {
	m.run.w.Read([2]sim.Resource{m.run.x, m.run.y}[i])
	return m.run.writes[i]
}

// do is the effect of an event.
func (m *smallMember) do(o smallOp, j int) {
	r, w := m.run, m.run.w
	switch o.do {
	case smallRead:
		m.read(o.number)
	case smallWrite:
		m.write(o.number)
	case smallReadThenWrite:
		if m.read(o.number) == 0 {
			m.write(1 - o.number)
		}
	case smallSpawn:
		a := w.Actor(fmt.Sprint("C", m.spawned))
		m.spawned++
		a.After(w.Label("child"), o.window(), smallWriter{m, o.number}, 0)
	case smallTimer:
		w.Write(r.timed)
		w.Cancel(r.timers[o.number])
		r.timers[o.number] = m.clockwork.After(w.Label(fmt.Sprint("timer", o.number)), o.window(), smallWriter{m, o.number}, 0)
	case smallStop:
		w.Read(r.timed)
		if w.Cancel(r.timers[o.number]) {
			m.write(o.number)
		}
	case smallMark:
		if m.mark != 0 {
			m.proc.Release(m.mark)
		}
		m.mark = m.proc.Mark()
	case smallElapsed:
		if m.mark != 0 && m.proc.Elapsed(m.mark, time.Duration(3+o.number)) {
			m.write(o.number)
		}
	case smallClock:
		if m.proc.Now()%2 == 0 {
			m.write(o.number)
		}
	case smallFault:
		if w.Fault("fault") {
			m.write(o.number)
		}
	case smallFail:
		if m.read(o.number)%2 == 1 {
			w.Fail("odd", fmt.Sprint(o.number), "odd")
		}
	case smallLock:
		if m.proc.Life() > 0 {
			r.lock.Lock()
			m.write(o.number)
			r.lock.Unlock()
		}
	case smallKill:
		if o.number < len(r.bodies) && r.bodies[o.number] != m.proc {
			r.bodies[o.number].Kill()
		}
	case smallCalm:
		w.Calm()
	case smallOwe, smallPay:
		m.settle(o)
	}
}

// settle opens what is not open and closes what is.
func (m *smallMember) settle(o smallOp) {
	key := int64(o.number)
	if open := m.run.owed.IsOpen(key); o.do == smallOwe && !open {
		m.run.owed.Open(key)
	} else if o.do == smallPay {
		m.run.owed.Close(key)
	}
}

// smallWriter is an event of a third party.
type smallWriter struct {
	m      *smallMember
	number int
}

func (e smallWriter) Fire(*sim.World, int64) { e.m.write(e.number) }
