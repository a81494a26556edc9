package depopt

import (
	"time"

	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// maxAttempts is how often a client of the standard script asks for a page.
const maxAttempts = 12

// outcome is what a script saw, for tests.
type outcome struct {
	Comp     []int         // the first two requests of /comp
	Attempts []int         // those of the page that is wanted
	Old      int           // the last request of /comp
	Recovery time.Duration // how long the page took that was wanted
	Stale    []string      // what the gate refused, in order
	Ran      []ranModule   // what was evaluated, in order
	Gen      int           // of the runner, in the end
}

// ranModule is an evaluation.
type ranModule struct {
	Name string
	ID   string
	Gen  int
}

// count is how often a module was evaluated.
func (o *outcome) count(name string) int {
	n := 0
	for _, r := range o.Ran {
		if r.Name == name {
			n++
		}
	}
	return n
}

// spec is a scenario in short.
type spec struct {
	name, doc string
	judged    []property
	params    []sim.ParamDoc
	expect    []sim.Expectation // nil: what the matrix says of the name
	build     func(h *world)
	// variants and what they are, if not those of upstream's history.
	variants []string
	config   func(variant string) (model.Config, error)
}

// scenario makes it.
func (s spec) scenario() *sim.Scenario {
	if s.variants == nil {
		s.variants, s.config = model.Variants(), model.Find
	}
	if s.expect == nil {
		s.expect = expected(s.name, s.variants, s.judged)
	}
	return &sim.Scenario{
		Name: "depopt/" + s.name, Doc: s.doc, Variants: s.variants, Profiles: profiles(),
		Params: params(s.params...), Properties: docs(s.judged), Expect: s.expect,
		Build: func(w *sim.World) { s.build(newWorld(w, s.config)) },
	}
}

// Environments by app.
var (
	envsSSR    = []string{"ssr"}
	envsClient = []string{"client"}
	envsBridge = []string{"ssr", "worker", "client"}
)

// deployParam and followParam document parameters of BRIDGE.
func deployParam() sim.ParamDoc {
	return sim.ParamDoc{Label: "deploy", Doc: "the runner is in the server's process, or in one of its own", Options: []string{"inproc", "workerd"}}
}

func followParam() sim.ParamDoc {
	return sim.ParamDoc{Label: "follow", Doc: "the client follows redirects", Options: []string{"false", "true"}}
}

// drawWorkerd draws where the runner is.
func (h *world) drawWorkerd() bool {
	return h.w.Draw().Pick("deploy", "inproc", "workerd") == "workerd"
}

// ask wants a page until it is there, or maxAttempts times; with a client that follows
// redirects, once to the end of them. What comes after a 307 belongs to the same click.
func (h *world) ask(a env.Async, c *model.HTTPClient, page string, out *outcome) error {
	h.facts.want(c.ID, page)
	action := h.action()
	for n := 0; n < maxAttempts; n++ {
		got, err := c.Get(a, action, page)
		if err != nil {
			return err
		}
		out.Attempts = append(out.Attempts, got.Status)
		if got.Status == model.StatusOK || got.TooMany {
			return nil
		}
		if got.Status != model.StatusRedirect {
			action = h.action()
		}
	}
	return nil
}

// warm initializes the server and asks for /comp twice.
func (h *world) warm(a env.Async, c *model.HTTPClient, out *outcome) error {
	if err := h.initServer(a, c, h.sys.SSR); err != nil {
		return err
	}
	for i := range 2 {
		if i > 0 {
			if err := sleep(a, c.Loop, millis(400)); err != nil {
				return err
			}
		}
		h.facts.want(c.ID, model.PageComp)
		got, err := c.Get(a, h.action(), model.PageComp)
		if err != nil {
			return err
		}
		out.Comp = append(out.Comp, got.Status)
	}
	return nil
}

// bridgeScript is the standard script of BRIDGE.
func (h *world) bridgeScript(c *model.HTTPClient, out *outcome) {
	h.script(c, func(a env.Async) error {
		if err := h.warm(a, c, out); err != nil {
			return err
		}
		start := h.w.NominalNow()
		if err := h.ask(a, c, model.PageComp2, out); err != nil {
			return err
		}
		out.Recovery = h.w.NominalNow() - start
		h.facts.want(c.ID, model.PageComp)
		got, err := c.Get(a, h.action(), model.PageComp)
		out.Old = got.Status
		return err
	})
}

// ssr is what a script of SSR works with: the client's side of a namespace that lives on
// the server.
type ssrClient struct {
	h  *world
	c  *model.HTTPClient
	ns *model.Exports
}

// enter imports the entry, and holds on to its namespace.
func (s *ssrClient) enter(a env.Async) error {
	v, err := s.c.Call(a, func(b env.Async) (any, error) {
		x, err := s.h.sys.Runner.Import(b, model.EntrySSR)
		if err != nil {
			return nil, nil // the request will say so
		}
		return x, nil
	})
	s.ns, _ = v.(*model.Exports)
	return err
}

// request asks through the namespace, or through a fresh one.
func (s *ssrClient) request(a env.Async, fresh bool, out *outcome) error {
	req := s.c.Request(s.h.action(), model.ModuleLate)
	v, err := s.c.Call(a, func(b env.Async) (any, error) {
		s.h.facts.RequestArrived(req)
		x, err := s.ns, error(nil)
		if fresh || x == nil {
			x, err = s.h.sys.Runner.Import(b, model.EntrySSR)
		}
		if err == nil {
			err = s.h.sys.Runner.Handle(b, x, req)
		}
		status := model.StatusOK
		if err != nil {
			status = model.StatusError
		}
		s.h.facts.RequestAnswered(req, status, err)
		return status, nil
	})
	if status, ok := v.(int); ok {
		out.Attempts = append(out.Attempts, status)
	}
	return err
}

// start is how a script of SSR begins: the server is there, the entry has been imported,
// and what that began is over.
func (s *ssrClient) start(a env.Async) error {
	if err := s.h.initServer(a, s.c, s.h.sys.SSR); err != nil {
		return err
	}
	if err := s.enter(a); err != nil {
		return err
	}
	return sleep(a, s.c.Loop, millis(400))
}

// ask asks through fresh namespaces until the page is there, at most so many times.
func (s *ssrClient) ask(a env.Async, times int) error {
	out := &outcome{}
	for range times {
		if err := s.request(a, true, out); err != nil {
			return err
		}
		if out.Attempts[len(out.Attempts)-1] == model.StatusOK {
			break
		}
	}
	return nil
}

// ssrScript is the standard script of SSR.
func (h *world) ssrScript(c *model.HTTPClient, out *outcome) {
	s := &ssrClient{h: h, c: c}
	h.script(c, func(a env.Async) error {
		if err := s.start(a); err != nil {
			return err
		}
		h.facts.want(c.ID, model.ModuleLate)
		for _, fresh := range []bool{false, false, true} {
			if err := s.request(a, fresh, out); err != nil {
				return err
			}
		}
		if err := sleep(a, c.Loop, millis(400)); err != nil {
			return err
		}
		return s.request(a, true, out)
	})
}
