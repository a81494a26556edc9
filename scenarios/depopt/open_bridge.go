package depopt

import (
	"fmt"
	"strings"

	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// all are the properties that the scenarios without a stated verdict judge.
func all() []property {
	var out []property
	for p := range properties {
		out = append(out, p)
	}
	return out
}

// combined makes variants of every combination of switches, over the merged fix.
func combined(names ...string) (variants []string, find func(string) (model.Config, error)) {
	for bits := 1<<len(names) - 1; bits >= 0; bits-- {
		var on []string
		for i, n := range names {
			if bits>>(len(names)-1-i)&1 == 1 {
				on = append(on, n)
			}
		}
		if on == nil {
			on = []string{"none"}
		}
		variants = append(variants, strings.Join(on, "+"))
	}
	return variants, func(variant string) (model.Config, error) {
		c, err := model.Find("after-832")
		for _, n := range names {
			value := "false"
			for _, on := range strings.Split(variant, "+") {
				if on == n {
					value = "true"
				}
			}
			if err == nil {
				err = c.Set(n, value)
			}
		}
		return c, err
	}
}

// Halves is the bridge with every combination of the parts of the fix, its halves of
// propagation apart.
func Halves() *sim.Scenario { return halves(nil) }

func halves(out *outcome) *sim.Scenario {
	variants, find := combined("ghost", "graph", "send", "retry")
	return spec{
		name: "halves", doc: "the bridge with each part of the fix by itself, propagation cut into its halves: which of them converge?",
		judged: all(), variants: variants, config: find, params: []sim.ParamDoc{deployParam(), followParam()},
		build: func(h *world) {
			out := h.outcome(out)
			workerd := h.drawWorkerd()
			follow := h.w.Draw().Bool("follow")
			h.bridgeWorld(h.bridgeApp(model.LazyBridge), workerd, all(), goalReleased)
			h.bridgeScript(h.client("client", follow), out)
		},
	}.scenario()
}

// bits are the eight combinations of upstream's comparison: ghost, propagation, retry.
func bits(c *model.Config, s string) {
	c.Ghost, c.Graph, c.Send, c.Retry = s[0] == '1', s[1] == '1', s[1] == '1', s[2] == '1'
}

// PositionBridge is the bridge with the retry before or after the handler whose errors it
// is to catch.
func PositionBridge() *sim.Scenario {
	var variants []string
	for _, at := range []string{"after", "before"} {
		for b := 7; b >= 0; b-- {
			variants = append(variants, fmt.Sprintf("%s-%03b", at, b))
		}
	}
	return spec{
		name: "position", doc: "the retry is registered after or before what it retries, with the eight combinations of ghost, propagation and retry",
		judged: all(), variants: variants, params: []sim.ParamDoc{deployParam(), followParam()},
		config: func(variant string) (model.Config, error) {
			c, err := model.Find("after-832")
			at, b, _ := strings.Cut(variant, "-")
			bits(&c, b)
			if err == nil {
				err = c.Set("position", at)
			}
			return c, err
		},
		build: func(h *world) {
			workerd := h.drawWorkerd()
			follow := h.w.Draw().Bool("follow")
			h.bridgeWorld(h.bridgeApp(model.LazyBridge), workerd, all())
			h.bridgeScript(h.client("client", follow), &outcome{})
		},
	}.scenario()
}

// Noise is other work on the same server, which the retry takes for unrest.
func Noise() *sim.Scenario {
	return spec{
		name: "noise", doc: "an unrelated module of the browser is transformed again and again while a stale request waits for quiet: how long does it wait?",
		judged: all(), params: []sim.ParamDoc{
			{Label: "for", Doc: "how long the noise goes on, in steps of 100 ms"},
			{Label: "period", Doc: "from one transform to the next, in steps of 10 ms"},
			calmParam(), deployParam(),
		},
		build: func(h *world) {
			long := 100 * h.w.Draw().Int("for", 0, 60)
			period := 10 * h.w.Draw().Int("period", 5, 100)
			calm := h.w.Draw().Bool("calm")
			h.bridgeWorld(h.bridgeApp(model.LazyBridge), h.drawWorkerd(), all())
			c := h.client("client", true)
			out := &outcome{}
			h.script(c, func(a env.Async) error {
				if err := h.warm(a, c, out); err != nil {
					return err
				}
				if calm {
					h.w.Calm()
				}
				for at := 0; at < long; at += period {
					h.noise(at)
				}
				return h.ask(a, c, model.PageComp2, out)
			})
		},
	}.scenario()
}

// calmParam documents when the storm ends.
func calmParam() sim.ParamDoc {
	return sim.ParamDoc{Label: "calm", Doc: "nothing is late any more when the story begins", Options: []string{"false", "true"}}
}

// noise is one edit of a module of the browser: invalidated, and transformed again.
func (h *world) noise(at int) {
	h.work++
	h.server.Env().SetTimeout(func() {
		h.server.Env().Async(func(a env.Async) (any, error) {
			h.sys.Client.Invalidate(model.ModuleNoise)
			_ = h.sys.Client.TransformRequest(a, model.ModuleNoise)
			h.done(nil)
			return nil, nil
		})
	}, millis(at))
}

// Cascade is one page after another that brings a dependency: each costs an attempt.
func Cascade() *sim.Scenario {
	return spec{
		name: "cascade", doc: "a page whose parts bring one new dependency after the other: does the client get there before it gives up?",
		judged: all(), params: []sim.ParamDoc{
			{Label: "stages", Doc: "parts of the page"},
			{Label: "visits", Doc: "how often the page is visited"},
			{Label: "old", Doc: "each part also imports the old dependency that shares with its new one", Options: []string{"false", "true"}},
			followParam(), deployParam(),
		},
		build: func(h *world) {
			stages := h.w.Draw().Int("stages", 1, 25)
			visits := h.w.Draw().Int("visits", 1, 3)
			old := h.w.Draw().Bool("old")
			follow := h.w.Draw().Bool("follow")
			app := h.app(keyed("cascade ", stages, old), func() *model.App { return model.Cascade(stages, old) })
			h.bridgeWorld(app, h.drawWorkerd(), all())
			c := h.client("client", follow)
			out := &outcome{}
			h.script(c, func(a env.Async) error {
				if err := h.warm(a, c, out); err != nil {
					return err
				}
				for range visits {
					if err := h.ask(a, c, model.PageComp2, out); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}.scenario()
}

// Crowd is several people who look at the same dev server.
func Crowd() *sim.Scenario {
	return spec{
		name: "crowd", doc: "several browsers with an open page ask for the same new page at once: is it there for each?",
		judged: all(), params: []sim.ParamDoc{{Label: "clients", Doc: "browsers"}, deployParam()},
		build: func(h *world) {
			n := h.w.Draw().Int("clients", 1, 12)
			h.bridgeWorld(h.bridgeApp(model.LazyBridge), h.drawWorkerd(), all())
			first := h.client("client", true)
			var tabs []*tab
			for i := range n {
				tabs = append(tabs, h.tab(fmt.Sprintf("tab%d", i+1)))
			}
			h.script(first, func(a env.Async) error {
				if err := h.warm(a, first, &outcome{}); err != nil {
					return err
				}
				for _, t := range tabs {
					t.want(model.PageComp2)
				}
				return nil
			})
		},
	}.scenario()
}

// tab is a browser with an open page, whose user wants another.
type tab struct {
	model.Tab
	h     *world
	tries int
	ended bool
}

func (h *world) tab(name string) *tab {
	c := h.client(name, true)
	t := &tab{h: h}
	t.Tab = model.Tab{
		HTTPClient: *c, WS: h.clients[len(h.clients)-1].Path("ws"), Action: h.action,
		Loaded: t.loaded, Limit: maxNavigations, GaveUp: t.end,
	}
	t.Listen()
	return t
}

// want navigates, and again at once if that fails, until the page is there.
func (t *tab) want(page string) {
	t.h.work++
	t.h.facts.want(t.ID, page)
	t.Loop.Post("start", func() { t.Open(page) })
}

func (t *tab) loaded(page string, _ int, got model.Answer) {
	if t.ended {
		return
	}
	t.tries++
	switch {
	case got.Status == model.StatusOK:
		t.end()
	case t.tries == maxErrors:
		t.Close()
		t.end()
	default:
		t.Open(page)
	}
}

// end says that the user has the page, or has given up.
func (t *tab) end() {
	if !t.ended {
		t.ended = true
		t.h.done(nil)
	}
}

// A user gives up after so many error pages, or when the page has been loaded so often: a
// server that tells it to reload at every attempt would go on for ever.
const (
	maxErrors      = 3
	maxNavigations = 12
)

// SlowHot is a runner in another process, whose hot messages take long while its fetches
// do not.
func SlowHot() *sim.Scenario {
	return spec{
		name: "slow-hot", doc: "the full reload reaches the runner late, and its fetches do not: does the page recover?",
		judged: all(), params: []sim.ParamDoc{{Label: "hot", Doc: "how long a message to the runner takes, in ms"}, followParam()},
		build: func(h *world) {
			hot := sim.Exactly(millis(h.w.Draw().Int("hot", 0, 300)))
			follow := h.w.Draw().Bool("follow")
			h.build(setup{
				app: h.bridgeApp(model.LazyBridge), envs: envsBridge, home: "worker", workerd: true, hot: &hot, judged: all(),
			})
			h.bridgeScript(h.client("client", follow), &outcome{})
		},
	}.scenario()
}
