package hotreload

import (
	"strconv"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/vfs"
	"github.com/seed-3519b94c/simrun/sim/vfs/writers"
)

// hotMain is the entry module.
const hotMain = "hot.js"

// hotWorld is the world of the hot-reload scenarios: the runtime with its
// threads J, F, T1 and T2 and its heartbeats H, the disk, and a writer W.
type hotWorld struct {
	w        *sim.World
	variant  string
	build0   model.Config // of the variant
	cfg      model.Config // of the run
	sys      *model.System
	disk     *vfs.Disk
	runtime  *vfs.FS // the descriptors of J, F and T
	writer   *vfs.FS // those of W
	stderr   *sim.Output
	facts    hotFacts
	plans    []writers.Plan
	compiler compiler
	micro    *jsloop.Microtasks // of J
	touched  touched
	start    sim.Waitlist // W waits here for the first load
	startRes sim.Resource
	started  bool
	woken    sim.Label
}

// hotSetup is what a scenario says about its world.
type hotSetup struct {
	first   env.Data // what the entry is at the start
	imports bool     // T is needed
	judged  []string // the properties that count
	// overtaken: some run must publish a request between a rejection and its report.
	overtaken bool
	// starts says when W may begin.
	starts startRule
	// write is what W does; nil for a world without W.
	write func(p *sim.Proc)
}

// startRule says which fact lets W begin.
type startRule uint8

const (
	afterReport     startRule = iota // the first load has settled, and what it threw was printed
	afterEvaluation                  // the first load is being evaluated
)

// newHotWorld takes the world's memory from the last run and draws what all
// hot-reload scenarios have in common.
func newHotWorld(w *sim.World) *hotWorld {
	h := sim.Pooled[hotWorld](w, "hotreload")
	h.w = w
	if h.variant != w.Variant() {
		cfg, err := model.Find(w.Variant())
		if err != nil {
			panic(err)
		}
		h.variant, h.build0 = w.Variant(), cfg
	}
	cfg := h.build0
	cfg.Main = hotMain
	for _, name := range hotSwitches {
		if v := w.Draw().Option(name, switchOptions...); v != switchOptions[0] {
			if err := cfg.Set(name, v); err != nil {
				panic(err)
			}
		}
	}
	cfg.FetchInCall = w.Draw().Bool("fetchInCall")
	hops := w.Draw().Pick("linkHops", linkHops...)
	if err := cfg.Set("LinkHops", hops); err != nil {
		panic(err)
	}
	cfg.Heartbeats = w.Draw().Option("heartbeats", "on", "off") == "on"
	h.cfg = cfg
	h.disk = vfs.New(w)
	h.runtime, h.writer = h.disk.Group(), h.disk.Group()
	h.started = false
	h.start.Reset()
	if h.sys == nil {
		h.micro = jsloop.New(jsloop.Config{}).Microtasks()
		h.compiler.programs, h.plans = h.program, writers.All()
		h.startRes, h.woken = w.Resource("first load"), w.Label("begin")
		h.sys = model.New(cfg, model.Deps{})
	}
	return h
}

// build makes the processes.
func (h *hotWorld) build(setup hotSetup) {
	w := h.w
	h.facts.reset(h, setup)
	h.disk.WriteFile(hotMain, setup.first)
	h.stderr = w.NewOutput("stderr", nil)
	h.micro.Reset()
	h.touched.w = w
	h.sys.Deps = model.Deps{
		MainFS: h.runtime, WatcherFS: h.runtime, TranspilerFS: h.runtime,
		Watcher: h.runtime.NewWatcher("inotify", 0),
		List:    w.NewMutex("M"), Maps: w.NewMutex("L"),
		Pending: w.NewUint32("pendingCount"),
		Tasks:   sim.NewQueue[model.Task](w, "conc"), Jobs: sim.NewQueue[model.Job](w, "jobs"),
		Loop: w.NewWaker("loop").Idle(), GC: w.NewWaker("gc"),
		Microtasks: h.micro, Stderr: h.stderr,
		Compile: h.compiler.compile, Probe: &h.facts, Touch: &h.touched,
	}
	h.sys.Reset(h.cfg)
	w.Process("J", func(p *sim.Proc) { h.sys.RunMain(p) })
	w.Process("F", func(p *sim.Proc) { h.sys.RunWatcher(p) })
	if setup.imports {
		for _, name := range []string{"T1", "T2"} {
			w.Process(name, func(p *sim.Proc) { h.sys.RunTranspiler(p) })
		}
	}
	if h.cfg.Heartbeats {
		w.Background("H", func(p *sim.Proc) { h.sys.RunHeartbeats(p) })
	}
	if setup.write != nil {
		w.Process("W", func(p *sim.Proc) {
			h.awaitStart(p)
			setup.write(p)
		})
	}
}

// headless says whether the map of an empty file is shorter than a map's header.
func (h *hotWorld) headless(yes bool) {
	if h.compiler.headless != yes {
		h.compiler.headless, h.compiler.memory = yes, nil
	}
}

// awaitStart lets W begin when the first load has come far enough.
func (h *hotWorld) awaitStart(p *sim.Proc) {
	if !h.started {
		p.Block(&h.start, h.startRes, nil, h.woken)
	}
	h.w.Read(h.startRes)
}

// begin lets W go.
func (h *hotWorld) begin() {
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

// hotSwitches are the switches of a build that can be flipped one by one, as
// parameters: the variant's own setting unless they are pinned.
var hotSwitches = []string{
	"DeferPending", "DeferUnreported", "KeepNonEmptyMap", "LendFd", "EvictFirst", "LockedLookup", "MainRecreate",
	"ResetErrors", "ReportInBeforeExit", "WatchBeforeRead", "CursorReset", "DedupHashes",
}

var switchOptions = []string{"variant", "false", "true"}

// linkHops are the microtasks between fetch and evaluation, the usual number
// first (observed on Bun 1.3.14: 2 to 12).
var linkHops = []string{"3", "2", "5", "12"}

// hotVariants are the builds that the scenarios of this package run.
func hotVariants() []string {
	return []string{"V1", "V0", "V2", "V0w", "V1w", "V1w+U", "V1w+M", "V2w"}
}

// expect says which variants fail in a property.
func expect(property string, variants ...string) []sim.Expectation {
	var out []sim.Expectation
	for _, v := range variants {
		out = append(out, sim.Expectation{Variant: v, Fails: []string{property}})
	}
	return out
}

// hotParams documents what newHotWorld draws, and more.
func hotParams(more ...sim.ParamDoc) []sim.ParamDoc {
	docs := append([]sim.ParamDoc{
		{Label: "fetchInCall", Doc: "the entry is read inside the reload call", Options: []string{"false", "true"}},
		{Label: "linkHops", Doc: "microtasks between fetch and evaluation", Options: linkHops},
		{Label: "heartbeats", Doc: "the garbage collector's timer wakes the event loop", Options: []string{"on", "off"}},
	}, more...)
	for _, name := range hotSwitches {
		docs = append(docs, sim.ParamDoc{Label: name, Doc: "a switch of the build; only pinned, never explored", Options: switchOptions})
	}
	return docs
}

// gen is a generation by its name.
type gen uint32

// String is "generation 3".
func (k gen) String() string { return "generation " + strconv.FormatUint(uint64(k), 10) }
