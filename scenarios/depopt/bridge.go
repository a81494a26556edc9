package depopt

import (
	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// bridgeApp is BRIDGE.
func (h *world) bridgeApp(use model.BridgeImport) *model.App {
	return h.app(keyed("bridge ", use), func() *model.App { return model.Bridge(use, nil) })
}

// bridgeWorld is BRIDGE, without a script.
func (h *world) bridgeWorld(app *model.App, workerd bool, judged []property, goals ...goal) {
	h.build(setup{app: app, envs: envsBridge, home: "worker", workerd: workerd, judged: judged, goals: goals})
}

// Bridge is the whole story: two environments that do not know of each other, a
// discovery in one, a runner in the other.
func Bridge() *sim.Scenario { return bridge(nil) }

func bridge(out *outcome) *sim.Scenario {
	judged := []property{pS1, pS3, pS5, pL1, pL11, pL4, pL5, pAnswered, pHandled}
	return spec{
		name: "bridge", doc: "a page of one environment is rendered in another, and brings a new dependency: is it there in the end? (RedwoodSDK #832)",
		judged: judged, params: []sim.ParamDoc{deployParam(), followParam()},
		build: func(h *world) {
			out := h.outcome(out)
			workerd := h.drawWorkerd()
			follow := h.w.Draw().Bool("follow")
			h.build(setup{
				app: h.bridgeApp(model.LazyBridge), envs: envsBridge, home: "worker", workerd: workerd,
				judged: judged, goals: []goal{goalReleased, goalAcross}, out: out,
			})
			h.bridgeScript(h.client("client", follow), out)
		},
	}.scenario()
}

// Desync is the bridge without its entry: what remains is that one environment does not
// hear of the other's commit.
func Desync() *sim.Scenario {
	judged := []property{pS1, pS3, pS5, pL1, pL11, pL5, pAnswered, pHandled}
	return spec{
		name: "desync", doc: "one environment replaces its bundles, and the other does not hear of it: does a page recover?",
		judged: judged, params: []sim.ParamDoc{deployParam()},
		build: func(h *world) {
			workerd := h.drawWorkerd()
			h.bridgeWorld(h.bridgeApp(model.NoBridge), workerd, judged, goalReleased, goalAcross)
			h.bridgeScript(h.client("client", false), &outcome{})
		},
	}.scenario()
}

// Effects is what a redirect costs whose first attempt had already done something.
func Effects() *sim.Scenario {
	judged := []property{pS5, pAnswered, pHandled}
	return spec{
		name: "effects", doc: "a POST has its effect, fails as stale, and is sent back: does the effect happen twice?",
		judged: judged, params: []sim.ParamDoc{deployParam(), followParam()},
		build: func(h *world) {
			workerd := h.drawWorkerd()
			follow := h.w.Draw().Bool("follow")
			h.bridgeWorld(h.bridgeApp(model.LazyBridge), workerd, judged)
			h.bridgeScript(h.client("client", follow), &outcome{})
		},
	}.scenario()
}

// Reimport is the reload without a request in flight.
func Reimport() *sim.Scenario {
	judged := []property{pS1, pS3, pA1, pAnswered, pHandled}
	return spec{
		name: "reimport", doc: "bundles are replaced while no request is in flight: can the runner import its roots again?",
		judged: judged,
		params: []sim.ParamDoc{{Label: "app", Doc: "one environment, or two with a bridge", Options: []string{"bridge", "ssr"}}, deployParam()},
		build: func(h *world) {
			one := h.w.Draw().Pick("app", "bridge", "ssr") == "ssr"
			workerd := h.drawWorkerd()
			if !one {
				h.bridgeWorld(h.bridgeApp(model.LazyBridge), workerd, judged)
				h.discoverAfterWarmUp("/bg-b")
				return
			}
			app := h.app("ssr U", func() *model.App { return model.SSR(lates["U"]...) })
			h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: judged})
			c := h.client("client", false)
			s := &ssrClient{h: h, c: c}
			h.script(c, func(a env.Async) error {
				if err := s.start(a); err != nil {
					return err
				}
				h.background(0, h.ssr, "/bg-b")
				return nil
			})
		},
	}.scenario()
}

// ReimportStatic is Reimport with a worker whose first static import is the bridge entry.
func ReimportStatic() *sim.Scenario {
	judged := []property{pS1, pS3, pA1, pAnswered, pHandled}
	return spec{
		name: "reimport-static", doc: "bundles are replaced while no request is in flight, and a root imports the bridge entry: can it be imported again?",
		judged: judged, params: []sim.ParamDoc{deployParam()},
		build: func(h *world) {
			workerd := h.drawWorkerd()
			h.bridgeWorld(h.bridgeApp(model.StaticBridge), workerd, judged)
			h.discoverAfterWarmUp(model.PageComp2)
		},
	}.scenario()
}

// discoverAfterWarmUp warms up, and then lets a module be transformed in the background.
func (h *world) discoverAfterWarmUp(module string) {
	c := h.client("client", false)
	h.script(c, func(a env.Async) error {
		if err := h.warm(a, c, &outcome{}); err != nil {
			return err
		}
		h.background(0, h.ssr, module)
		return nil
	})
}

// State is a request that outlives the modules it began with.
func State() *sim.Scenario {
	judged := []property{pS1, pS3, pS4, pL1, pAnswered, pHandled}
	return spec{
		name: "state", doc: "a request waits while the modules are replaced: does it find its context afterwards?",
		judged: judged,
		params: []sim.ParamDoc{
			{Label: "wait", Doc: "how long the request waits, in ms"},
			{Label: "discover", Doc: "when a dependency is discovered, in ms after the request"},
		},
		build: func(h *world) {
			h.stateWorld(stateKnobs{wait: h.w.Draw().Int("wait", 150, 400), discover: h.w.Draw().Int("discover", 0, 50)}, judged, goalAcross)
		},
	}.scenario()
}

// stateKnobs are the parameters of a request that waits, in ms.
type stateKnobs struct {
	wait, discover int
	setLate        bool // the context is set after the wait
	fresh          bool // the entry is imported afresh
}

// stateWorld is SSR with framework state, a request that waits, and a discovery.
func (h *world) stateWorld(k stateKnobs, judged []property, goals ...goal) {
	app := h.app(keyed("state ", k.wait, k.setLate), func() *model.App { return model.Stateful(millis(k.wait), k.setLate) })
	h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: judged, goals: goals})
	c := h.client("client", false)
	s := &ssrClient{h: h, c: c}
	h.script(c, func(a env.Async) error {
		if err := s.start(a); err != nil {
			return err
		}
		h.facts.want(c.ID, model.ModuleLate)
		h.background(millis(k.discover), h.ssr, "/bg-b")
		return s.request(a, k.fresh, &outcome{})
	})
}
