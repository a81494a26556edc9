package depopt

import (
	"fmt"
	"slices"
	"time"

	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// world is the world of the scenarios: a dev server, a runner in its process or in one
// of its own, and clients.
type world struct {
	w       *sim.World
	sys     *model.System
	server  *jsloop.Tasks
	runner  *jsloop.Tasks // nil: on the server's loop
	variant string
	of      model.Config // of the variant
	cfg     model.Config // of the run
	apps    map[string]*model.App
	facts   facts
	touch   touch
	actions int
	work    int // scripts and background work that go on
	clients []*jsloop.Tasks
	unused  outcome
	timeout time.Duration // of fetches of a runner in a process of its own; 0: none
	cleared func()        // is told that the runner has forgotten its modules; may be nil
}

// setup is what a scenario says about its world.
type setup struct {
	app     *model.App
	envs    []string
	home    string // environment of the runner; "": there is none
	workerd bool   // the runner has a process of its own
	hot     *sim.Window
	fate    func(environment string) model.Fate
	judged  []property
	goals   []goal
	out     *outcome // for tests; may be nil
}

// newWorld takes the world's memory from the last run and draws what all scenarios have
// in common.
func newWorld(w *sim.World, find func(variant string) (model.Config, error)) *world {
	h := sim.Pooled[world](w, "depopt")
	if h.sys == nil {
		h.sys, h.apps = model.New(), make(map[string]*model.App)
	}
	h.w = w
	h.touch.w = w
	if h.variant != w.Variant() {
		cfg, err := find(w.Variant())
		if err != nil {
			w.Mistake("%v", err)
		}
		h.variant, h.of = w.Variant(), cfg
	}
	h.cfg = h.of
	if v := w.Draw().Option("toolchain", toolchains...); v != toolchains[0] {
		h.set("toolchain", v)
	}
	for i := range switches {
		if v := w.Draw().Option(switches[i].name, switches[i].options...); v != switches[i].options[0] {
			h.set(switches[i].name, v)
		}
	}
	if v := w.Draw().Option("quiet", "variant", "0", "500"); v != "variant" {
		h.cfg.Quiet = 0
		if v == "500" {
			h.cfg.Quiet = 500 * time.Millisecond
		}
	}
	h.timeout = 0
	if w.Draw().Option("invoke-timeout", "off", "on") == "on" {
		h.timeout = invokeTimeout
	}
	h.cfg.SplitRename = w.Draw().Option("rename", "atomic", "split") == "split"
	h.actions, h.work, h.runner, h.cleared, h.clients = 0, 0, nil, nil, h.clients[:0]
	return h
}

// invokeTimeout is how long a transport of one's own waits for a module.
const invokeTimeout = 60 * time.Second

func (h *world) set(name, value string) {
	if err := h.cfg.Set(name, value); err != nil {
		h.w.Mistake("%v", err)
	}
}

// toolchains are the options of the parameter of that name.
var toolchains = model.Toolchains()

// switches are the switches that can be pinned, as parameters: the variant's own setting
// unless they are.
var switches = func() []pinnable {
	var out []pinnable
	for _, name := range model.Switches() {
		out = append(out, pinnable{name, append([]string{"variant"}, model.SwitchValues(name)...)})
	}
	return out
}()

type pinnable struct {
	name    string
	options []string
}

// params documents what newWorld draws, and more.
func params(more ...sim.ParamDoc) []sim.ParamDoc {
	docs := slices.Clone(more)
	docs = append(docs,
		sim.ParamDoc{Label: "toolchain", Doc: "release of the tools below; only pinned, never explored", Options: toolchains},
		sim.ParamDoc{Label: "quiet", Doc: "how long the retry waits for quiet, in ms; only pinned, never explored", Options: []string{"variant", "0", "500"}},
		sim.ParamDoc{Label: "invoke-timeout", Doc: "a runner in a process of its own waits 60 s for a module; only pinned, never explored", Options: []string{"off", "on"}},
		sim.ParamDoc{Label: "rename", Doc: "how the directory of bundles is replaced; only pinned, never explored", Options: []string{"atomic", "split"}},
	)
	for _, s := range switches {
		docs = append(docs, sim.ParamDoc{Label: s.name, Doc: "a switch; only pinned, never explored", Options: s.options})
	}
	return docs
}

// app is an app by a key that says what it is: made once.
func (h *world) app(key string, build func() *model.App) *model.App {
	a := h.apps[key]
	if a == nil {
		a = build()
		h.apps[key] = a
	}
	return a
}

// build makes the server and the runner.
func (h *world) build(s setup) {
	w := h.w
	h.server = jsloop.StartTasks(w, "server")
	deps := model.Deps{
		Loop: h.server.Env(), Home: s.home, Environments: s.envs, Entry: model.EntryWorker,
		Lock: "lock", Token: "start", Fate: s.fate, Observer: &h.facts, Touch: &h.touch,
	}
	if s.home != "" {
		deps.Runner = h.transport(s)
	}
	h.facts.reset(h, s)
	h.sys.Reset(h.cfg, s.app, deps)
}

// transport is how the runner and the server reach each other.
func (h *world) transport(s setup) *model.Transport {
	if !s.workerd {
		return &model.Transport{Invoke: h.server.Path("invoke")}
	}
	h.runner = jsloop.StartTasks(h.w, "runner")
	hot := h.runner.Path("hot.workerd")
	if s.hot != nil {
		hot = h.runner.PathFor("hot.workerd", *s.hot)
	}
	return &model.Transport{
		Loop:   h.runner.Env(),
		Invoke: h.server.Path("invoke.workerd"), Reply: h.runner.Path("invoke.workerd"),
		Hot: hot, Timeout: h.timeout,
		Dispatch: h.runner.Path("http.dispatch"), Answer: h.server.Path("http.dispatch"),
	}
}

// client makes a client with a loop of its own.
func (h *world) client(name string, follow bool) *model.HTTPClient {
	t := jsloop.StartTasks(h.w, name)
	h.clients = append(h.clients, t)
	return &model.HTTPClient{
		Sys: h.sys, Loop: t.Env(), ID: len(h.clients), Follow: follow,
		Up: h.server.Path("http." + name), Down: t.Path("http"),
	}
}

// outcome is where a script writes what it saw: out, emptied, or if that is nil, for
// scenarios that run in several worlds at once, a place of this world's own.
func (h *world) outcome(out *outcome) *outcome {
	if out == nil {
		out = &h.unused
	}
	*out = outcome{}
	return out
}

// action numbers the client actions.
func (h *world) action() int {
	h.actions++
	return h.actions
}

// script lets body run on the loop of a client. When all scripts and all background
// work have ended, the run is judged.
func (h *world) script(c *model.HTTPClient, body func(a env.Async) error) {
	h.work++
	c.Loop.Post("start", func() {
		c.Loop.Async(func(a env.Async) (any, error) {
			err := body(a)
			h.done(err)
			return nil, nil
		})
	})
}

// done ends one script.
func (h *world) done(err error) {
	if err != nil {
		h.facts.scriptFailed(err)
	}
	if h.work--; h.work == 0 {
		h.facts.judgeGoals()
	}
}

// background transforms a module, some time from now, as an editor or a test would:
// without a request. It is called on the server's loop or at set-up.
func (h *world) background(offset time.Duration, e func() *model.Environment, module string) {
	h.work++
	h.server.Env().SetTimeout(func() {
		h.server.Env().Async(func(a env.Async) (any, error) {
			_ = e().TransformRequest(a, module) // that it fails is part of the story
			h.done(nil)
			return nil, nil
		})
	}, offset)
}

// sleep waits on a loop.
func sleep(a env.Async, l env.Loop, d time.Duration) error {
	p, settle, _ := l.NewPromise()
	l.SetTimeout(func() { settle(nil) }, d)
	_, err := a.Await(p)
	return err
}

// initServer initializes an environment, and waits for it.
func (h *world) initServer(a env.Async, c *model.HTTPClient, e *model.Environment) error {
	_, err := c.Call(a, func(b env.Async) (any, error) { return nil, e.Init(b) })
	return err
}

// touch passes footprints on to the world.
type touch struct{ w *sim.World }

// Resource implements model.Touch.
func (t *touch) Resource(name string) int { return int(t.w.Resource(name)) }

// Reads implements model.Touch.
func (t *touch) Reads(r int) { t.w.Read(sim.Resource(r)) }

// Writes implements model.Touch.
func (t *touch) Writes(r int) { t.w.Write(sim.Resource(r)) }

// millis is n milliseconds.
func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// keyed makes a key of an app from what it depends on.
func keyed(parts ...any) string { return fmt.Sprint(parts...) }
