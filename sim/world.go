package sim

import (
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/env"
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
	// Bubbled is Timed, of a run whose logic has goroutines of its own, in a bubble
	// of testing/synctest: see World.Bubble. As part of a Config it means Timed.
	Bubbled
	// Zones explores like Timed, and leaves open the order of events that have
	// nothing to do with each other: for exhaustive search. The Chooser must be a
	// Tracker.
	Zones
)

func (m Mode) String() string {
	switch m {
	case Sampled:
		return "sampled"
	case Bubbled:
		return "bubbled"
	case Zones:
		return "zones"
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
	// Reseed changes the seed on the way, in the order of steps: a run that shares its
	// first steps with another one and then goes on by itself.
	Reseed []Reseed
	Limits Limits
	Record bool // keep a Trace: events, footprints, notes, concrete times
	Log    bool // keep a Log: events, causes, footprints, as numbers
	// Judge are the properties that count; nil: all. A run ends at its first
	// violation, so who wants to know of one property whether it holds must not
	// judge the others. Panics, deadlocks over what is judged and limits always count.
	Judge []string
}

// Limits bound a run. Reaching one is the verdict Budget, except for Storm.
// Zero fields take the default.
type Limits struct {
	Steps     int           // events; default 100,000
	Pending   int           // events pending at once; default 512, at most 1,000 in Timed mode
	Processes int           // default 10,000
	Virtual   time.Duration // nominal time, as far as it may have passed; default 1 h
	Storm     int           // events after which calm begins by itself; default 20,000
}

func (l Limits) orDefault() Limits {
	or := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	or(&l.Steps, 100_000)
	or(&l.Pending, 512)
	or(&l.Processes, 10_000)
	or(&l.Storm, 20_000)
	if l.Virtual == 0 {
		l.Virtual = time.Hour
	}
	return l
}

// Reseed says that after so many events durations are drawn with another seed.
type Reseed struct {
	Step int
	Seed uint64
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
	last         []*Proc // of the run before, as far as nobody has taken them
	spare        map[string][]*Proc
	pool         coro.Pool
	parts        coro.Pool // see Coroutines
	resources    resources
	pending      pending
	zone         timed.State
	loose        bool // the zone knows nothing yet: see timing
	moved        bool // while loose: something has fired
	marks        []mark
	released     []env.Mark // of marks, to be used again
	point        Point
	alts         []Alternative
	some         []int32
	enabled      Enabled
	picker       EventPicker // the chooser, if it is one
	observer     Observer
	track        Tracker            // nil unless Mode is Zones
	refs         map[EventRef]int32 // the handle of every event of this run, in Mode Zones
	pooled       map[pooledKey]*pooledPart

	where      *Proc // resumed last, at step whereStep; see Where
	whereStep  int
	cur        current
	next       *Proc      // whom the loop resumes
	stack      *Proc      // on whose stack this runs, unless it has ended
	stackCoro  *coro.Coro // whose stack that is
	stale      *Proc      // killed while its own stack was in use; the loop unwinds it
	unwinding  *Proc      // being killed: its deferred functions run
	now        int64      // nominal instant; in Sampled mode the instant
	steps      int
	runs       uint64
	alarm      int // the step at which storm or run end by themselves
	foreground int // pending events of processes that are not in the background
	contested  int
	inHandler  bool
	bubbled    bool // see Bubble
	idle       bool // what is armed now does not count as activity
	calm       bool
	stopped    bool
	slow       int64 // thousandths by which the profile's windows are longer; 0 is 1000
	mistake    error // of the scenario's author; ends the run
	verdict    Verdict
	failure    Failure
	panicked   *coro.Panic
	print      uint64
	rolling    uint64
	devs       Schedule
	params     []Param
	pinned     []string // labels of parameters that were drawn and pinned
	props      properties
	exits      []func()
	seed       uint64   // of durations, now
	reseed     []Reseed // what is still to come of Config.Reseed
	levels     []int    // the steps at which each level was reached
	rec        *recorder
	log        *Log // &logged, or nil
	logged     Log
}

// setupHash is the hash of the label of the set-up.
var setupHash = hashString("setup")

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
		pooled:      make(map[pooledKey]*pooledPart),
	}
	w.labels.check = w.checkLabel
	return w
}

// Close ends the coroutines that the World keeps. It must not be used afterwards.
func (w *World) Close() {
	w.pool.Close()
	w.parts.Close()
}

// misuse is how a mistake of a scenario's author travels to the end of the run.
type misuse struct {
	scenario string
	err      error
}

// Error is what the program ends with if it was a stray goroutine that made the mistake.
func (m misuse) Error() string { return fmt.Sprintf("scenario %q: %v", m.scenario, m.err) }

func (w *World) misuse(format string, args ...any) {
	m := misuse{w.scenario.Name, fmt.Errorf(format, args...)}
	if w.mistake == nil { // a process that recovers from everything does not hide it
		w.mistake, w.stopped = m.err, true
	}
	panic(m)
}

// Run runs s once. The error is a mistake in the scenario or in cfg; whatever
// the run shows is the Result. The same arguments give the same Result.
func (w *World) Run(s *Scenario, cfg Config) (*Result, error) {
	r := new(Result)
	if err := w.RunInto(r, s, cfg); err != nil {
		return nil, err
	}
	return r, nil
}

// RunInto is Run for those who make so many runs that a new Result for each costs them
// something: it overwrites r.
func (w *World) RunInto(res *Result, s *Scenario, cfg Config) (err error) {
	if err := w.begin(s, cfg); err != nil {
		return err
	}
	defer w.unwind() // also when a test ends itself inside a process
	defer func() {
		if r := recover(); r != nil {
			m, ok := r.(misuse)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("scenario %q: %w", s.Name, m.err)
		}
	}()
	if w.setup(); !w.stopped {
		w.loop()
	}
	if w.mistake != nil {
		return fmt.Errorf("scenario %q: %w", s.Name, w.mistake)
	}
	w.settle()
	w.tell(res)
	return nil
}

func (w *World) begin(s *Scenario, cfg Config) error {
	var err error
	if s.Build == nil {
		return fmt.Errorf("scenario %q: it has no Build", s.Name)
	}
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
	if err := s.checkJudge(cfg.Judge); err != nil {
		return err
	}
	if cfg.Mode == Bubbled {
		cfg.Mode = Timed // that it is bubbled is for the scenario to say
	}
	w.cfg, w.limits = cfg, cfg.Limits.orDefault()
	w.alarm = min(w.limits.Storm, w.limits.Steps)
	if cfg.Mode != Sampled && w.limits.Pending > timed.Max-16 {
		return fmt.Errorf("limit of %d pending events: at most %d in %v mode", w.limits.Pending, timed.Max-16, cfg.Mode)
	}
	if w.cfg.Chooser == nil {
		w.cfg.Chooser = Default{}
	}
	w.observer, _ = w.cfg.Chooser.(Observer)
	w.picker, _ = w.cfg.Chooser.(EventPicker)
	if w.sampler == nil || w.sampler.profile != w.profile {
		w.sampler = w.samplers[w.profile]
	}
	if w.sampler == nil {
		if err := w.profile.Check(); err != nil {
			return fmt.Errorf("scenario %q: %w", s.Name, err)
		}
		w.sampler = newSampler(w.profile)
		w.samplers[w.profile] = w.sampler
	}
	w.runs++
	w.resources.reset()
	w.pending.reset()
	w.zone.Reset()
	w.loose, w.moved = cfg.Mode == Timed, false
	w.props.reset()
	w.marks, w.released = w.marks[:0], w.released[:0]
	w.next, w.stack, w.stale, w.unwinding, w.panicked = nil, nil, nil, nil, nil
	w.now, w.steps, w.foreground, w.contested = 0, 0, 0, 0
	w.inHandler, w.bubbled, w.calm, w.stopped, w.mistake = false, false, false, false, nil
	w.exits = w.exits[:0]
	w.slow = 0
	w.verdict, w.failure = Pass, Failure{}
	w.print, w.rolling = 0, hashK0
	w.devs, w.params, w.pinned = w.devs[:0], w.params[:0], w.pinned[:0]
	w.seed, w.reseed, w.levels = cfg.Seed, cfg.Reseed, w.levels[:0]
	w.rec = nil
	if cfg.Record {
		w.rec = newRecorder()
	}
	w.beginLog(cfg.Log)
	w.recycle()
	root := w.process(worldName, true)
	w.cur = current{proc: root, id: eventID(root.hash, setupHash, 1)}
	root.last = w.cur.id
	w.resumed(root)
	if w.observer != nil {
		w.observer.Began(w)
	}
	return w.beginTracking()
}

// Variant is the name of the variant of the logic that this run is about.
func (w *World) Variant() string { return w.variant }

// Profile is the profile of this run.
func (w *World) Profile() *Profile { return w.profile }

// Mode says how time passes in this run: a bound on a test's wall time, for one,
// means something only where durations are drawn.
func (w *World) Mode() Mode { return w.cfg.Mode }

// Sample is 64 random bits that depend on the seed and the label, for what varies
// from run to run and not from step to step, such as how fast the machine is. It is
// 0 in Timed mode, in which nothing is drawn.
func (w *World) Sample(label string) uint64 {
	if w.cfg.Mode == Timed {
		return 0
	}
	return splitmix(mix(w.cfg.Seed, hashString(label)))
}

// Slow makes this run that of a machine on which everything of which the profile has
// a window takes thousandths/1000 as long: work, not timers, nor how late they are.
// It is called at set-up.
func (w *World) Slow(thousandths int64) {
	if thousandths < 1 || thousandths > 1_000_000 {
		w.misuse("slow machine: %d thousandths; want 1 to 1,000,000", thousandths)
	}
	w.slow = thousandths
}

// Steps is the number of events fired so far.
func (w *World) Steps() int { return w.steps }

// InCalm reports whether calm has begun.
func (w *World) InCalm() bool { return w.calm }
