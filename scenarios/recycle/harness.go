package recycle

import (
	"strings"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// The ports of the bring-up, all of one machine.
var (
	heldPrerender = env.Addr{Host: "127.0.0.1", Port: serverPort}
	heldCompat    = env.Addr{Host: "127.0.0.1", Port: taskPort}
	heldOther     = env.Addr{Host: "127.0.0.1", Port: 4205}
	nobody        = env.Addr{Host: "127.0.0.1", Port: managerAddr.Port}
)

// Harness is the bring-up of the end-to-end tests, which failed with the startup seed
// and was bisected, reverted and not explained. The harness holds its ports with
// listeners that accept and never read. It gives the compat port up by closing its
// listener, and waits until that completes. The prerender server has just asked that
// very port for its baseline. It gives up after 5 s; but the end of its connection
// stands behind the request, which nobody will ever read. So the connection stays
// open, and the close never completes.
func Harness() *sim.Scenario {
	return &sim.Scenario{
		Name:       "recycle/harness",
		Doc:        "the bring-up of the end-to-end tests waits for a port that it holds itself (#5205)",
		Variants:   signalled(),
		Profiles:   rolling(),
		Params:     params(sim.ParamDoc{Label: "pages", Doc: "pages of the server's pool"}),
		Properties: docs(live),
		Expect:     fails([]string{live}, "v2"),
		Build: func(w *sim.World) {
			f := newFleet(w, true)
			f.buildHarness(w.Draw().Int("pages", 1, 3))
		},
	}
}

// harnessWorld is what the bring-up adds to a fleet.
type harnessWorld struct {
	logic *model.Harness
	asked bool // the server has asked for its baseline

}

func (f *fleet) buildHarness(pages int) {
	f.setup = setup{judged: []string{live}, servers: 1, pages: pages, end: f.consts.HarnessBudget + quietAfter}
	f.setup.defaults()
	f.consts.Pages = pages
	f.deployer, f.managers, f.tasks, f.readers = nil, f.managers[:0], f.tasks[:0], f.readers[:0]
	f.harness = harnessWorld{}
	f.facts.reset(f)
	ci := f.net.Machine("ci")
	s := &serverSlot{name: "prerender#1", addr: heldPrerender}
	f.servers = append(f.servers[:0], s)
	s.host = f.net.Host(s.name, ci, func(h env.Host) {
		s.logic = &model.Prerender{
			Pool: model.Pool{Base: f.base(h), Max: pages, Shell: heldCompat},
			Addr: heldPrerender, Manager: nobody,
			Ready: func() { f.harness.logic.Listening() },
		}
		s.up = true
		s.logic.Start()
	})
	s.host.OnEnd(func(int) { f.facts.serverDown(s) })
	f.net.Program("prerender", func(any) *netsim.Host { return s.host })
	harness := f.net.Host("harness", ci, func(h env.Host) {
		f.harness.logic = &model.Harness{
			Base: f.base(h), Prerender: heldPrerender, Compat: heldCompat, Other: heldOther, Program: "prerender", Proxy: f.proxy,
		}
		f.harness.logic.Start()
	})
	harness.StartAt(0)
	f.facts.start()
}

// proxy is what serves the compat port in the end.
func (f *fleet) proxy(x env.Exchange) {
	a := f.artifacts[1]
	switch x.Request().Label {
	case model.LabelLoad:
		x.Reply(200, &model.Shell{Artifact: a.Version, Conf: 1, Stamp: a.Token})
	case model.LabelSeed:
		x.Reply(200, a.Token)
	default:
		x.Reply(404, nil)
	}
}

// waitGraph tells who waits for whom when a bring-up has failed.
func (f *fleet) waitGraph(step int) string {
	if step != 3 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nharness waits for the close of its listener on " + heldCompat.String() + " to complete")
	if f.harness.asked {
		b.WriteString("\nthe listener waits for the end of the connection of prerender#1, GET /_host-shell-hash")
		b.WriteString("\nthe end of the connection stands behind the request, which nobody reads: prerender#1 gave up long ago")
	}
	return b.String()
}
