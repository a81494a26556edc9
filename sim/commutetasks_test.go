package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"pgregory.net/rapid"
)

// A world of loops of tasks: each runs code, shares numbers with the others, and sends
// them code to run along paths.
type taskWorld struct {
	timeless bool
	loops    [][]taskCall
}

// taskCall is one thing that a task does.
type taskCall struct {
	do   taskDo
	to   int // which loop, path or number
	size int
	code []taskCall
}

type taskDo uint8

const (
	taskSend taskDo = iota
	taskTimer
	taskCleared
	taskIO
	taskPost
	taskMicrotask
	taskAwait
	taskCount
	taskLook
	taskKinds
)

var taskWorlds = rapid.Custom(func(t *rapid.T) *taskWorld {
	b := &taskWorld{timeless: rapid.Bool().Draw(t, "timeless")}
	for range rapid.IntRange(2, 3).Draw(t, "loops") {
		b.loops = append(b.loops, drawTasks(t, 5, 3))
	}
	return b
})

func drawTasks(t *rapid.T, n, depth int) []taskCall {
	code := make([]taskCall, rapid.IntRange(1, n).Draw(t, "calls"))
	for i := range code {
		code[i] = taskCall{do: rapid.SampledFrom([]taskDo{taskSend, taskSend, taskSend, taskTimer, taskCleared, taskIO, taskPost,
			taskMicrotask, taskAwait, taskCount, taskCount, taskLook}).Draw(t, "do"),
			to: rapid.IntRange(0, 5).Draw(t, "to"), size: rapid.IntRange(0, 3).Draw(t, "size")}
		if depth > 0 {
			code[i].code = drawTasks(t, 3, depth-1)
		}
	}
	return code
}

// taskRun is one run of such a world.
type taskRun struct {
	w       *sim.World
	loops   []*taskLoop
	numbers [2]int
	shared  [2]sim.Resource
}

type taskLoop struct {
	run   *taskRun
	loop  *jsloop.Tasks
	env   env.Loop
	paths [2][3]*jsloop.Path // two to each loop
	log   []byte
}

func (b *taskWorld) observed() (*sim.Scenario, observedRun) {
	r := new(taskRun)
	return &sim.Scenario{Name: "tasks", Profiles: []*sim.Profile{untimed(), sim.CILoaded()}, Build: func(w *sim.World) {
		*r = taskRun{w: w, loops: r.loops[:0]}
		for i := range r.shared {
			r.shared[i] = w.Resource(fmt.Sprint("shared", i))
		}
		for i, code := range b.loops {
			l := &taskLoop{run: r, loop: jsloop.StartTasks(w, fmt.Sprint("T", i))}
			l.env = l.loop.Env()
			r.loops = append(r.loops, l)
			l.env.Post("begin", func() { l.calls(code) })
		}
		for _, l := range r.loops {
			for i, to := range r.loops {
				l.paths[0][i] = to.loop.Path("one." + l.loop.Proc().Name())
				l.paths[1][i] = to.loop.Path("two." + l.loop.Proc().Name())
			}
		}
	}}, r
}

func (b *taskWorld) free() bool { return b.timeless }

func (r *taskRun) world() *sim.World { return r.w }

func (r *taskRun) appendState(dst []byte) []byte {
	for _, l := range r.loops {
		dst = append(append(dst, '\n'), l.log...)
	}
	return fmt.Append(dst, "\n", r.numbers)
}

func (l *taskLoop) note(what ...any) { l.log = fmt.Appendln(l.log, what...) }

func (l *taskLoop) calls(code []taskCall) {
	r := l.run
	for _, c := range code {
		l.note(c.do)
		n := c.to & 1
		switch c.do {
		case taskSend:
			i := c.to % len(r.loops)
			l.paths[n][i].Send(func() { r.loops[i].calls(c.code) })
		case taskTimer:
			l.env.SetTimeout(func() { l.calls(c.code) }, time.Duration(c.size)*time.Millisecond)
		case taskCleared:
			timer := l.env.SetTimeout(func() { l.calls(c.code) }, time.Duration(c.size)*time.Millisecond)
			l.env.IO("disk").Then(func(any) (any, error) { l.note("clears"); timer.Clear(); return nil, nil }, nil)
		case taskIO:
			l.env.IO("disk").Then(func(any) (any, error) { l.calls(c.code); return nil, nil }, nil)
		case taskPost:
			l.env.Post("event", func() { l.calls(c.code) })
		case taskMicrotask:
			l.env.QueueMicrotask(func() { l.calls(c.code) })
		case taskAwait:
			l.env.Async(func(a env.Async) (any, error) {
				_, err := a.Await(l.env.IO("disk"))
				l.calls(c.code)
				return nil, err
			})
		case taskCount:
			r.w.Write(r.shared[n])
			r.numbers[n] = 3*r.numbers[n] + c.size
		case taskLook:
			r.w.Read(r.shared[n])
			l.note(r.numbers[n])
		}
	}
}

// Loops of tasks commute too. -rapid.checks says how many worlds.
func TestIndependentTasksCommute(t *testing.T) {
	c := newCommuter(t, "")
	rapid.Check(t, func(t *rapid.T) {
		if found := c.check(taskWorlds.Draw(t, "world"), rapid.Uint64().Draw(t, "seed")); found != "" {
			t.Fatal(found)
		}
	})
	t.Logf("%d swaps; %d more were not possible in time", c.swaps, c.impossible)
}

func TestMissingFootprintOfTasksIsFound(t *testing.T) {
	c := newCommuter(t, "shared")
	for seed := range 300 {
		if c.check(taskWorlds.Example(seed), uint64(seed)) != "" {
			return
		}
	}
	t.Fatalf("%d swaps show nothing", c.swaps)
}
