package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/timed"
)

// Mode says how time passes in a run.
type Mode uint8

const (
	// Timed explores: every order is possible that some timing allows, and
	// only those.
	Timed Mode = iota
	// Sampled draws every duration from its distribution and runs events in
	// the order of time: for estimating how often something happens.
	Sampled
)

func (m Mode) String() string {
	if m == Sampled {
		return "sampled"
	}
	return "timed"
}

// Config says how to run a scenario once. The zero Config is the nominal run of
// the first variant.
type Config struct {
	Variant string           // "": the first one of the scenario
	Profile string           // "": the first one of the scenario
	Params  map[string]int64 // drawn parameters that are pinned, by label
	Chooser Chooser          // nil: Default
	Mode    Mode
	Seed    uint64 // of the durations in Sampled mode
	Limits  Limits
	Record  bool // keep a Trace: events, footprints, notes, concrete times
}

// Limits bound a run. Reaching one is the verdict Budget, except for Storm.
// Zero fields take the default.
type Limits struct {
	Steps     int           // events; default 100,000
	Pending   int           // events pending at once; default 256, at most 1,000 in Timed mode
	Processes int           // default 10,000
	Virtual   time.Duration // nominal time; default 1 h
	Storm     int           // events after which calm begins by itself; default 20,000
}

func (l Limits) orDefault() Limits {
	or := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	or(&l.Steps, 100_000)
	or(&l.Pending, 256)
	or(&l.Processes, 10_000)
	or(&l.Storm, 20_000)
	if l.Virtual == 0 {
		l.Virtual = time.Hour
	}
	return l
}

// World is one simulated universe. It runs one scenario after another and keeps
// its memory from run to run; it belongs to one goroutine at a time. Make it
// with NewWorld, and Close it.
type World struct {
	cfg      Config
	scenario *Scenario
	variant  string
	profile  *Profile
	profiles []*Profile // of the scenario
	sampler  *sampler
	samplers map[*Profile]*sampler
	limits   Limits

	labels       *names
	choiceNames  *names
	choiceLabels []Label // by choice name, plus one
	procs        []*Proc // in the order of creation; the first is the world itself
	spare        map[string][]*Proc
	pool         coro.Pool
	resources    resources
	pending      pending
	zone         timed.State
	marks        []mark
	point        Point
	alts         []Alternative
	observer     Observer
	pooled       map[pooledKey]any

	where      *Proc // resumed last, at step whereStep; see Where
	whereStep  int
	cur        current
	next       *Proc // whom the loop resumes
	doomed     *Proc // crashed by itself; the loop unwinds it
	unwinding  *Proc // being killed: its deferred functions run
	now        int64 // nominal instant; in Sampled mode the instant
	steps      int
	foreground int // pending events of processes that are not in the background
	contested  int
	inHandler  bool
	idle       bool // what is armed now does not count as activity
	calm       bool
	stopped    bool
	mistake    error // of the scenario's author; ends the run
	verdict    Verdict
	failure    Failure
	panicked   *coro.Panic
	print      uint64
	rolling    uint64
	devs       Schedule
	params     []Param
	props      properties
	rec        *recorder
}

// current is the event that is having its effect.
type current struct {
	id    EventID
	proc  *Proc
	print uint64 // its share of the fingerprint, so far
}

// NewWorld makes a World.
func NewWorld() *World {
	w := &World{
		labels:      newNames(),
		choiceNames: newNames(),
		spare:       make(map[string][]*Proc),
		samplers:    make(map[*Profile]*sampler),
		resources:   resources{names: newNames()},
		pooled:      make(map[pooledKey]any),
	}
	w.labels.check = w.checkLabel
	return w
}

// Close ends the coroutines that the World keeps. It must not be used afterwards.
func (w *World) Close() { w.pool.Close() }

// misuse is how a mistake of a scenario's author travels to the end of the run.
type misuse struct{ err error }

func (w *World) misuse(format string, args ...any) {
	panic(misuse{fmt.Errorf(format, args...)})
}

// Run runs s once. The error is a mistake in the scenario or in cfg; whatever
// the run shows is the Result. The same arguments give the same Result.
func (w *World) Run(s *Scenario, cfg Config) (res *Result, err error) {
	if err := w.begin(s, cfg); err != nil {
		return nil, err
	}
	defer w.unwind() // also when a test ends itself inside a process
	defer func() {
		if r := recover(); r != nil {
			m, ok := r.(misuse)
			if !ok {
				panic(r)
			}
			res, err = nil, fmt.Errorf("scenario %q: %w", s.Name, m.err)
		}
	}()
	if w.setup(); !w.stopped {
		w.loop()
	}
	if w.mistake != nil {
		return nil, fmt.Errorf("scenario %q: %w", s.Name, w.mistake)
	}
	w.settle()
	return w.result(), nil
}

func (w *World) begin(s *Scenario, cfg Config) error {
	var err error
	if w.scenario != s {
		clear(w.pooled)
		w.scenario, w.profiles = s, s.AllProfiles()
	}
	if w.variant, err = s.variant(cfg.Variant); err != nil {
		return err
	}
	if w.profile, err = s.profile(w.profiles, cfg.Profile); err != nil {
		return err
	}
	if err := s.checkParams(cfg.Params); err != nil {
		return err
	}
	w.cfg, w.limits = cfg, cfg.Limits.orDefault()
	if cfg.Mode == Timed && w.limits.Pending > timed.Max-16 {
		return fmt.Errorf("limit of %d pending events: at most %d in timed mode", w.limits.Pending, timed.Max-16)
	}
	if w.cfg.Chooser == nil {
		w.cfg.Chooser = Default{}
	}
	w.observer, _ = w.cfg.Chooser.(Observer)
	w.sampler = w.samplers[w.profile]
	if w.sampler == nil {
		if err := w.profile.Check(); err != nil {
			return fmt.Errorf("scenario %q: %w", s.Name, err)
		}
		w.sampler = newSampler(w.profile)
		w.samplers[w.profile] = w.sampler
	}
	w.resources.reset()
	w.pending.reset()
	w.zone.Reset()
	w.props.reset()
	w.marks = w.marks[:0]
	w.next, w.doomed, w.unwinding, w.panicked = nil, nil, nil, nil
	w.now, w.steps, w.foreground, w.contested = 0, 0, 0, 0
	w.inHandler, w.calm, w.stopped, w.mistake = false, false, false, nil
	w.verdict, w.failure = Pass, Failure{}
	w.print, w.rolling = 0, hashK0
	w.devs, w.params = w.devs[:0], w.params[:0]
	w.rec = nil
	if cfg.Record {
		w.rec = newRecorder()
	}
	w.recycle()
	root := w.process(worldName, true)
	w.cur = current{proc: root, id: eventID(root.hash, hashString("setup"), 1)}
	root.last = w.cur.id
	if w.observer != nil {
		w.observer.Began(w)
	}
	return nil
}

// setup lets the scenario build its world.
func (w *World) setup() {
	defer func() {
		if r := recover(); r != nil {
			w.panics(w.procs[0], capturePanic(r))
		}
	}()
	w.scenario.Build(w)
	w.endEvent()
}

// loop resumes processes until the run is over.
func (w *World) loop() {
	w.next = w.advance()
	for w.next != nil {
		p := w.next
		w.next = nil
		switch p.resume() {
		case coro.Finished:
			p.ended()
			w.next = w.advance()
		case coro.Panicked:
			w.panics(p, p.coro.Panic())
			p.coro = nil
			return
		}
		if d := w.doomed; d != nil {
			w.doomed = nil
			d.kill()
		}
	}
}

// advance ends the current event and fires events until one belongs to a
// process that must be resumed. nil: the run is over. It runs in whichever
// goroutine is current, so that a process that is next after itself needs no
// switch at all.
func (w *World) advance() *Proc {
	for {
		e := w.fireNext()
		if e == nil {
			return nil
		}
		if e.handler == nil {
			return e.proc
		}
		if next, over := w.handle(e); next != nil || over {
			return next
		}
	}
}

// fireNext makes the next event the current one. nil: the run is over. The event
// is in a slot that is free already: it holds until something is armed.
func (w *World) fireNext() *event {
	w.endEvent()
	if w.stopped {
		return nil
	}
	i, ok := w.pick()
	if !ok {
		return nil
	}
	e := &w.pending.slab[w.pending.keys[i].slot()]
	w.fire(i, e)
	return e
}

// handle runs the handler of e and those of the events after it, until one belongs
// to a process or the run is over. A panic in a handler ends the run, and must not
// unwind the process on whose stack it happens to run.
func (w *World) handle(e *event) (next *Proc, over bool) {
	defer func() {
		if !w.inHandler {
			return
		}
		w.inHandler = false
		if r := recover(); r != nil {
			w.panics(w.cur.proc, capturePanic(r))
		}
	}()
	for e.handler != nil {
		w.inHandler = true
		e.handler.Fire(w, e.arg)
		w.inHandler = false
		if e = w.fireNext(); e == nil {
			return nil, true
		}
	}
	return e.proc, false
}

// pick returns the position of the next event.
func (w *World) pick() (int, bool) {
	q := &w.pending
	if w.foreground == 0 && w.rest() {
		return 0, false
	}
	if w.steps >= w.limits.Steps {
		return 0, w.exceed("steps", "%d events", w.limits.Steps)
	}
	if w.steps == w.limits.Storm {
		w.Calm()
	}
	last := len(q.keys) - 1
	if last < 0 {
		return 0, false
	}
	if w.now > int64(w.limits.Virtual) {
		return 0, w.exceed("virtual time", "%v", w.limits.Virtual)
	}
	if w.cfg.Mode == Sampled || last == 0 {
		return last, true
	}
	return w.choosePending(last)
}

// choosePending asks the chooser which of the enabled events is next. The
// outcome is not recorded as such: an event that is passed over remembers who
// overtook it last, and when it fires that becomes a hold.
func (w *World) choosePending(last int) (int, bool) {
	q := &w.pending
	w.alts = w.alts[:0]
	first := -1
	for i := last; i >= 0; i-- {
		slot := q.keys[i].slot()
		e := &q.slab[slot]
		if !w.zone.MayFire(e.v) {
			continue
		}
		if first < 0 {
			first = i
			if w.calm {
				return i, true
			}
		}
		w.alts = append(w.alts, Alternative{ID: e.id, Process: e.proc.index, Label: e.label, Nominal: e.nominal, slot: int32(i)})
	}
	if len(w.alts) < 2 {
		return first, true
	}
	w.contested++
	w.point = Point{Kind: KindSchedule, N: len(w.alts), Enabled: w.alts, Steps: w.steps, world: w}
	c := w.cfg.Chooser.Choose(&w.point)
	if c < 0 || c >= len(w.alts) {
		w.misuse("step %d: the chooser returned alternative %d of %d", w.steps, c, len(w.alts))
	}
	for _, a := range w.alts[:c] {
		q.slab[q.keys[a.slot].slot()].late = w.alts[c].ID
	}
	return int(w.alts[c].slot), true
}

// fire makes the event at position i the current one.
func (w *World) fire(i int, e *event) {
	w.steps++
	if !e.idle {
		w.foreground--
	}
	if w.cfg.Mode == Timed {
		w.zone.Fire(e.v)
	}
	w.now = max(w.now, e.at)
	if e.late != 0 {
		w.deviate(Deviation{Kind: KindSchedule, Event: e.id, After: e.late})
	}
	p := e.proc
	w.cur = current{id: e.id, proc: p, print: mix(mix(uint64(e.id), uint64(p.last)), uint64(e.cause))}
	p.last = e.id
	w.rolling = mix(w.rolling, uint64(e.id)^uint64(len(w.alts)))
	w.alts = w.alts[:0]
	if w.rec != nil {
		w.rec.fired(w, e)
	}
	if w.observer != nil {
		w.observer.Fired(e.id)
	}
	w.pending.remove(i)
}

// endEvent closes the books on the current event.
func (w *World) endEvent() {
	if w.cur.id == 0 {
		return
	}
	w.print += w.cur.print
	if len(w.props.always) > 0 && !w.stopped {
		w.props.check(w)
	}
	w.cur.id = 0
}

func (w *World) deviate(d Deviation) { w.devs = append(w.devs, d) }

// arm makes an event of p pending. With a handler it is a callback, without it
// resumes p.
func (w *World) arm(p *Proc, l Label, win Window, h Handler, arg int64) EventRef {
	return w.armAt(p, l, win, 0, h, arg)
}

// armAt is arm with a window that counts from mark m, or from now if m is 0.
func (w *World) armAt(p *Proc, l Label, win Window, m int, h Handler, arg int64) EventRef {
	if w.calm {
		win.Earliest, win.Latest = win.Nominal, win.Nominal
	}
	if len(w.pending.keys) >= w.limits.Pending {
		w.exceed("pending events", "%d, the last one %s:%s", w.limits.Pending, p.name, w.labels.list[l])
		return EventRef{}
	}
	if h != nil && w.cur.proc != p {
		l = w.qualified(l, w.cur.proc)
	}
	if !win.ok() {
		w.misuse("%w", win.check(p.name+":"+w.labels.list[l]))
	}
	slot, e := w.pending.take()
	occ := p.nextOcc(l)
	from := w.now
	if m != 0 {
		from = w.marks[m-1].now
	}
	e.id = eventID(p.hash, w.labels.hash[l], occ)
	e.proc, e.handler, e.arg, e.label, e.occ = p, h, arg, l, occ
	e.cause, e.late = w.cur.id, 0
	e.nominal = from + int64(win.Nominal)
	e.idle = p.background || w.idle
	e.gen++
	e.at = e.nominal
	switch {
	case w.cfg.Mode == Sampled:
		e.at = from + w.sampler.draw(win, mix(w.cfg.Seed, uint64(e.id)))
	case m == 0:
		e.v = w.zone.Arm(int64(win.Earliest), int64(win.Latest))
	default:
		e.v = w.zone.ArmAt(w.marks[m-1].v, int64(win.Earliest), int64(win.Latest))
	}
	if !e.idle {
		w.foreground++
	}
	if w.rec != nil {
		w.rec.armed(w, e, win, m)
	}
	w.pending.insert(slot, e.at)
	return EventRef{slot, e.gen}
}

// Cancel takes a pending event back and reports whether it was still pending.
func (w *World) Cancel(r EventRef) bool {
	if r.gen == 0 || w.pending.slab[r.slot].gen != r.gen {
		return false
	}
	e := &w.pending.slab[r.slot]
	if w.cfg.Mode == Timed {
		w.zone.Cancel(e.v)
	}
	if e.late != 0 {
		w.deviate(Deviation{Kind: KindSchedule, Event: e.id, After: e.late})
	}
	if !e.idle {
		w.foreground--
	}
	if w.rec != nil {
		w.rec.cancelled(e)
	}
	w.pending.remove(w.pending.find(r.slot))
	return true
}

// qualified is the label of an event that another process arms on a callback
// process: `label@armer`. Its occurrences are counted per armer, so that they
// do not depend on the order in which several armers come.
func (w *World) qualified(l Label, armer *Proc) Label {
	if int(l) < len(armer.arms) && armer.arms[l] != 0 {
		return armer.arms[l]
	}
	// A process made during the run has colons in its name, and a label has none.
	q := Label(w.labels.intern(w.labels.list[l] + "@" + strings.ReplaceAll(armer.name, ":", ".")))
	armer.arms = grow(armer.arms, int(l))
	armer.arms[l] = q
	return q
}

// grow lengthens s with zeros so that s[i] exists.
func grow[T any](s []T, i int) []T {
	for len(s) <= i {
		var zero T
		s = append(s, zero)
	}
	return s
}

// Variant is the name of the variant of the logic that this run is about.
func (w *World) Variant() string { return w.variant }

// Profile is the profile of this run.
func (w *World) Profile() *Profile { return w.profile }

// Steps is the number of events fired so far.
func (w *World) Steps() int { return w.steps }

// InCalm reports whether calm has begun.
func (w *World) InCalm() bool { return w.calm }
