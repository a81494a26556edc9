package startup

import (
	"testing"
	"time"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/stretchr/testify/require"
)

// play is one run of a world of its own.
type play struct {
	t *testing.T
	w *sim.World
	h *world
	r *sim.Result
}

func newPlay(t *testing.T) *play {
	p := &play{t: t, w: sim.NewWorld()}
	t.Cleanup(p.w.Close)
	return p
}

// run plays a world once, by a chooser or nominally.
func (p *play) run(variant string, more rows, c sim.Chooser, build func(h *world)) {
	p.t.Helper()
	s := &sim.Scenario{Name: "startup/test", Variants: variants(), Profiles: profiles(more), Params: params(policyDocs()...), Build: func(w *sim.World) {
		h := newWorld(w)
		p.h = h
		build(h)
	}}
	r, err := p.w.Run(s, sim.Config{Variant: variant, Chooser: c})
	require.NoError(p.t, err)
	require.Equal(p.t, sim.Pass, r.Verdict, "%s: %s %s", r.Failure.Property, r.Failure.Message, r.Failure.Stack)
	p.r = r
}

// walk plays a world n times at random.
func (p *play) walk(variant string, more rows, n int, build func(h *world), after func()) {
	p.t.Helper()
	walk := strategy.NewRandomWalk()
	for i := range n {
		walk.Begin(strategy.Info{Seed: uint64(i)})
		p.run(variant, more, strategy.Chooser(walk, strategy.Data{}), build)
		after()
	}
}

// alone is an application with a script that begins with construction.
func alone(shape string, steps ...model.Step) func(h *world) {
	return func(h *world) { h.app(shape, append([]model.Step{{Op: model.Construct}}, steps...)...).start() }
}

// exactly is a window of exactly d in both profiles.
func exactly(d time.Duration) [2]sim.Window { return [2]sim.Window{sim.Exactly(d), sim.Exactly(d)} }

// ask sends a request to a port of the machine, and tells got what comes of it.
func (h *world) ask(port int, got func(env.Response, error)) {
	asker := h.net.Host("asker", h.os, func(host env.Host) {
		host.Do(env.Request{Label: "ask", Method: "GET", Addr: env.Addr{Host: "127.0.0.1", Port: port}, Path: "/health"}, got)
	})
	asker.Start()
}
