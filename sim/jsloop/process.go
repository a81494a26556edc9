package jsloop

import (
	"strconv"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Process is a Loop that runs as a process of a world. The methods of the loop are
// for the code that runs on it; Post is for all processes.
//
// These are the events of the process, each taking as long as the profile says of its
// label, with the effect at the end: `start`; `main`; `timers`, which looks at the
// clock; `timer`, `immediate` and `callback` (or `callback.name`), one for each
// callback; `poll`, and where that had to wait `woken` or `timeout`. What a callback
// does to the outside by calls of package env are events as in any other process.
//
// Ticks, microtasks and reports belong to the event before them: all that they touch
// without a call of package env is the loop's own, so no other process can tell
// whether it came in between. But time has to pass for them in the end, or a loop that
// never runs dry would stop the world: one in Group is an event of its own, called
// `tick`, `microtask`, `report` or `handled`.
//
// # Time
//
// The clock of the loop is the virtual one. To find out which timers are due is to ask,
// by rising instant and only up to the first that is not, whether that instant has
// been reached: each a choice of kind Elapsed where both answers are possible, and
// none where there is but one. It commits to being between two timers. Setting a timer
// commits to the present millisecond of Node, which counts whole ones from where the
// loop was made (Start): found by the same kind of question, of which one is the
// rule. The clocks of the other flavours are exact, so that setting a timer there
// reads the clock, which commits to an instant. Waiting in Poll commits to whether the
// next timer's instant has passed by then.
type Process struct {
	*Loop
	// Group says how many ticks, microtasks and reports in a row are one event. 0
	// means 64; 1 makes each an event of its own.
	Group int

	w      *sim.World
	p      *sim.Proc
	io     *sim.Proc // does the work of Env().IO
	name   string
	cfg    Config
	main   func()
	module func(*Async) error
	life   int

	epoch   env.Mark // where the loop's clock shows zero
	origin  int64    // the world's time there; exact flavours need it
	reached int64    // whole milliseconds that are known to have passed since epoch

	inbox   []post // posted, and not taken by a poll
	res     sim.Resource
	waiting sim.Waitlist

	labels  loopLabels
	grouped int // ticks, microtasks and reports since the last event
	steps   int // of the world, when one of them ran last

	offloaded     []string // names in use in this event
	offloadedStep int
}

type loopLabels struct {
	post, woken, timeout sim.Label
	kinds                [StepExit + 1]sim.Label
	callbacks            []namedLabel
}

type namedLabel struct {
	name  string
	label sim.Label
}

// groupSize is the default of Process.Group.
const groupSize = 64

// Start makes a process of this name that runs a loop. Now, Due, Pool and Choose of cfg
// are its own to set. Give it the script with Main or MainAsync before it runs. If the
// process is killed and restarted, it runs its script again, on a new Loop.
func Start(w *sim.World, name string, cfg Config) *Process {
	js := newProcess(w, name, cfg)
	js.begin(w.Process(name, js.run))
	return js
}

// StartBackground is Start for a process whose events do not count as activity, such
// as one whose intervals never end: see World.Background.
func StartBackground(w *sim.World, name string, cfg Config) *Process {
	js := newProcess(w, name, cfg)
	js.begin(w.Background(name, js.run))
	return js
}

func newProcess(w *sim.World, name string, cfg Config) *Process {
	js := &Process{w: w, name: name, cfg: cfg, res: w.Resource(name + ".inbox")}
	js.labels.post, js.labels.woken, js.labels.timeout = w.Label(name+".post"), w.Label("woken"), w.Label("timeout")
	for k := range js.labels.kinds {
		js.labels.kinds[k] = w.Label(Kind(k).String())
	}
	js.cfg.Now, js.cfg.Due, js.cfg.Pool = js.now, js.due, nil
	if cfg.Flavour == Browser {
		js.cfg.Choose = func(n int) int { return w.Choice(name+".task", n) }
	}
	js.Loop = New(js.cfg)
	return js
}

func (js *Process) begin(p *sim.Proc) {
	js.p = p
	if js.cfg.Flavour != Node && js.w.Steps() > 0 {
		js.origin = int64(p.Now())
	}
	js.epoch = p.Mark()
}

// Proc is the process.
func (js *Process) Proc() *sim.Proc { return js.p }

// Main sets the main script.
func (js *Process) Main(script func()) { js.main = script }

// MainAsync sets a main module with top-level await, see Loop.MainAsync.
func (js *Process) MainAsync(module func(a *Async) error) { js.module = module }

// Post hands the loop a callback from outside, to run in its next poll phase as the
// event `callback.name`. It is an event of the caller, `loop.post`. A loop that has
// nothing to wait for does not wait for it: who has something to post keeps the loop
// alive with Ref until then.
func (js *Process) Post(name string, fn func()) {
	if js.w.Running(js.labels.post).At(js.labels.post) {
		js.Deliver(name, fn)
	}
}

// Deliver is Post as a part of the current event, for handlers of actors.
func (js *Process) Deliver(name string, fn func()) {
	js.deliver(post{name: name, fn: fn})
}

// PostEvent is Post for an event with several listeners, see Loop.PostEvent.
func (js *Process) PostEvent(name string, listeners ...func()) {
	if js.w.Running(js.labels.post).At(js.labels.post) {
		js.deliver(js.event(name, listeners))
	}
}

func (js *Process) deliver(p post) {
	js.w.Write(js.res)
	js.inbox = append(js.inbox, p)
	js.w.Release(&js.waiting)
}

// Offload runs work as a process of its own, as on a thread of libuv's pool, and
// returns the promise of its result. It keeps the loop alive until it has been
// posted.
func (js *Process) Offload(name string, work func(p *sim.Proc) (Value, error)) *Promise {
	promise, resolve, reject := js.WithResolvers()
	l := js.Loop
	l.Ref()
	js.w.Process(js.freshName(name), func(p *sim.Proc) {
		v, err := work(p)
		js.Post(name, func() {
			if js.Loop != l { // a life that has ended
				return
			}
			l.Release()
			if err != nil {
				reject(err)
				return
			}
			resolve(v)
		})
	})
	return promise
}

// freshName tells those apart that one event offloads under the same name.
func (js *Process) freshName(name string) string {
	if step := js.w.Steps(); step != js.offloadedStep {
		js.offloaded, js.offloadedStep = js.offloaded[:0], step
	}
	n := 1
	for _, other := range js.offloaded {
		if other == name {
			n++
		}
	}
	js.offloaded = append(js.offloaded, name)
	if n > 1 {
		name += strconv.Itoa(n)
	}
	return name
}

// run is the life of the process.
func (js *Process) run(p *sim.Proc) {
	if js.life++; js.life > 1 {
		js.Loop = New(js.cfg)
		js.inbox, js.grouped = js.inbox[:0], 0
		js.w.Write(js.res) // what was posted to the last life is lost
	}
	l := js.Loop
	defer l.Close()
	l.Main(js.main)
	if js.module != nil {
		l.MainAsync(js.module)
	}
	for s := l.Next(); s.Kind != StepDone; s = l.Next() {
		js.before(s)
		if p.Dying() {
			return
		}
		l.Step()
	}
	if js.w.Recording() {
		js.w.Note("exit %d", l.ExitCode())
	}
}

// before is the scheduling point of a step.
func (js *Process) before(s Step) {
	switch s.Kind {
	case StepPoll:
		js.poll(s)
	case StepCallback:
		js.p.At(js.callbackLabel(s.Name))
	case StepTick, StepMicrotask, StepReport, StepHandled:
		js.group(s.Kind)
	case StepExit: // nothing that takes time
	default:
		js.p.At(js.labels.kinds[s.Kind])
	}
}

// group lets a step be part of the last event, or makes it one of its own.
func (js *Process) group(k Kind) {
	if js.w.Steps() != js.steps {
		js.grouped = 0
	}
	limit := js.Group
	if limit == 0 {
		limit = groupSize
	}
	if js.grouped++; js.grouped >= limit {
		js.grouped = 0
		js.p.At(js.labels.kinds[k])
	}
	js.steps = js.w.Steps()
}

// callbackLabel is the label of the event of a posted callback.
func (js *Process) callbackLabel(name string) sim.Label {
	if name == "" {
		return js.labels.kinds[StepCallback]
	}
	for _, c := range js.labels.callbacks {
		if c.name == name {
			return c.label
		}
	}
	l := js.w.Label(StepCallback.String() + "." + name)
	js.labels.callbacks = append(js.labels.callbacks, namedLabel{name, l})
	return l
}

// poll takes what was posted, after waiting for it if s says so.
func (js *Process) poll(s Step) {
	if !js.p.At(js.labels.kinds[StepPoll]) {
		return
	}
	if len(js.inbox) == 0 {
		js.w.Read(js.res)
		if !s.Wait {
			return
		}
		timeout := env.Forever
		if s.Timed {
			timeout = s.Deadline
		}
		if !js.p.BlockFor(&js.waiting, js.res, js.labels.woken, js.labels.timeout, js.epoch, timeout) || js.p.Dying() {
			return
		}
	}
	js.w.Write(js.res)
	for _, p := range js.inbox {
		js.Loop.posted.push(p)
	}
	clear(js.inbox)
	js.inbox = js.inbox[:0]
}

// due answers Config.Due.
func (js *Process) due(at time.Duration) bool { return js.p.Elapsed(js.epoch, at) }

// now answers Config.Now. Only the whole milliseconds of Node's clock can make a
// difference, so that is all it commits to: first it asks whether the next one has
// come, which mostly it can not have; if so it looks ever farther, so that a reading
// that is late by 2^n takes some 2n questions.
func (js *Process) now() time.Duration {
	if js.cfg.Flavour != Node {
		return js.p.Now() - time.Duration(js.origin)
	}
	at, far := max(js.reached, js.loopTime), int64(1)
	for far < farthest && js.passed(at+far) {
		at += far
		far *= 2
	}
	for far > 1 {
		if far /= 2; js.passed(at + far) {
			at += far
		}
	}
	js.reached = at
	return time.Duration(at) * time.Millisecond
}

// farthest bounds a reading that could be any: some two hours after the last.
const farthest = 1 << 22

func (js *Process) passed(ms int64) bool { return js.due(time.Duration(ms) * time.Millisecond) }
