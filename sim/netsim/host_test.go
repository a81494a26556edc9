package netsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

func TestCrashForgetsAllButTheDisk(t *testing.T) {
	log := run(t, map[string]sim.Window{"restart-after-crash": win(2*sec, 5*sec, 60*sec)}, sim.Config{}, func(x *world) {
		app := x.n.Host("app", nil, func(h env.Host) {
			n := 0
			if v, ok := h.Disk().Load("lives"); ok {
				n = v.(int)
			}
			h.Disk().Save("lives", n+1)
			x.note("app", "life %d of %d, volatile", h.Life(), n+1)
			h.After("timer", 2*sec, func() { x.note("app", "timer of life %d", h.Life()) })
			h.Every("tick", 700*ms, func() { x.note("app", "tick of life %d", h.Life()) })
			h.Work("work", func(error) { x.note("app", "work of life %d", h.Life()) })
		})
		app.Start()
		x.at(sec, func() {
			require.True(t, app.Up())
			old := app.Env()
			app.Crash()
			require.False(t, app.Up())
			require.Equal(t, 137, app.ExitCode())
			app.Crash() // once is enough
			old.After("ghost", 0, func() { t.Error("a dead program does nothing") })
			old.Every("ghost", 1, func() { t.Error("a dead program does nothing") })
			old.Work("ghost", func(error) { t.Error("a dead program does nothing") })
			old.Do(get("ghost", "app", 1), func(env.Response, error) { t.Error("a dead program does nothing") })
			old.Disk().Save("lives", 99)
			old.Log(env.Error, "ghost")
			old.Exit(3)
			_, err := old.Bind(env.Addr{Host: "::", Port: 1})
			require.Error(t, err)
		})
		x.at(1500*ms, app.Restart)
		x.at(9*sec, func() {
			require.Equal(t, 137, app.ExitCode())
			require.Equal(t, 2, app.Life())
			require.Empty(t, app.Log())
		})
	})
	require.Equal(t, []string{
		"0s app life 1 of 1, volatile", "0s app work of life 1", "700ms app tick of life 1",
		"6.5s app life 2 of 2, volatile", "6.5s app work of life 2",
		"7.2s app tick of life 2", "7.9s app tick of life 2", "8.5s app timer of life 2", "8.6s app tick of life 2",
	}, log)
}

func TestTickets(t *testing.T) {
	log := run(t, map[string]sim.Window{"work": win(sec, sec, sec)}, sim.Config{}, func(x *world) {
		x.n.Host("app", nil, func(h env.Host) {
			fire := func() { t.Error("it was called off") }
			a := h.After("a", sec, fire)
			b := h.Every("b", sec, fire)
			c := h.Work("work", func(error) { fire() })
			d := h.OnSignal(env.SIGTERM, fire)
			for _, x := range []env.Ticket{a, b, c, d} {
				require.True(t, x.Cancel())
				require.False(t, x.Cancel())
			}
			require.False(t, env.Ticket{}.Cancel())
			n := 0
			var tick env.Ticket
			tick = h.Every("e", sec, func() {
				if n++; n == 3 {
					require.True(t, tick.Cancel())
				}
				x.note("app", "tick %d", n)
			})
			f := h.After("f", 500*ms, func() { x.note("app", "f") })
			h.After("g", 700*ms, func() {
				require.False(t, f.Cancel(), "it has happened")
				require.False(t, a.Cancel(), "another in its place is not it")
			})
		}).Start()
		x.until(9 * sec)
	})
	require.Equal(t, []string{"500ms app f", "1s app tick 1", "2s app tick 2", "3s app tick 3"}, log)
}

func TestSignals(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		plain := x.n.Host("plain", nil, func(env.Host) {})
		plain.OnEnd(func(code int) { x.note("plain", "exit %d", code) })
		plain.Start()
		deaf := x.n.Host("deaf", nil, func(h env.Host) {
			h.OnSignal(env.SIGTERM, func() { x.note("deaf", "first") })
			h.OnSignal(env.SIGINT, func() { x.note("deaf", "never") })
			h.OnSignal(env.SIGTERM, func() { x.note("deaf", "second") })
		})
		deaf.OnEnd(func(code int) { x.note("deaf", "exit %d", code) })
		deaf.Start()
		orderly := x.n.Host("orderly", nil, func(h env.Host) {
			h.OnSignal(env.SIGTERM, func() { h.After("drain", sec, func() { h.Exit(7) }) })
			h.OnSignal(env.SIGTERM, func() { x.note("orderly", "asked") })
		})
		orderly.OnEnd(func(code int) { x.note("orderly", "exit %d", code) })
		orderly.Start()
		for i, h := range []*netsim.Host{plain, deaf, orderly} {
			x.at(time.Duration(i)*sec, func() { h.Stop(30 * sec) })
		}
		again := x.n.Host("again", nil, func(h env.Host) {
			var t env.Ticket
			t = h.OnSignal(env.SIGINT, func() { t.Cancel(); h.Kill(env.SIGINT) })
		})
		again.OnEnd(func(code int) { x.note("again", "exit %d", code) })
		again.Start()
		x.at(50*sec, func() { again.Signal(env.SIGINT) })
	})
	require.Equal(t, []string{"0s plain exit 143", "1s deaf first", "1s deaf second", "2s orderly asked", "3s orderly exit 7",
		"31s deaf exit 137", "50s again exit 130"}, log)
}

func TestHandlersAfterAnExitDoNotRun(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		h := x.n.Host("app", nil, func(h env.Host) {
			h.OnSignal(env.SIGTERM, func() { h.Exit(0) })
			h.OnSignal(env.SIGTERM, func() { x.note("app", "never") })
		})
		h.OnEnd(func(code int) { x.note("app", "exit %d", code) })
		h.Start()
		h.Signal(env.SIGTERM)
	})
	require.Equal(t, []string{"0s app exit 0"}, log)
}

func TestSpawn(t *testing.T) {
	log := run(t, map[string]sim.Window{"spawn": win(2*ms, 8*ms, 40*ms)}, sim.Config{}, func(x *world) {
		engine := x.n.Host("engine#1", nil, func(h env.Host) {
			x.note("engine", "up")
			h.After("work", sec, func() { h.Exit(5) })
		})
		args := []any(nil)
		x.n.Program("engine", func(arg any) *netsim.Host {
			args = append(args, arg)
			if engine.Up() {
				return nil
			}
			return engine
		})
		x.n.Host("app", nil, func(h env.Host) {
			_, err := h.Spawn("nothing", nil, nil)
			require.Equal(t, env.ErrNoProgram, err)
			c, err := h.Spawn("engine", "v1", func(code int) { x.note("app", "child exits %d", code) })
			require.NoError(t, err)
			require.Equal(t, "engine#1", c.Name())
			_, err = h.Spawn("engine", "v2", nil)
			require.Equal(t, env.ErrNoProgram, err)
			h.After("again", 2*sec, func() {
				c, err := h.Spawn("engine", "v3", func(code int) { x.note("app", "child exits %d", code) })
				require.NoError(t, err)
				h.After("kill", 100*ms, func() { c.Signal(env.SIGTERM) })
			})
		}).Start()
		x.at(10*sec, func() { require.Equal(t, []any{"v1", "v2", "v3"}, args) })
	})
	require.Equal(t, []string{"8ms engine up", "1.008s app child exits 5", "2.008s engine up", "2.1s app child exits 143"}, log)
}

func TestLog(t *testing.T) {
	run(t, nil, sim.Config{}, func(x *world) {
		app := x.n.Host("app", nil, func(h env.Host) { h.Log(env.Warning, "careful") })
		app.Start()
		x.at(sec, func() { app.Crash(); app.Start() })
		x.at(2*sec, func() {
			require.Equal(t, []netsim.Line{{1, env.Warning, "careful"}, {2, env.Warning, "careful"}}, app.Log())
		})
	})
}

func TestStall(t *testing.T) {
	log := run(t, map[string]sim.Window{"gc": win(sec, 3*sec, 9*sec)}, sim.Config{}, func(x *world) {
		server := x.n.Host("server", nil, func(h env.Host) {
			x.lazy(h, 0)
			h.Every("tick", sec, func() { x.note("server", "tick") })
			h.After("once", 1500*ms, func() { x.note("server", "once") })
			off := h.After("off", 1600*ms, func() { t.Error("it was called off") })
			h.After("late", 1400*ms, func() { off.Cancel() })
			h.OnSignal(env.SIGTERM, func() { x.note("server", "term") })
		})
		server.Start()
		x.at(100*ms, func() { server.Stall("gc") })
		x.at(200*ms, func() { server.Stall("gc") }) // it is, already
		x.at(1550*ms, func() { server.Signal(env.SIGTERM) })
		x.n.Host("client", nil, func(h env.Host) {
			h.After("ask", 500*ms, func() { h.Do(get("hello", "server", 80), x.got("client")) })
		}).Start()
		x.until(4500 * ms)
	})
	require.Equal(t, []string{"3.1s server tick", "3.1s server once", "3.1s server asked", "3.1s server term",
		"3.1s server answers, gone false", "3.115s client 200 late", "4s server tick"}, log, "ticks of 1, 2 and 3 s are one")
}

func TestStalledProgramCanBeKilled(t *testing.T) {
	log := run(t, map[string]sim.Window{"gc": win(sec, 3*sec, 9*sec)}, sim.Config{}, func(x *world) {
		h := x.n.Host("app", nil, func(h env.Host) {
			h.OnSignal(env.SIGTERM, func() { t.Error("it does not run") })
			h.After("timer", sec, func() { t.Error("it does not run") })
		})
		h.OnEnd(func(code int) { x.note("app", "exit %d", code) })
		h.Start()
		x.at(500*ms, func() { h.Stall("gc") })
		x.at(600*ms, func() { h.Signal(env.SIGTERM) })
		x.at(2*sec, func() { h.Signal(env.SIGKILL) })
	})
	require.Equal(t, []string{"2s app exit 137"}, log)
}

func TestWallClock(t *testing.T) {
	run(t, nil, sim.Config{}, func(x *world) {
		fast := x.n.Host("fast", nil, nil)
		_ = fast
		app := x.n.Host("app", nil, func(h env.Host) {
			m := h.Mark()
			check := func(at, shows time.Duration) {
				h.After(fmt.Sprint("check", at), at, func() {
					require.Equal(t, shows, h.Now())
					require.True(t, h.Elapsed(m, shows))
					require.False(t, h.Elapsed(m, shows+1))
				})
			}
			check(5*sec, 5*sec)
			check(15*sec, 46*sec)
			check(25*sec, -6*sec)
			h.After("release", 30*sec, func() { h.Release(m) })
		})
		app.Start()
		x.at(10*sec, func() { app.StepWall(31 * sec) })
		x.at(20*sec, func() { app.StepWall(-62 * sec) })
	})
}

func TestDrift(t *testing.T) {
	run(t, nil, sim.Config{}, func(x *world) {
		app := x.n.Host("app", nil, func(h env.Host) {
			m := h.Mark()
			h.After("check", 1000*sec, func() {
				require.Equal(t, 1000*sec+100*ms, h.Now())
				require.True(t, h.Elapsed(m, 1000*sec+100*ms))
				require.False(t, h.Elapsed(m, 1000*sec+100*ms+1))
			})
		})
		app.DriftWall(100)
		app.Start()
	})
}

func TestWorkFaults(t *testing.T) {
	build := func(x *world) {
		app := x.n.Host("app", nil, func(h env.Host) {
			for range 2 {
				h.Work("launch", func(err error) { x.note("app", "launched: %v", err) })
			}
		})
		app.Faulty("launch", netsim.WorkFaults{CanFail: true, CanStick: true})
		app.Start()
	}
	rows := map[string]sim.Window{"launch": win(sec, sec, sec)}
	for want, c := range map[string]only{
		"[1s app launched: <nil> 1s app launched: <nil>]":         {},
		"[1s app launched: launch failed 1s app launched: <nil>]": {"fail app launch#1": 1},
		"[1s app launched: <nil>]":                                {"stick app launch#2": 1},
	} {
		_, log := try(t, newWorld(t), rows, sim.Config{Chooser: c}, build)
		require.Equal(t, want, fmt.Sprint(log))
	}
}

func TestSequentialProcess(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) { x.lazy(h, sec) }).Start()
		client := x.n.Process("client", nil, func(p *sim.Proc, c env.Caller) {
			r, err := c.Call(get("hello", "server", 80))
			x.note("client", "%d %v", r.Status, err)
			p.Sleep("pause", sec)
			_, err = c.Call(get("hello", "nowhere", 80))
			x.note("client", "%v", err)
			_, err = c.Call(get("hello", "server", 80))
			x.note("client", "not reached in the first life %v", err)
		})
		client.OnEnd(func(code int) { x.note("client", "exit %d", code) })
		x.at(2500*ms, client.Crash)
		x.at(4*sec, client.Start)
	})
	require.Equal(t, []string{"15ms server asked", "1.015s server answers, gone false", "1.03s client 200 <nil>", "2.03s client ENOTFOUND",
		"2.045s server asked", "2.5s client exit 137", "2.515s server gone true", "3.045s server answers, gone true",
		"4.015s server asked", "5.015s server answers, gone false", "5.03s client 200 <nil>", "6.03s client ENOTFOUND",
		"6.045s server asked", "7.045s server answers, gone false", "7.06s client not reached in the first life <nil>", "7.06s client exit 0"}, log)
}
