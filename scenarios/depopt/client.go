package depopt

import (
	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// ClientBasic is the consumer for which all of this was made: a page in a browser, which
// is told to reload.
func ClientBasic() *sim.Scenario { return clientScenario("client-basic", false, "dep-b") }

// ClientLazy is the page that asks for one more old dependency before it is reloaded.
func ClientLazy() *sim.Scenario { return clientScenario("client-lazy", true, "dep-b") }

func clientScenario(name string, lazy bool, dep string) *sim.Scenario {
	judged := []property{pS1, pL1, pL11, pAnswered, pHandled}
	if !lazy {
		judged = append(judged, pS2)
	}
	doc := "a page in a browser brings a new dependency: does it load, is it reloaded once?"
	if lazy {
		doc = "a page in a browser brings a new dependency, and then asks for an old one: does it load?"
	}
	return spec{
		name: name, doc: doc, judged: judged,
		build: func(h *world) {
			app := h.app(keyed("client ", lazy, dep), func() *model.App { return model.Client(lazy, dep) })
			h.build(setup{app: app, envs: envsClient, judged: judged, goals: []goal{goalReleased}})
			b := h.browser("client")
			c := b.client
			h.script(c, func(a env.Async) error {
				if err := h.initServer(a, c, h.sys.Client); err != nil {
					return err
				}
				b.Load(model.EntryClient)
				if err := sleep(a, c.Loop, millis(400)); err != nil {
					return err
				}
				h.facts.want(c.ID, model.ModuleLate)
				b.Want(model.ModuleLate)
				return b.insist(a)
			})
		},
	}.scenario()
}

// browser is a browser and what its user does.
type browser struct {
	*model.Browser
	h      *world
	client *model.HTTPClient // the same user's, for all that is not a page
	loaded bool              // the present page has everything
}

// browser makes a browser with a loop of its own.
func (h *world) browser(name string) *browser {
	c := h.client(name, false)
	t := h.clients[len(h.clients)-1]
	b := &browser{h: h, client: c}
	b.Browser = &model.Browser{
		Sys: h.sys, Loop: t.Env(), Up: c.Up, Down: c.Down, WS: t.Path("ws"),
		Loaded: b.outcome, Began: b.began,
	}
	b.Listen()
	return b
}

// began is a page that is loaded: each is a goal of its own, until it fails.
func (b *browser) began(int) {
	b.loaded = false
	if n := len(b.h.facts.pages); n == 0 || b.h.facts.pages[n-1].got || len(b.h.facts.pages[n-1].attempts) == 0 {
		b.h.facts.want(b.client.ID, "the page")
	}
}

// outcome ends an attempt.
func (b *browser) outcome(_ int, err error) {
	b.loaded = err == nil
	b.h.facts.tried(b.client.ID, err == nil)
	if b.h.facts.telling() {
		if err != nil {
			b.h.facts.note("the page fails%s", b.h.facts.sayError(err))
		} else {
			b.h.facts.note("the page has everything")
		}
	}
}

// patience is how long a user looks at a page before loading it again, and how often.
const (
	patience = 3000
	reloads  = 3
)

// insist waits until the page is there, and loads it again if it is not.
func (b *browser) insist(a env.Async) error {
	for range reloads {
		if err := sleep(a, b.client.Loop, millis(patience)); err != nil {
			return err
		}
		if b.loaded {
			b.h.facts.judgePage(b.Browser)
			return nil
		}
		b.Reload()
	}
	return sleep(a, b.client.Loop, millis(patience))
}

// judgePage judges S2 for a page that stays: one instance of each source.
func (f *facts) judgePage(b *model.Browser) {
	if !f.judged[pS2] {
		return
	}
	var seen []string
	b.Modules(func(u *model.URL, sources []string) {
		for _, s := range sources {
			for _, other := range seen {
				if s == other {
					f.violated(pS2, s, "the page has two instances of %s, one in %s", s, f.url(u))
				}
			}
			seen = append(seen, s)
		}
	})
}
