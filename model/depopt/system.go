package depopt

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Deps are what the system sees of its world.
type Deps struct {
	// Loop is the server's.
	Loop env.Loop
	// Runner is how the runner is reached; nil: there is none.
	Runner *Transport
	// Home is the environment of the runner: "worker" or "ssr".
	Home string
	// Environments are those that there are, of "ssr", "worker" and "client".
	Environments []string
	// Entry is the module that requests are dispatched to.
	Entry string
	// Lock and Token go into versions: the lock file and configuration, and what a
	// server draws when it starts.
	Lock, Token string
	// Fate decides what becomes of a message of the hot channel of an environment; nil:
	// it is delivered.
	Fate     func(environment string) Fate
	Observer Observer
	Touch    Touch
}

// The environments, by index.
const (
	ssr = iota
	worker
	client
	environments
)

var environmentNames = [environments]string{"ssr", "worker", "client"}

// Kinds of resources that belong to a URL in an environment.
const (
	resDisk = iota
	resGraphURL
	resGraphID
	resPending
	resRunnerID
	resRunnerURL
	resInflight
	resourceKinds
)

var resourceNames = [resourceKinds]string{".disk/", ".graph/", ".graph-id/", ".pending/", ".runner/", ".runner-url/", ".inflight/"}

// System is a dev server with its environments, its runner and its middleware. Reset
// begins a run; between runs it keeps its memory.
type System struct {
	Deps
	// SSR, Worker and Client are nil if there is no such environment.
	SSR, Worker, Client *Environment
	// Runner is nil if there is none.
	Runner *Runner

	cfg       Config
	app       *App
	loop      env.Loop
	obs       Observer
	urls      urls
	all       [environments]Environment
	runner    Runner
	bridge    bridge
	retry     retry
	chain     []handler
	ticks     int64
	resources map[string]int
}

// New makes a System; Reset it before use.
func New() *System { return &System{resources: make(map[string]int)} }

// Reset begins a run.
func (s *System) Reset(cfg Config, app *App, d Deps) {
	app.prepare()
	s.Deps, s.cfg, s.app, s.loop, s.obs, s.ticks = d, cfg, app, d.Loop, d.Observer, 0
	s.urls.reset()
	s.SSR, s.Worker, s.Client, s.Runner = nil, nil, nil, nil
	s.retry.res = s.named("retry.wait")
	s.retry.reset(s)
	for _, name := range d.Environments {
		for i, known := range environmentNames {
			if name == known {
				s.all[i].reset(s, i)
			}
		}
	}
	if s.SSR != nil && s.Worker != nil {
		s.bridge = bridge{s, s.Worker, s.SSR}
		s.SSR.hot.wrapped = s.bridge.wrap
	} else {
		s.bridge = bridge{sys: s}
	}
	if d.Runner != nil {
		home := s.SSR
		if d.Home == environmentNames[worker] {
			home = s.Worker
		}
		s.Runner = &s.runner
		s.Runner.res.gen, s.Runner.res.queue = s.named("runner.gen"), s.named("runner.queue")
		s.Runner.reset(home, *d.Runner)
		s.Runner.listen()
	}
	s.buildChain()
}

// tick is a timestamp: they rise strictly, also within one millisecond.
func (s *System) tick() int64 {
	s.ticks++
	return s.ticks
}

// named is a resource by its name.
func (s *System) named(name string) int {
	id, ok := s.resources[name]
	if !ok {
		id = s.Deps.Touch.Resource(name)
		s.resources[name] = id
	}
	return id
}

func (s *System) touchWrite(r int) { s.Deps.Touch.Writes(r) }

// Environment is one environment of the dev server: its graph, its hot channel and, if it
// discovers dependencies, its optimizer.
type Environment struct {
	Name string

	sys          *System
	index        int
	loop         env.Loop
	obs          Observer
	graph        graph
	pending      map[*URL]*pending
	crawl        crawl
	hot          Channel
	opt          *optimizer // nil: discovery is off
	own          optimizer
	preTransform bool
	spent        []*URL // modules whose extra duration has passed, if it passes but once
}

func (e *Environment) reset(s *System, index int) {
	e.Name, e.sys, e.index, e.loop, e.obs = environmentNames[index], s, index, s.loop, s.obs
	if e.pending == nil {
		e.pending = make(map[*URL]*pending)
	}
	clear(e.pending)
	e.graph.reset(e)
	e.crawl.reset(e)
	e.hot.reset(e)
	e.spent = e.spent[:0]
	e.opt = nil
	e.preTransform = index == client && s.cfg.PreTransform
	if _, ok := s.app.Include[e.Name]; ok {
		e.opt = &e.own
		e.own.res.meta = s.named(e.Name + ".meta")
		e.own.res.timer = s.named(e.Name + ".opt.timer")
		e.own.res.batch = s.named(e.Name + ".opt.batch")
		e.own.reset(e)
	}
	switch index {
	case ssr:
		s.SSR = e
	case worker:
		s.Worker = e
	case client:
		s.Client = e
	}
}

// Init initializes the optimizer, if there is one. It runs on the server's loop.
func (e *Environment) Init(a env.Async) error {
	if e.opt == nil {
		return nil
	}
	return e.opt.init(a)
}

// TransformRequest asks for a module as a plugin or a browser does, by its path. It runs
// on the server's loop.
func (e *Environment) TransformRequest(a env.Async, module string) error {
	_, err := e.transformRequest(a, e.sys.urls.source(module))
	return err
}

// FetchLikeBridge asks for a dependency by name as the bridge does, with its switches.
func (e *Environment) FetchLikeBridge(a env.Async, dep string) (*Reply, error) {
	b := bridge{e.sys, nil, e}
	return e.fetchModule(a, b.target(e.sys.url(local(dep))), false)
}

// InvalidateAll forgets every result of the graph.
func (e *Environment) InvalidateAll() { e.invalidateAll() }

// Invalidate forgets the result of one module, as an edit of it does.
func (e *Environment) Invalidate(module string) {
	if n := e.graph.byURL[e.sys.urls.source(module)]; n != nil {
		e.touchWrite(n.resID)
		n.result, n.lastInvalid = nil, e.sys.tick()
		e.obs.CachesChanged()
	}
}

// ForgetURL takes one raw URL out of the graph's cache, which nothing in the system
// does: it shows what a ghost hangs on.
func (e *Environment) ForgetURL(dep string) { delete(e.graph.urlCache, e.sys.url(local(dep))) }

// Version is the present version of a file, 0 if it is not known.
func (e *Environment) Version(name string) Version {
	if e.opt == nil {
		return 0
	}
	return e.opt.version(name)
}

// resource is a resource that belongs to a URL.
func (e *Environment) resource(kind int, u *URL) int {
	r := &u.res[e.index*resourceKinds+kind]
	if *r == 0 {
		*r = int32(e.sys.Deps.Touch.Resource(e.Name+resourceNames[kind]+u.text)) + 1
	}
	return int(*r) - 1
}

func (e *Environment) touchRead(r int)  { e.sys.Deps.Touch.Reads(r) }
func (e *Environment) touchWrite(r int) { e.sys.Deps.Touch.Writes(r) }

// sleep waits for d, in a task of the server's loop.
func (e *Environment) sleep(a env.Async, d time.Duration) error { return sleep(a, e.loop, d) }

func sleep(a env.Async, l env.Loop, d time.Duration) error {
	p, settle, _ := l.NewPromise()
	l.SetTimeout(func() { settle(nil) }, d)
	return await(a, p)
}
