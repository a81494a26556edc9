package depopt

import (
	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// lates are what /late of SSR imports, by the letters of upstream's measurements.
var lates = map[string][]string{
	"U": {"dep-b", "dep-y"}, // an old dependency that nothing has loaded yet
	"L": {"dep-b", "dep-a"}, // one that has been loaded
	"N": {"dep-lone", "dep-y"},
}

// ssrWorld is SSR with the standard script.
func (h *world) ssrWorld(late string, out *outcome, judged []property, goals ...goal) {
	app := h.app("ssr "+late, func() *model.App { return model.SSR(lates[late]...) })
	h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: judged, goals: goals, out: out})
	h.ssrScript(h.client("client", false), out)
}

// Lone is the good day: what is discovered shares nothing with what is there, so nothing
// is outdated.
func Lone() *sim.Scenario { return lone(nil) }

func lone(out *outcome) *sim.Scenario {
	judged := []property{pS1, pS2, pS3, pL1, pL2, pAnswered, pHandled}
	return spec{
		name: "lone", doc: "a dependency that shares nothing is discovered while a request waits for it: nothing may break",
		judged: judged,
		build: func(h *world) {
			out := h.outcome(out)
			h.ssrWorld("N", out, judged, goalReleased, goalAcross)
		},
	}.scenario()
}

// Inflight is the request that brings the discovery about: it is half evaluated when
// the commit comes, and what it has not fetched by then is outdated.
func Inflight() *sim.Scenario { return inflight(nil) }

func inflight(out *outcome) *sim.Scenario {
	judged := []property{pS1, pS3, pL1, pL11, pAnswered, pHandled}
	return spec{
		name: "inflight", doc: "a request is half evaluated when its own discovery replaces the bundles: does it survive, does the next one?",
		judged: judged,
		params: []sim.ParamDoc{{Label: "late", Doc: "the old dependency that the request needs: not yet loaded (U), or loaded (L)", Options: []string{"U", "L"}}},
		build: func(h *world) {
			out := h.outcome(out)
			h.ssrWorld(h.w.Draw().Pick("late", "U", "L"), out, judged, goalReleased, goalCleared, goalAcross)
		},
	}.scenario()
}

// BundleError is what remains when bundling fails once: those who wait are let go to a
// file that is not there, and nobody tries again.
func BundleError() *sim.Scenario { return bundleError(false) }

// bundleError may let another dependency be discovered before the last request.
func bundleError(heal bool) *sim.Scenario {
	judged := []property{pS1, pS3, pL1, pAnswered, pHandled}
	return spec{
		name: "bundle-error", doc: "bundling fails once: is the page ever there?",
		judged: judged,
		build: func(h *world) {
			h.cfg.FailBundle = 2 // the first one is that of the start
			if !heal {
				h.ssrWorld("U", &outcome{}, judged)
				return
			}
			h.ssrWorld("N", &outcome{}, judged)
			h.background(millis(800), h.ssr, "/bg-c")
		},
	}.scenario()
}

// Toctou is the read that comes after the commit although its gate came before: a URL
// that is cached for a year gets the content of another version.
func Toctou() *sim.Scenario {
	judged := []property{pS1, pS3, pS6, pAnswered, pHandled}
	return spec{
		name: "toctou", doc: "a file passes the gate, and is read after the bundles were replaced: does its URL still say what it is?",
		judged: judged,
		params: []sim.ParamDoc{{Label: "at", Doc: "when the file is asked for, in ms after the discovery"}},
		build: func(h *world) {
			at := h.w.Draw().Int("at", 100, 200)
			app := h.app("ssr U", func() *model.App { return model.SSR(lates["U"]...) })
			h.build(setup{app: app, envs: envsSSR, home: "ssr", judged: judged})
			c := h.client("client", false)
			h.script(c, func(a env.Async) error {
				if err := h.initServer(a, c, h.sys.SSR); err != nil {
					return err
				}
				if err := sleep(a, c.Loop, millis(400)); err != nil {
					return err
				}
				h.background(0, h.ssr, "/bg-b")
				if err := sleep(a, c.Loop, millis(at)); err != nil {
					return err
				}
				_, err := c.Call(a, func(b env.Async) (any, error) {
					_, _ = h.sys.SSR.FetchLikeBridge(b, "dep-a") // whether it is stale is not the question
					return nil, nil
				})
				return err
			})
		},
	}.scenario()
}

// ssr is the environment of that name, for background work.
func (h *world) ssr() *model.Environment { return h.sys.SSR }
