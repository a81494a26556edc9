package hotreload

import (
	"strconv"
	"time"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/vfs"
	"github.com/seed-3519b94c/simrun/sim/vfs/writers"
)

// mainPath is the entry module.
const mainPath = "hot.js"

// hotWorld is the world of these scenarios: the runtime with its threads J, F, T1 and
// T2 and its heartbeats H, the disk, and a writer W.
type hotWorld struct {
	w        *sim.World
	variant  string
	variant0 model.Config // of the variant
	cfg      model.Config // of the run
	sys      *model.System
	disk     *vfs.Disk
	runtime  *vfs.FS // the descriptors of J, F and T
	writer   *vfs.FS // those of W
	inotify  *vfs.Watcher
	stderr   *sim.Output
	j, f     *sim.Proc
	facts    facts
	plans    []writers.Plan
	compiler compiler
	micro    *jsloop.Microtasks // of J
	touched  touched
	start    sim.Waitlist // W waits here for the first load
	startRes sim.Resource
	started  bool
	woken    sim.Label
	lines    string // what W has read of standard error and not looked at
}

// setup is what a scenario says about its world.
type setup struct {
	first   env.Data // what the entry is at the start
	imports []file   // other modules; T reads them
	judged  []string // the properties that count
	// overtaken: some run must publish a request between a rejection and its report.
	overtaken bool
	// goals are other goals of which each must be reached by some run.
	goals []string
	// starts says when W may begin.
	starts startRule
	// write is what W does; nil for a world without W.
	write func(p *sim.Proc)
	// writer is the name of W, by which its windows are found; "" is W.
	writer string
	// endless says that the program never comes to rest: calm begins a while after W has
	// finished, and the runtime is ended when all bounds are past.
	endless bool
	// queue is how many records the watcher's queue holds; 0 is Linux's default.
	queue int
}

// file is a file at the start.
type file struct {
	path    string
	content env.Data
}

// startRule says which fact lets W begin.
type startRule uint8

const (
	afterReport     startRule = iota // the first load has settled, and what it threw was printed
	afterEvaluation                  // the first load is being evaluated
	afterWatching                    // the entry is on the watch list
)

// newWorld takes the world's memory from the last run and draws what all of these
// scenarios have in common.
func newWorld(w *sim.World) *hotWorld { return newWorldMasking(w, false) }

// newWorldMasking is newWorld for properties that must hold without the help of
// heartbeats: whether there are any is then explored, and decides which properties are
// judged. See facts.masked.
func newWorldMasking(w *sim.World, masking bool) *hotWorld {
	h := sim.Pooled[hotWorld](w, "hotreload")
	h.w = w
	if h.variant != w.Variant() {
		cfg, err := model.Find(w.Variant())
		if err != nil {
			w.Mistake("%w", err)
		}
		h.variant, h.variant0 = w.Variant(), cfg
	}
	cfg := h.variant0
	cfg.Main = mainPath
	flip(w, &cfg)
	cfg.FetchInCall = w.Draw().Bool("fetchInCall")
	cfg.LinkHops, _ = strconv.Atoi(w.Draw().Pick("linkHops", linkHops...))
	if masking {
		cfg.Heartbeats = w.Draw().Pick("heartbeats", onOff...) == "on"
	} else {
		cfg.Heartbeats = w.Draw().Option("heartbeats", onOff...) == "on"
	}
	if cfg.Heartbeats {
		cfg.HeartbeatPhase, _ = time.ParseDuration(w.Draw().Pick("heartbeatPhase", phases...))
	}
	h.cfg = cfg
	h.disk = vfs.New(w)
	h.runtime, h.writer = h.disk.Group(), h.disk.Group()
	h.started, h.lines = false, ""
	h.start.Reset()
	if h.sys == nil {
		h.micro = jsloop.New(jsloop.Config{}).Microtasks()
		h.compiler.programs, h.plans = h.program, writers.All()
		h.startRes, h.woken = w.Resource("first load"), w.Label("begin")
		h.sys = model.New(cfg, model.Deps{})
	}
	h.facts.reset(h, masking)
	return h
}

// build makes the processes.
func (h *hotWorld) build(s setup) {
	w := h.w
	h.facts.judge(s)
	h.put(mainPath, s.first)
	for _, f := range s.imports {
		h.put(f.path, f.content)
	}
	h.stderr = w.NewOutput("stderr", nil)
	h.micro.Reset()
	h.touched.w = w
	h.inotify = h.runtime.NewWatcher("inotify", s.queue)
	h.sys.Deps = model.Deps{
		MainFS: h.runtime, WatcherFS: h.runtime, TranspilerFS: h.runtime,
		Watcher: h.facts.polls(h.inotify),
		List:    w.NewMutex("M"), Maps: w.NewMutex("L"),
		Pending: w.NewUint32("pendingCount"),
		Tasks:   sim.NewQueue[model.Task](w, "conc"), Jobs: sim.NewQueue[model.Job](w, "jobs"),
		Loop: w.NewWaker("loop").Idle(), GC: w.NewWaker("gc"),
		Microtasks: h.micro, Stderr: h.stderr,
		Compile: h.compiler.compile, Probe: &h.facts, Touch: &h.touched,
	}
	h.sys.Reset(h.cfg)
	h.j = w.Process("J", func(p *sim.Proc) { h.sys.RunMain(p) })
	h.f = w.Process("F", func(p *sim.Proc) { h.sys.RunWatcher(p) })
	if len(s.imports) > 0 {
		for _, name := range []string{"T1", "T2"} {
			w.Process(name, func(p *sim.Proc) { h.sys.RunTranspiler(p) })
		}
	}
	if h.cfg.Heartbeats {
		w.Background("H", func(p *sim.Proc) { h.sys.RunHeartbeats(p) })
	}
	if s.write == nil {
		return
	}
	writer := s.writer
	if writer == "" {
		writer = "W"
	}
	w.Process(writer, func(p *sim.Proc) {
		h.awaitStart(p)
		s.write(p)
		if s.endless {
			h.end(p)
		}
	})
}

// put makes a file of the set-up.
func (h *hotWorld) put(path string, content env.Data) {
	h.disk.WriteFile(path, content)
	h.facts.there(path, content)
}

// settleTime is by when everything that a save sets off has happened, on either profile.
const settleTime = 500 * time.Millisecond

// end begins calm when the last save has had its effect, and ends a program that would
// go on for ever once every bound is past.
func (h *hotWorld) end(p *sim.Proc) {
	p.Sleep("settle", settleTime)
	h.w.Calm()
	p.Sleep("watch", livenessBound+settleTime)
	h.j.Kill()
	h.f.Kill()
}

// headless says whether the map of an empty file is shorter than a map's header.
func (h *hotWorld) headless(yes bool) {
	if h.compiler.headless != yes {
		h.compiler.headless, h.compiler.memory = yes, nil
	}
}

// awaitStart lets W begin when the first load has come far enough.
func (h *hotWorld) awaitStart(p *sim.Proc) {
	h.w.Read(h.startRes)
	if !h.started {
		p.Block(&h.start, h.startRes, nil, h.woken)
	}
}

// begin lets W go.
func (h *hotWorld) begin() {
	h.w.Read(h.startRes)
	if h.started {
		return
	}
	h.started = true
	h.w.Write(h.startRes)
	h.w.Release(&h.start)
}

// touched passes footprints on to the world.
type touched struct{ w *sim.World }

// Reads notes a footprint.
func (t *touched) Reads(resource string) { t.w.Read(t.w.Resource(resource)) }

// Writes notes a footprint.
func (t *touched) Writes(resource string) { t.w.Write(t.w.Resource(resource)) }

// gen is a generation by its name.
type gen uint32

// String is "generation 3".
func (k gen) String() string { return "generation " + strconv.FormatUint(uint64(k), 10) }
