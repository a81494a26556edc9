package sim_test

import (
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"pgregory.net/rapid"
)

// A random program is a few processes, each a list of instructions. Everything
// that a process can do is among them, so a property that holds for these holds
// for whatever is built of it.
type instruction struct {
	do     int
	which  int           // which mutex, queue, waker, resource, process
	amount time.Duration // of sleeps and timeouts
}

const (
	doStep = iota
	doSleep
	doRead
	doWrite
	doLock
	doUnlock
	doPush
	doPop
	doTakeAll
	doWake
	doPoll
	doPollUntil
	doMark
	doElapsed
	doNow
	doAdd
	doDraw
	doFault
	doKill
	doRestart
	doSpawn
	doActor
	doGoal
	instructions
)

// things is how many there are of each kind.
const things = 2

func randomPrograms() *rapid.Generator[[][]instruction] {
	one := rapid.Custom(func(t *rapid.T) instruction {
		return instruction{
			do:     rapid.IntRange(0, instructions-1).Draw(t, "do"),
			which:  rapid.IntRange(0, things-1).Draw(t, "which"),
			amount: time.Duration(rapid.IntRange(0, 200).Draw(t, "amount")) * time.Microsecond,
		}
	})
	return rapid.SliceOfN(rapid.SliceOfN(one, 1, 8), 2, 4)
}

// randomScenario makes a scenario of a program. state, if not nil, is called at
// the end of every run with what the shared things then hold.
func randomScenario(program [][]instruction, profiles ...*sim.Profile) *sim.Scenario {
	return &sim.Scenario{Name: "random", Profiles: profiles, Build: func(w *sim.World) {
		m := newMachine(w)
		w.Draw().Int("setup", 0, 3)
		for i, code := range program {
			m.code = append(m.code, code)
			m.procs = append(m.procs, w.Process(fmt.Sprint("P", i), func(p *sim.Proc) { m.run(p, code) }))
		}
		ticks := 0
		w.Background("heart", func(p *sim.Proc) {
			for ticks = 0; ticks < 3; ticks++ {
				p.Sleep("beat", 50*time.Microsecond)
			}
		})
	}}
}

// machine is what the processes of a random program share.
type machine struct {
	w       *sim.World
	code    [][]instruction
	procs   []*sim.Proc
	mutexes [things]*sim.Mutex
	queues  [things]*sim.Queue[int]
	wakers  [things]*sim.Waker
	numbers [things]*sim.Uint32
	cells   [things]sim.Resource
	actor   *sim.Proc
	goal    sim.Goal
}

func newMachine(w *sim.World) *machine {
	m := &machine{w: w, actor: w.Actor("K"), goal: w.Sometimes("goal")}
	for i := range things {
		m.mutexes[i] = w.NewMutex(fmt.Sprint("mutex", i))
		m.queues[i] = sim.NewQueue[int](w, fmt.Sprint("queue", i))
		m.wakers[i] = w.NewWaker(fmt.Sprint("waker", i))
		m.numbers[i] = w.NewUint32(fmt.Sprint("number", i))
		m.cells[i] = w.Resource(fmt.Sprint("cell", i))
	}
	return m
}

// Fire is the event of the actor.
func (m *machine) Fire(w *sim.World, arg int64) { w.Write(m.cells[arg]) }

func (m *machine) run(p *sim.Proc, code []instruction) {
	since := p.Mark()
	defer func() { p.Release(since) }()
	var held [things]bool
	for n, c := range code {
		switch i := c.which; c.do {
		case doStep:
			p.Step("step")
		case doSleep:
			p.Sleep("sleep", c.amount)
		case doRead:
			p.Step("read")
			m.w.Read(m.cells[i])
		case doWrite:
			p.Step("write")
			m.w.Write(m.cells[i])
		case doLock:
			if !held[i] {
				m.mutexes[i].Lock()
				held[i] = true
			}
		case doUnlock:
			if held[i] {
				m.mutexes[i].Unlock()
				held[i] = false
			}
		case doPush:
			m.queues[i].Push(n)
		case doPop:
			m.queues[i].Pop()
		case doTakeAll:
			m.queues[i].TakeAll(nil)
		case doWake:
			m.wakers[i].Wake()
		case doPoll:
			m.wakers[i].Poll(c.amount)
		case doPollUntil:
			m.wakers[i].PollUntil(since, c.amount)
		case doMark:
			p.Release(since)
			since = p.Mark()
		case doElapsed:
			if p.Elapsed(since, c.amount) {
				p.Step("late")
			}
		case doNow:
			if p.Now()%2 == 0 {
				p.Step("even")
			}
		case doAdd:
			m.numbers[i].Add(1)
		case doDraw:
			for range m.w.Draw().Int(fmt.Sprint("times", i), 0, 2) {
				p.Step("again")
			}
		case doFault:
			if m.w.Fault("fault") {
				p.Step("recover")
			}
		case doKill:
			p.Step("kill")
			m.procs[i].Kill()
		case doRestart:
			p.Step("restart")
			if !m.procs[i].Alive() && m.procs[i] != p {
				m.procs[i].Restart()
			}
		case doSpawn:
			p.Step("spawn")
			m.w.Process("child", func(q *sim.Proc) {
				q.Step("play")
				m.w.Write(m.cells[i])
				m.wakers[i].Poll(env.Forever)
			})
		case doActor:
			p.Step("post")
			m.actor.After(m.w.Label("posted"), sim.Micros(0, 5, 20), m, int64(i))
		case doGoal:
			m.goal.Reached()
		}
	}
}
