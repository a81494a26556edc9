package depopt

import (
	"fmt"
	"strings"

	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// orders are all ways to import 2 to 4 of dep-a, dep-b, dep-c, dep-y, by their letters:
// the shortest first.
var orders = func() []string {
	var out []string
	level := []string{"b", "a", "c", "y"}
	for range 3 {
		var next []string
		for _, s := range level {
			for _, l := range []string{"a", "b", "c", "y"} {
				if !strings.Contains(s, l) {
					next = append(next, s+l)
				}
			}
		}
		out = append(out, next...)
		level = next
	}
	return out
}()

// importsOf are the dependencies that an order names.
func importsOf(order string) []string {
	var out []string
	for _, l := range order {
		out = append(out, "dep-"+string(l))
	}
	return out
}

func orderParams() []sim.ParamDoc {
	return []sim.ParamDoc{
		{Label: "order", Doc: "what the page imports, in order", Options: orders},
		{Label: "loaded-a", Doc: "dep-a has been loaded before", Options: []string{"true", "false"}},
		{Label: "loaded-y", Doc: "dep-y has been loaded before", Options: []string{"false", "true"}},
	}
}

// drawOrder draws an order, and which old dependencies have been loaded before.
func (h *world) drawOrder() (late, before []string, key string) {
	order := h.w.Draw().Pick("order", orders...)
	if h.w.Draw().Pick("loaded-a", "true", "false") == "true" {
		before, key = append(before, "dep-a"), "a"
	}
	if h.w.Draw().Bool("loaded-y") {
		before, key = append(before, "dep-y"), key+"y"
	}
	return importsOf(order), before, order + " " + key
}

// OrderSSR is inflight with every order of imports.
func OrderSSR() *sim.Scenario {
	return spec{
		name: "order-ssr", doc: "inflight with every order of new and old dependencies",
		judged: all(), params: orderParams(),
		build: func(h *world) { h.orderSSR() },
	}.scenario()
}

func (h *world) orderSSR() {
	late, before, key := h.drawOrder()
	app := h.app("order "+key, func() *model.App { return model.SSRLoaded(before, late...) })
	h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: all()})
	h.ssrScript(h.client("client", false), &outcome{})
}

// OrderBridge is the bridge with every order of imports.
func OrderBridge() *sim.Scenario {
	return spec{
		name: "order-bridge", doc: "the bridge with every order of new and old dependencies",
		judged: all(), params: append(orderParams(), deployParam(), followParam()),
		build: func(h *world) {
			late, before, key := h.drawOrder()
			workerd := h.drawWorkerd()
			follow := h.w.Draw().Bool("follow")
			app := h.app("order-bridge "+key, func() *model.App { return model.BridgeLoaded(before, late) })
			h.bridgeWorld(app, workerd, all())
			h.bridgeScript(h.client("client", follow), &outcome{})
		},
	}.scenario()
}

// crossed makes variants of every combination of the values of two switches, over the
// merged fix.
func crossed(one, two string) (variants []string, find func(string) (model.Config, error)) {
	for _, a := range model.SwitchValues(one) {
		for _, b := range model.SwitchValues(two) {
			variants = append(variants, a+"-"+b)
		}
	}
	return variants, func(variant string) (model.Config, error) {
		c, err := model.Find("after-832")
		a, b, _ := strings.Cut(variant, "-")
		if err == nil {
			err = c.Set(one, a)
		}
		if err == nil {
			err = c.Set(two, b)
		}
		return c, err
	}
}

// Policy is what toolchains decide: how strict the gate is, and what chunks are called.
func Policy() *sim.Scenario {
	variants, find := crossed("gate", "naming")
	return spec{
		name: "policy", doc: "inflight, order and state with every gate and every naming of chunks",
		judged: all(), variants: variants, config: find,
		params: append([]sim.ParamDoc{
			{Label: "story", Doc: "which scenario", Options: []string{"inflight-U", "inflight-L", "state", "order"}},
			{Label: "wait", Doc: "in state: how long the request waits, in ms"},
			{Label: "discover", Doc: "in state: when a dependency is discovered, in ms after the request"},
		}, orderParams()...),
		build: func(h *world) {
			switch story := h.w.Draw().Pick("story", "inflight-U", "inflight-L", "state", "order"); story {
			case "order":
				h.orderSSR()
			case "state":
				h.stateWorld(stateKnobs{wait: h.w.Draw().Int("wait", 150, 400), discover: h.w.Draw().Int("discover", 0, 50)}, all())
			default:
				h.ssrWorld(story[len(story)-1:], &outcome{}, all())
			}
		},
	}.scenario()
}

// Placement is where framework state lives.
func Placement() *sim.Scenario {
	variants, find := crossed("state", "gate")
	return spec{
		name: "placement", doc: "a request waits while the modules are replaced, with framework state in each place: does it find its context?",
		judged: all(), variants: variants, config: find,
		params: []sim.ParamDoc{
			{Label: "wait", Doc: "how long the request waits, in ms"},
			{Label: "discover", Doc: "when a dependency is discovered, in ms after the request"},
			{Label: "set", Doc: "the context is set before the wait, or after it", Options: []string{"before", "after"}},
			{Label: "namespace", Doc: "the entry is held by a caller that lives long, or imported afresh", Options: []string{"kept", "fresh"}},
		},
		build: func(h *world) {
			h.stateWorld(stateKnobs{
				wait: h.w.Draw().Int("wait", 150, 400), discover: h.w.Draw().Int("discover", 0, 50),
				setLate: h.w.Draw().Pick("set", "before", "after") == "after",
				fresh:   h.w.Draw().Pick("namespace", "kept", "fresh") == "fresh",
			}, all())
		},
	}.scenario()
}

// ReoptTwice is a second discovery while the runner still recovers from the first.
func ReoptTwice() *sim.Scenario {
	return spec{
		name: "reopt-twice", doc: "a second discovery comes while a slow root is imported again after the first, and requests keep coming",
		judged: all(), params: []sim.ParamDoc{
			{Label: "gap", Doc: "from the first discovery to the second, in ms"},
			{Label: "load", Doc: "how long the root takes to load, in ms"},
			{Label: "bundle", Doc: "how long bundling takes, in ms"},
		},
		build: func(h *world) {
			gap := h.w.Draw().Int("gap", 0, 500)
			load := h.w.Draw().Int("load", 0, 500)
			h.cfg.BundleTime = millis(h.w.Draw().Int("bundle", 3, 300))
			app := h.app(keyed("twice ", load), func() *model.App { return model.SSRSlowEntry(millis(load), "dep-a", "dep-y") })
			h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: all()})
			c := h.client("client", false)
			h.script(c, func(a env.Async) error {
				if err := (&ssrClient{h: h, c: c}).start(a); err != nil {
					return err
				}
				h.background(0, h.ssr, "/bg-b")
				h.background(millis(gap), h.ssr, "/bg-c")
				return h.keepAsking(a, c, gap+900)
			})
		},
	}.scenario()
}

// keepAsking makes a request every 25 ms, each of a client of its own that asks again at
// once if it fails.
func (h *world) keepAsking(a env.Async, c *model.HTTPClient, long int) error {
	const every = 25
	for at := 0; at < long; at += every {
		one := *c
		one.ID = 1000 + at
		s := &ssrClient{h: h, c: &one}
		h.facts.want(one.ID, model.ModuleLate)
		h.work++
		c.Loop.Async(func(b env.Async) (any, error) {
			if err := s.ask(b, 3); err != nil {
				return nil, err
			}
			h.done(nil)
			return nil, nil
		})
		if err := sleep(a, c.Loop, millis(every)); err != nil {
			return err
		}
	}
	return nil
}

// HookLatency is a plugin that takes long to resolve, so that a fetch of before the
// reload is in flight after it.
func HookLatency() *sim.Scenario {
	return spec{
		name: "hook-latency", doc: "a slow resolve keeps a fetch in flight across the reload, and the next request joins it",
		judged: all(), variants: []string{"keep", "clear"}, params: []sim.ParamDoc{
			{Label: "slow", Doc: "how long it takes to resolve, in ms"},
			{Label: "at", Doc: "when the second request comes, in ms after the reload"},
		},
		config: func(variant string) (model.Config, error) {
			c, err := model.Find("after-832")
			c.ClearInflight = variant == "clear"
			return c, err
		},
		build: func(h *world) {
			slow := h.w.Draw().Int("slow", 0, 600)
			at := h.w.Draw().Int("at", 0, 300)
			app := h.app(keyed("hook ", slow), func() *model.App { return model.SSRSlowResolve(millis(slow)) })
			h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: all()})
			h.hookScript(at)
		},
	}.scenario()
}

// hookScript asks once, lets a dependency be discovered 5 ms later, and asks again some
// time after the reload.
func (h *world) hookScript(at int) {
	c := h.client("client", false)
	s := &ssrClient{h: h, c: c}
	h.work++ // the second request
	h.cleared = func() {
		h.cleared = nil
		h.server.Env().SetTimeout(func() {
			c.Down.Send(func() {
				c.Loop.Async(func(a env.Async) (any, error) {
					two := *c
					two.ID = 1000
					h.facts.want(two.ID, model.ModuleLate)
					second := &ssrClient{h: h, c: &two}
					if err := second.ask(a, 3); err != nil {
						return nil, err
					}
					h.done(nil)
					return nil, nil
				})
			})
		}, millis(at))
	}
	h.script(c, func(a env.Async) error {
		if err := s.start(a); err != nil {
			return err
		}
		h.facts.want(c.ID, model.ModuleLate)
		h.background(millis(5), h.ssr, "/bg-b")
		return s.ask(a, 3)
	})
}

// named makes variants of the two ways of naming chunks, over the merged fix.
func named() (variants []string, find func(string) (model.Config, error)) {
	return model.SwitchValues("naming"), func(variant string) (model.Config, error) {
		c, err := model.Find("after-832")
		if err == nil {
			err = c.Set("naming", variant)
		}
		return c, err
	}
}

// Pair is two discoveries, one some time after the other.
func Pair() *sim.Scenario {
	variants, find := named()
	return spec{
		name: "pair", doc: "two discoveries, one some time after the other, so that the second may come while the first is bundled",
		judged: all(), variants: variants, config: find, params: []sim.ParamDoc{
			{Label: "delta", Doc: "from the first discovery to the second, in ms"},
			{Label: "bundle", Doc: "how long bundling takes, in ms"},
		},
		build: func(h *world) {
			delta := h.w.Draw().Int("delta", 0, 600)
			h.cfg.BundleTime = millis(h.w.Draw().Int("bundle", 3, 400))
			app := h.app("ssr U", func() *model.App { return model.SSR(lates["U"]...) })
			h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: all(), goals: []goal{goalDropped}})
			h.discoverWhileRunning(false, func() {
				h.background(0, h.ssr, "/bg-b")
				h.background(millis(delta), h.ssr, "/bg-c")
			})
		},
	}.scenario()
}

// discoverWhileRunning begins some discoveries when the entry has been imported, and then
// asks for the page until it is there.
func (h *world) discoverWhileRunning(calm bool, begin func()) {
	c := h.client("client", false)
	s := &ssrClient{h: h, c: c}
	h.script(c, func(a env.Async) error {
		if err := s.start(a); err != nil {
			return err
		}
		if calm {
			h.w.Calm()
		}
		begin()
		h.facts.want(c.ID, model.ModuleLate)
		return s.ask(a, maxAttempts)
	})
}

// Burst is a page that brings many dependencies, each just before the optimizer would run.
func Burst() *sim.Scenario {
	variants, find := named()
	return spec{
		name: "burst", doc: "many discoveries, one after the other: how long does the first one wait?",
		judged: all(), variants: variants, config: find, params: []sim.ParamDoc{
			{Label: "every", Doc: "from one discovery to the next, in ms"},
			{Label: "count", Doc: "discoveries"},
			calmParam(),
		},
		build: func(h *world) {
			every := h.w.Draw().Int("every", 20, 200)
			count := h.w.Draw().Int("count", 5, 40)
			calm := h.w.Draw().Bool("calm")
			app := h.app(keyed("burst ", count), func() *model.App { return model.SSRBurst(count) })
			h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: all()})
			h.discoverWhileRunning(calm, func() {
				for i := range count {
					h.background(millis(i*every), h.ssr, fmt.Sprintf("/burst-%d", i))
				}
			})
		},
	}.scenario()
}
