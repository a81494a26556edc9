package depopt

import (
	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Ghost is the node that the graph's cache of URLs keeps for a bare name: its id has a
// version that is gone.
func Ghost() *sim.Scenario {
	return ghostly("ghost", "a dependency is asked for by name, as the bridge does, before and after a commit: is it found again?", "dep-a")
}

// Alias is a ghost that the fix of the bridge does not reach: it knows the keys of the
// optimized dependencies only.
func Alias() *sim.Scenario {
	return ghostly("alias", "a dependency is asked for by an alias before and after a commit: is it found again?", "alias-a")
}

// ghostly asks for a dependency before and after a commit: ten times, of which some come
// after a further invalidation, and some after a further commit.
func ghostly(name, doc, dep string) *sim.Scenario {
	return ghostScenario(name, doc, dep, func(*world) {})
}

// ghostScenario is ghostly, with something that is done after each commit.
func ghostScenario(name, doc, dep string, after func(h *world)) *sim.Scenario {
	judged := []property{pS1, pL1, pAnswered, pHandled}
	return spec{
		name: name, doc: doc, judged: judged,
		build: func(h *world) {
			app := h.app("ssr U", func() *model.App { return model.SSR(lates["U"]...) })
			h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: judged})
			c := h.client("client", false)
			h.script(c, func(a env.Async) error {
				if err := h.initServer(a, c, h.sys.SSR); err != nil {
					return err
				}
				return h.askByName(a, c, dep, after)
			})
		},
	}.scenario()
}

func (h *world) askByName(a env.Async, c *model.HTTPClient, dep string, after func(h *world)) error {
	wait := func() error { return sleep(a, c.Loop, millis(400)) }
	fetch := func(times int) error {
		for range times {
			if err := h.fetchByName(a, c, dep); err != nil {
				return err
			}
		}
		return nil
	}
	discover := func(module string) error {
		_, err := c.Call(a, func(b env.Async) (any, error) { return nil, h.sys.SSR.TransformRequest(b, module) })
		if err != nil {
			return err
		}
		if err := wait(); err != nil {
			return err
		}
		_, err = c.Call(a, func(env.Async) (any, error) { after(h); return nil, nil })
		return err
	}
	if err := fetch(1); err != nil {
		return err
	}
	if err := discover("/bg-b"); err != nil {
		return err
	}
	h.facts.want(c.ID, dep)
	if err := fetch(3); err != nil {
		return err
	}
	_, err := c.Call(a, func(env.Async) (any, error) { h.sys.SSR.InvalidateAll(); return nil, nil })
	if err != nil {
		return err
	}
	if err := fetch(3); err != nil {
		return err
	}
	if err := discover("/bg-c"); err != nil {
		return err
	}
	return fetch(4)
}

// fetchByName is one attempt.
func (h *world) fetchByName(a env.Async, c *model.HTTPClient, dep string) error {
	_, err := c.Call(a, func(b env.Async) (any, error) {
		_, err := h.sys.SSR.FetchLikeBridge(b, dep)
		h.facts.tried(c.ID, err == nil)
		if h.facts.telling() {
			if err != nil {
				h.facts.note("fetch of %s fails%s", dep, h.facts.sayError(err))
			} else {
				h.facts.note("fetch of %s", dep)
			}
		}
		return nil, nil
	})
	return err
}
