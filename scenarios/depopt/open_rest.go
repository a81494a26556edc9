package depopt

import (
	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Early is a request that comes before the optimizer is ready.
func Early() *sim.Scenario {
	return spec{
		name: "early", doc: "a module is asked for before, during or after the initialization of the optimizer, and then a page is loaded",
		judged: all(), variants: []string{"guarded", "unguarded"}, params: []sim.ParamDoc{
			{Label: "request", Doc: "when the module is asked for", Options: []string{"after", "during", "before", "both"}},
			{Label: "cache", Doc: "of an earlier server", Options: []string{"cold", "warm"}},
			{Label: "pre-transform", Doc: "static imports are transformed ahead", Options: []string{"on", "off"}},
		},
		config: func(variant string) (model.Config, error) {
			c, err := model.Find("after-832")
			c.InitGuard = variant == "guarded"
			return c, err
		},
		build: func(h *world) {
			when := h.w.Draw().Pick("request", "after", "during", "before", "both")
			h.cfg.WarmCache = h.w.Draw().Pick("cache", "cold", "warm") == "warm"
			h.cfg.PreTransform = h.w.Draw().Pick("pre-transform", "on", "off") == "on"
			app := h.app("client basic", func() *model.App { return model.Client(false, "dep-b") })
			h.build(setup{app: app, envs: envsClient, judged: all()})
			h.earlyScript(when)
		},
	}.scenario()
}

func (h *world) earlyScript(when string) {
	b := h.browser("client")
	c := b.client
	early := func() { h.background(0, func() *model.Environment { return h.sys.Client }, model.ModuleLate) }
	h.script(c, func(a env.Async) error {
		if when == "before" || when == "both" {
			early()
			if err := sleep(a, c.Loop, millis(50)); err != nil {
				return err
			}
		}
		if when == "during" || when == "both" {
			early()
		}
		if err := h.initServer(a, c, h.sys.Client); err != nil {
			return err
		}
		if when == "after" {
			early()
		}
		h.facts.want(c.ID, model.EntryClient)
		b.Load(model.EntryClient)
		if err := sleep(a, c.Loop, millis(400)); err != nil {
			return err
		}
		h.facts.want(c.ID, model.ModuleLate)
		b.Want(model.ModuleLate)
		return b.insist(a)
	})
}

// lostParams document what becomes of the first full reload.
func lostParams(channels ...string) []sim.ParamDoc {
	return []sim.ParamDoc{
		{Label: "fate", Doc: "what becomes of the first full reload", Options: fates},
		{Label: "channel", Doc: "of which environment", Options: channels},
	}
}

// fates are what may become of a message, by model.Fate.
var fates = []string{"delivered", "lost", "doubled", "thrown"}

// drawFate draws what becomes of the first full reload, and on which channel.
func (h *world) drawFate(channels ...string) func(string) model.Fate {
	fate := h.w.Draw().Pick("fate", fates...)
	channel := h.w.Draw().Pick("channel", channels...)
	struck := false
	return func(environment string) model.Fate {
		if struck || environment != channel {
			return model.Delivered
		}
		struck = true
		for i, name := range fates {
			if name == fate {
				return model.Fate(i)
			}
		}
		return model.Delivered
	}
}

// LostSSR is a full reload that does not arrive as it was meant, in one environment.
func LostSSR() *sim.Scenario {
	return spec{
		name: "lost-message-ssr", doc: "the first full reload is lost, doubled, or throws at its sender: does the page recover?",
		judged: all(), params: append(lostParams("ssr"), sim.ParamDoc{Label: "late", Doc: "as in inflight", Options: []string{"U", "L"}}),
		build: func(h *world) {
			fate := h.drawFate("ssr")
			late := h.w.Draw().Pick("late", "U", "L")
			app := h.app("ssr "+late, func() *model.App { return model.SSR(lates[late]...) })
			h.build(setup{app: app, envs: envsSSR, home: "ssr", fate: fate, judged: all()})
			h.ssrScript(h.client("client", false), &outcome{})
		},
	}.scenario()
}

// LostBridge is the same between two environments.
func LostBridge() *sim.Scenario {
	return spec{
		name: "lost-message-bridge", doc: "the first full reload between two environments is lost, doubled, or throws at its sender: does the page recover?",
		judged: all(), params: append(lostParams("worker", "ssr"), deployParam(), followParam()),
		build: func(h *world) {
			fate := h.drawFate("worker", "ssr")
			workerd := h.drawWorkerd()
			follow := h.w.Draw().Bool("follow")
			h.build(setup{app: h.bridgeApp(model.LazyBridge), envs: envsBridge, home: "worker", workerd: workerd, fate: fate, judged: all()})
			h.bridgeScript(h.client("client", follow), &outcome{})
		},
	}.scenario()
}
