package startup

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

// The facts of this file were observed on RivetKit 2.1.3 (r1b) and 2.2.1 (r4) with Node
// 22.23, or follow from the published constants.

// 1. In one segment arm timer(0), a microtask, and I/O that is ready at once: the
// microtask is first, always; the other two come in either order, and the timer never
// before 1 ms.
func TestGoldenLoop(t *testing.T) {
	s := &sim.Scenario{Name: "startup/loop", Variants: variants(), Profiles: profiles(rows{"ready": {}, "app#1:start": {}, "main": {}}), Params: params(), Build: func(w *sim.World) {
		h := newWorld(w)
		var order []string
		say := func(what string) {
			if order = append(order, what); len(order) == 3 {
				w.Fail(strings.Join(order, " "), "", "that order")
			}
		}
		var app *netsim.Host
		app = h.net.HostOnLoop("app#1", h.os, jsloop.Config{}, func(_ env.Host, l env.Loop) {
			p := app.Loop().Proc()
			began := p.Mark()
			l.SetTimeout(func() {
				if !p.Elapsed(began, ms) { // began with a millisecond: Node's clock has whole ones
					w.Fail("early", "", "the timer is early")
				}
				say("timer")
			}, 0)
			l.IO("ready").Then(func(any) (any, error) { say("io"); return nil, nil }, nil)
			l.QueueMicrotask(func() { say("microtask") })
		})
		app.Start()
	}}
	r, err := runner.Explore(context.Background(), runner.Options{Scenario: s, Runs: 2000, Minimise: -1})
	require.NoError(t, err)
	var orders []string
	for _, f := range r.Failures {
		orders = append(orders, f.Found.Failure.Property)
	}
	slices.Sort(orders)
	require.Equal(t, []string{"microtask io timer", "microtask timer io"}, orders)
}

// 2. A change of the configuration and the snapshot.
func TestGoldenMutation(t *testing.T) {
	for _, c := range []struct {
		variant string
		step    model.Step
		want    []int // versions that the snapshot may have
	}{
		{"r1", model.Step{}, []int{1}},
		{"r1-micro", model.Step{}, []int{1}},
		{"r1", model.Step{After: model.Microtasks, N: 1}, []int{1}},
		{"r1-micro", model.Step{After: model.Microtasks, N: 1}, []int{0}},
		{"r1b", model.Step{After: model.Microtasks, N: 50}, []int{1}},
		{"r1", model.Step{After: model.AnImport}, []int{0, 1}}, // of a built-in module: the timer sees it
		{"r1-micro", model.Step{After: model.AnImport}, []int{0}},
		{"r1b", model.Step{After: model.Delay, Wait: 20 * ms}, []int{0}},
	} {
		p := newPlay(t)
		seen := map[int]bool{}
		step := c.step
		step.Op, step.Field, step.Value = model.Mutate, "managerPort", 6500
		p.walk(c.variant, nil, 100, alone("explicit-manager", step), func() {
			require.Len(t, p.h.facts.regs, 1)
			seen[p.h.facts.regs[0].version] = true
			port := 6420
			if p.h.facts.regs[0].version == 1 {
				port = 6500
			}
			require.True(t, p.h.facts.serves(port))
			require.False(t, p.h.facts.serves(6420+6500-port), "the other one refuses")
		})
		var got []int
		for v := range seen {
			got = append(got, v)
		}
		slices.Sort(got)
		require.Equal(t, c.want, got, "%s %+v", c.variant, c.step)
	}
}

// 3. Two registries in one process: 6420 and 6421 both answer 200.
func TestGoldenTwoRegistries(t *testing.T) {
	for _, v := range []string{"r1b", "r4"} {
		p := newPlay(t)
		var status []int
		p.run(v, rows{"then": exactly(time.Second)}, nil, func(h *world) {
			status = nil
			h.app("explicit-manager", model.Step{Op: model.Construct}, model.Step{Op: model.Construct},
				model.Step{Op: model.CallHandler}, model.Step{Op: model.CallHandler, Registry: 1}).start()
			h.later("then", func() {
				h.ask(6420, func(r env.Response, _ error) { status = append(status, r.Status) })
			})
		})
		require.Equal(t, []int{200}, status)
		require.Equal(t, []int{6420}, p.h.facts.regs[0].ports)
		require.Equal(t, []int{6421}, p.h.facts.regs[1].ports)
	}
}

// 4. Something else on the port, and nobody has called.
func TestGoldenSquatter(t *testing.T) {
	for _, c := range []struct {
		listener bool
		steps    []model.Step
		ends     bool
		reports  int
	}{
		{false, nil, true, 0},
		{true, nil, false, 1},
		{true, []model.Step{{Op: model.CallRunner}}, false, 2},
	} {
		p := newPlay(t)
		p.run("r1b", nil, nil, func(h *world) {
			h.listen = c.listener
			shape := h.failing("squatter")
			alone(shape, append([]model.Step{{Op: model.ServeOwnPort}}, c.steps...)...)(h)
		})
		a := p.h.apps[0]
		require.Equal(t, c.ends, !a.host.Up())
		if c.ends {
			require.Equal(t, 1, a.host.ExitCode())
		}
		require.Equal(t, c.reports, a.reports)
		for _, call := range p.h.facts.calls {
			require.Nil(t, call.c.Promise, "startRunner returns undefined")
		}
	}
}

// 5. and 6. The black hole, and how long waitHealth tries.
func TestGoldenBlackhole(t *testing.T) {
	for _, v := range []string{"r1b", "r4"} {
		p := newPlay(t)
		var at15 env.PromiseState
		var settled time.Duration
		p.run(v, rows{"look": exactly(15 * time.Second)}, nil, func(h *world) {
			h.listen = true
			h.engineHosts(1)
			h.squatter(netsim.SquatSilent)
			h.home.Save("engine-"+asked, true)
			alone("explicit-engine", model.Step{Op: model.CallHandler})(h)
			h.later("look", func() { at15 = h.facts.calls[0].c.Promise.State() })
			h.facts.onSettled = func() { settled = h.w.NominalNow() }
		})
		require.Equal(t, env.Pending, at15)
		require.InDelta(t, (300*time.Second + 109900*ms).Seconds(), settled.Seconds(), 0.5, "and a spawn")
		require.ErrorContains(t, p.h.facts.calls[0].c.Promise.Reason(), "not healthy")
	}
}

func TestGoldenHealthRefused(t *testing.T) {
	p := newPlay(t)
	var settled time.Duration
	p.run("r1", nil, nil, func(h *world) {
		h.listen = true
		h.engineHosts(1)
		h.engines[0].mute = true
		h.home.Save("engine-"+asked, true)
		alone("explicit-engine", model.Step{Op: model.CallHandler})(h)
		h.facts.onSettled = func() { settled = h.w.NominalNow() }
	})
	require.InDelta(t, 9.9, settled.Seconds(), 0.3, "refused at once each time")
}

// 7. What the first look makes of the answer.
func TestGoldenFirstLook(t *testing.T) {
	for body, c := range map[string]struct {
		kind  netsim.Squat
		body  any
		fails string
		spawn bool
	}{
		"engine":   {netsim.SquatOther, model.Health{Runtime: "engine", Version: asked}, "", false},
		"rivetkit": {netsim.SquatOther, model.Health{Runtime: "rivetkit"}, "a manager", false},
		"other":    {netsim.SquatOther, model.Health{Runtime: "other"}, "something else", false},
		"no JSON":  {netsim.SquatNoJSON, nil, "not JSON", false},
		"503":      {netsim.SquatSick, nil, "", true},
		"refused":  {0, nil, "", true},
	} {
		t.Run(body, func(t *testing.T) {
			p := newPlay(t)
			p.run("r1", nil, nil, func(h *world) {
				h.listen = true
				h.engineHosts(1)
				h.home.Save("engine-"+asked, true)
				if body != "refused" {
					h.squat = h.net.Squatter("squatter", h.os, manager(), c.kind, c.body)
					h.squat.Start()
				}
				alone("explicit-engine", model.Step{Op: model.CallHandler})(h)
			})
			g, call := p.h.facts.regs[0], p.h.facts.calls[0].c
			require.Equal(t, c.spawn, g.spawns == 1)
			if c.fails != "" {
				require.ErrorContains(t, call.Promise.Reason(), c.fails)
			} else if !c.spawn {
				require.Equal(t, env.Fulfilled, call.Promise.State())
			}
		})
	}
}

// 8. A bind that fails after a good look: exit code 1, and no caller is involved.
func TestGoldenBindFails(t *testing.T) {
	r, err := runner.Explore(context.Background(), runner.Options{
		Scenario: TwoProcesses(), Variant: "r1", Judge: []string{errC}, Runs: 5000, StopAtFirst: true, Minimise: -1,
	})
	require.NoError(t, err)
	require.NotEmpty(t, r.Failures)
	f := r.Failures[0].Found.Failure
	require.Regexp(t, `app#[12] ends by an uncaught error although every caller has handled its own call: bind: listen \[::\]:6420: EADDRINUSE`, f.Message)
}

// 9. After a successful create any number of handler calls make no new server.
func TestGoldenManyCalls(t *testing.T) {
	for _, v := range []string{"r1", "r1b", "r4"} {
		p := newPlay(t)
		call := model.Step{Op: model.CallHandler, After: model.Delay, Wait: 50 * ms}
		p.run(v, nil, nil, alone("explicit-manager", call, call, call, call))
		require.Equal(t, 1, p.h.facts.regs[0].binds)
		require.Len(t, p.h.facts.calls, 4)
		for _, c := range p.h.facts.calls {
			require.Equal(t, 200, c.c.Promise.Value().(model.Answer).Status)
		}
	}
}

// 10. r5: startAndWait is bounded by 30 s.
func TestGoldenStartAndWait(t *testing.T) {
	p := newPlay(t)
	var settled time.Duration
	p.run("r5", nil, nil, func(h *world) {
		h.engineHosts(1)
		h.squatter(netsim.SquatSilent)
		alone("explicit-engine", model.Step{Op: model.CallWait}, model.Step{Op: model.CallWait})(h)
		h.facts.onSettled = func() { settled = h.w.NominalNow() }
	})
	require.InDelta(t, 30.0, settled.Seconds(), 0.05)
	require.Same(t, p.h.facts.calls[0].c.Promise, p.h.facts.calls[1].c.Promise, "kept, also when rejected")
}

// 10. r5: configure makes at most 61 attempts if each fails at once, and the next
// request tries again.
func TestGoldenConfigure(t *testing.T) {
	p := newPlay(t)
	attempts, first := 0, 0
	p.run("r5", rows{"link": {}, "link.loopback": {}, "woken": {}, "callback": {}, "timeout": {}, "timer": {}, "main": {}, "app#1:start": {}}, nil, func(h *world) {
		attempts = 0
		h.apiFails = func() bool { attempts++; return true }
		h.theCloud()
		start := model.Req{Path: "/start"}
		a := h.app("remote", model.Step{Op: model.Construct}, model.Step{Op: model.CallHandler, Req: start},
			model.Step{Op: model.CallHandler, Req: start, After: model.Delay, Wait: 100 * time.Second})
		a.start()
		h.facts.onSettled = func() {
			if first == 0 {
				first = attempts
			}
		}
	})
	require.Equal(t, 61, first)
	require.Equal(t, 122, attempts)
	for _, c := range p.h.facts.calls {
		require.Equal(t, 503, c.c.Promise.Value().(model.Answer).Status)
	}
}

// 11. All ports of the range are taken; and one process asks twice within 15 s.
func TestGoldenFindFreePort(t *testing.T) {
	p := newPlay(t)
	p.run("r1", nil, nil, func(h *world) {
		h.net.Host("crowd", h.os, func(host env.Host) {
			for port := 6420; port <= 6519; port++ {
				_, err := host.Bind(env.Addr{Host: "0.0.0.0", Port: port})
				require.NoError(t, err)
			}
		}).Start()
		alone("explicit-manager")(h)
	})
	require.GreaterOrEqual(t, p.h.facts.regs[0].ports[0], 32768, "chosen by the system")

	var ports []int
	p.run("r1", nil, nil, func(h *world) {
		ports = nil
		h.facts.onBound = func(port int) { ports = append(ports, port) }
		h.app("explicit-manager", model.Step{Op: model.Construct}, model.Step{Op: model.Construct}).start()
	})
	require.Equal(t, []int{6420, 6421}, ports)
}

// 12. A listener of a signal that only closes a server: the port is free in the same
// instant, whatever connections remain.
func TestGoldenCloseFreesThePort(t *testing.T) {
	p := newPlay(t)
	var err error = env.ErrInUse
	p.run("r4", rows{"then": exactly(time.Second)}, nil, func(h *world) {
		a := h.app("explicit-manager", model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}).start()
		other := h.net.Host("other", h.os, func(env.Host) {})
		other.Start()
		a.onSignal = func() { _, err = other.Env().Bind(env.Addr{Host: "::", Port: 6420}) }
		h.later("then", func() { a.host.Signal(env.SIGTERM) })
	})
	require.NoError(t, err)
	require.True(t, p.h.apps[0].host.Up(), "and the process lives on")
}

// 13. A wrong configuration, with a listener of rejections.
func TestGoldenInvalid(t *testing.T) {
	p := newPlay(t)
	build := func(h *world) {
		h.listen = true
		alone("invalid")(h)
	}
	p.run("r1b", nil, nil, build)
	require.Equal(t, 1, p.h.apps[0].reports)
	require.Equal(t, 0, p.h.apps[0].host.ExitCode())
	require.False(t, p.h.apps[0].host.Up(), "a natural end")

	p.run("r4", nil, nil, build)
	require.Equal(t, 0, p.h.apps[0].reports)
	require.Equal(t, 1, p.h.apps[0].host.ExitCode(), "raised from the timer")
}

// 14. and 15. Import only; a change after an early handler; NODE_ENV=test.
func TestGoldenLives(t *testing.T) {
	for _, v := range []string{"r1b", "r4"} {
		p := newPlay(t)
		up := false
		p.run(v, rows{"look": exactly(4 * time.Second)}, nil, func(h *world) {
			alone("explicit-manager")(h)
			h.later("look", func() { up = h.apps[0].host.Up() })
		})
		require.True(t, up, "%s: still alive after 4 s", v)

		p.run(v, nil, nil, alone("explicit-manager", model.Step{Op: model.CallHandler}, model.Step{Op: model.Mutate, Field: "managerPort", Value: 6500}))
		require.True(t, p.h.facts.serves(6420))
		require.False(t, p.h.facts.serves(6500))

		p.run(v, nil, nil, func(h *world) {
			h.nodeEnv = "test"
			alone("explicit-manager")(h)
		})
		require.Equal(t, v == "r4", p.h.facts.serves(6420))
	}
}
