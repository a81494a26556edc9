package netsim_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

var loopRows = map[string]sim.Window{"link.loopback": win(50_000, 200_000, 2*ms), "timer": win(10_000, 100_000, ms)}

// What comes from the network waits for its turn: microtasks of the segment before
// are run first.
func TestLoopGetsCallbacksInItsPollPhase(t *testing.T) {
	explore(t, 50, loopRows, func(x *world) {
		box := x.n.Machine("box")
		x.n.HostOnLoop("app", box, jsloop.Config{}, func(h env.Host, l env.Loop) {
			s, err := h.Bind(env.Addr{Host: "127.0.0.1", Port: 6420})
			require.NoError(t, err)
			s.Serve(func(e env.Exchange) {
				x.note("app", "asked")
				l.QueueMicrotask(func() { x.note("app", "microtask"); e.Reply(200, "hi") })
				x.note("app", "end of segment")
			})
			p, _ := env.Fetch(l, h, get("self", "127.0.0.1", 6420))
			p.Then(func(v any) (any, error) {
				x.note("app", "%v", v.(env.Response).Body)
				s.Close(func() { x.note("app", "closed") })
				return nil, nil
			}, nil)
			x.note("app", "end of script")
		}).Start()
	}, func(log []string) {
		require.Equal(t, []string{"app end of script", "app asked", "app end of segment", "app microtask", "app hi", "app closed"}, whats(log),
			"and then the program ends, for nothing keeps its loop alive")
	})
}

func TestFetchRejectsAndAborts(t *testing.T) {
	log := run(t, loopRows, sim.Config{}, func(x *world) {
		x.n.Squatter("silent", x.n.Machine("box"), env.Addr{Host: "::", Port: 80}, netsim.SquatSilent, nil).Start()
		x.n.HostOnLoop("app", nil, jsloop.Config{}, func(h env.Host, l env.Loop) {
			fetch := func(r env.Request) func() {
				p, abort := env.Fetch(l, h, r)
				p.Then(nil, func(err error) (any, error) { x.note(r.Label, "%v", err); return nil, nil })
				return abort
			}
			fetch(get("refused", "box", 81))
			abort := fetch(get("silent", "box", 80))
			l.SetTimeout(func() { abort(); abort() }, sec)
		}).Start()
	})
	require.Equal(t, []string{"refused ECONNREFUSED", "silent " + env.ErrAborted.Error()}, whats(log))
}

func TestProgramEndsWithItsLoop(t *testing.T) {
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		main func(x *world, h env.Host, l env.Loop)
		code int
		at   string
	}{
		"nothing to do": {func(*world, env.Host, env.Loop) {}, 0, "0s"},
		"uncaught":      {func(_ *world, _ env.Host, l env.Loop) { l.SetTimeout(func() { l.Throw(boom) }, sec) }, 1, "1s"},
		"exit": {func(x *world, h env.Host, l env.Loop) {
			l.SetTimeout(func() { h.Exit(7); t.Error("it does not return") }, sec)
			l.SetTimeout(func() { t.Error("it has ended") }, 2*sec)
		}, 7, "1s"},
		"timer of the host": {func(x *world, h env.Host, l env.Loop) { h.After("timer", sec, func() {}) }, 0, "1s"},
		"periodic, called off": {func(x *world, h env.Host, l env.Loop) {
			var tick env.Ticket
			tick = h.Every("tick", sec, func() { tick.Cancel() })
		}, 0, "1s"},
		"SIGTERM": {func(x *world, h env.Host, l env.Loop) {
			_, err := h.Bind(env.Addr{Host: "::", Port: 80}) // keeps it alive
			require.NoError(x.t, err)
		}, 143, "3s"},
		"SIGTERM, handled": {func(x *world, h env.Host, l env.Loop) {
			s, _ := h.Bind(env.Addr{Host: "::", Port: 80})
			h.OnSignal(env.SIGTERM, func() { s.Close(nil) })
		}, 0, "3s"},
	} {
		t.Run(name, func(t *testing.T) {
			log := run(t, nil, sim.Config{}, func(x *world) {
				h := x.n.HostOnLoop("app", nil, jsloop.Config{}, func(h env.Host, l env.Loop) { c.main(x, h, l) })
				h.OnEnd(func(code int) { x.note("app", "exit %d", code) })
				h.Start()
				x.at(3*sec, func() { h.Signal(env.SIGTERM) })
			})
			require.Equal(t, []string{fmt.Sprintf("%s app exit %d", c.at, c.code)}, log)
		})
	}
}

func TestLoopProgramCrashesAndRestarts(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		app := x.n.HostOnLoop("app", nil, jsloop.Config{}, func(h env.Host, l env.Loop) {
			x.note("app", "life %d", h.Life())
			l.SetInterval(func() { x.note("app", "tick of life %d", h.Life()) }, sec)
			h.Do(get("hello", "server", 80), x.got("app"))
		})
		x.n.Host("server", nil, func(h env.Host) { x.lazy(h, 10*sec) }).Start()
		app.Start()
		x.at(1500*ms, app.Crash)
		x.at(3*sec, app.Start)
		x.at(5500*ms, app.Crash)
	})
	require.Equal(t, []string{"app life 1", "server asked", "app tick of life 1", "server gone true",
		"app life 2", "server asked", "app tick of life 2", "app tick of life 2", "server gone true",
		"server answers, gone true", "server answers, gone true"}, whats(log))
}
