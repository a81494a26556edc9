package netsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Three hundred heartbeats are one pending event, if they began at exact instants.
func TestManyPeriodsAreOnePendingEvent(t *testing.T) {
	ticks := 0
	run(t, nil, sim.Config{Limits: sim.Limits{Pending: 3}}, func(x *world) {
		for i := range 300 {
			x.n.Host(names[i], nil, func(h env.Host) {
				h.Every("beat", 5*sec, func() { ticks++ })
			}).StartAt(time.Duration(i) * 7 * ms)
		}
		x.until(26 * sec)
	})
	require.Equal(t, 300*4+143, ticks, "four each until 22.1 s, and a fifth for those whose phase is below a second")
}

// Each tick is exactly a period after the one before, whatever else happens, and
// those of one host and of many come in the order of time.
func TestTicksAgainstArithmetic(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		type timer struct {
			start, period time.Duration
			stopAfter     int
		}
		timers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) timer {
			return timer{
				time.Duration(rapid.IntRange(0, 5).Draw(t, "start")) * sec,
				time.Duration(rapid.IntRange(1, 5).Draw(t, "period")) * sec,
				rapid.IntRange(1, 5).Draw(t, "stop"),
			}
		}), 1, 6).Draw(rt, "timers")
		var want []string
		for i, tm := range timers {
			for k := 1; k <= tm.stopAfter; k++ {
				if at := tm.start + time.Duration(k)*tm.period; at < 20*sec {
					want = append(want, fmt.Sprintf("%v %s tick %d", at, names[i], k))
				}
			}
		}
		r, log := try(t, w, nil, sim.Config{Chooser: random{sim.NewRand(rapid.Uint64().Draw(rt, "seed"))}}, func(x *world) {
			for i, tm := range timers {
				x.n.Host(names[i], nil, func(h env.Host) {
					k := 0
					var t env.Ticket
					t = h.Every("tick", tm.period, func() {
						k++
						x.note(names[i], "tick %d", k)
						if k == tm.stopAfter {
							t.Cancel()
						}
					})
				}).StartAt(tm.start)
			}
			x.until(20*sec - 1)
		})
		if r.Verdict != sim.Pass {
			rt.Fatalf("%+v", r.Failure)
		}
		instant := func(s string) time.Duration {
			d, _ := time.ParseDuration(s[:strings.IndexByte(s, ' ')])
			return d
		}
		if !slices.IsSortedFunc(log, func(a, b string) int { return int(instant(a) - instant(b)) }) {
			rt.Fatalf("not in the order of time: %q", log)
		}
		slices.Sort(log)
		slices.Sort(want)
		if !slices.Equal(log, want) {
			rt.Fatalf("got  %q\nwant %q", log, want)
		}
	})
}

// Ticks that are due at the same instant come in any order, each time anew.
func TestTicksAtOneInstantInAnyOrder(t *testing.T) {
	seen := make(map[string]bool)
	explore(t, 400, nil, func(x *world) {
		for _, name := range []string{"a", "b", "c"} {
			x.n.Host(name, nil, func(h env.Host) {
				h.Every("tick", sec, func() { x.note(name, "tick") })
			}).StartAt(0)
		}
		x.until(2500 * ms)
	}, func(log []string) {
		order := ""
		for _, line := range whats(log) {
			order += line[:1]
		}
		require.Len(t, order, 6)
		seen[order] = true
	})
	require.Len(t, seen, 36, "six orders of the first ticks, times six of the second")
}

// A crash takes its own ticks along and no others.
func TestCrashInAChain(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		var hosts []*netsim.Host
		for _, name := range []string{"a", "b"} {
			h := x.n.Host(name, nil, func(h env.Host) { h.Every("tick", sec, func() { x.note(name, "tick") }) })
			h.StartAt(0)
			hosts = append(hosts, h)
		}
		x.at(1500*ms, hosts[0].Crash)
		x.at(2500*ms, hosts[1].Crash)
		x.at(3100*ms, func() { hosts[0].StartAt(400 * ms) })
		x.until(5 * sec)
	})
	require.Equal(t, []string{"1s a tick", "1s b tick", "2s b tick", "4.5s a tick"}, log)
}

// With a row for its label, a tick may be late; the next one is not for that.
func TestLateTicks(t *testing.T) {
	latest := time.Duration(0)
	explore(t, 100, map[string]sim.Window{"tick": win(0, 0, 300*ms), "app:slow": win(400*ms, 400*ms, 400*ms)}, func(x *world) {
		x.n.Host("app", nil, func(h env.Host) {
			m := h.Mark()
			n := 0
			h.Every("tick", sec, func() {
				n++
				require.True(t, h.Elapsed(m, time.Duration(n)*sec))
				require.False(t, h.Elapsed(m, time.Duration(n)*sec+301*ms))
			})
			h.Every("slow", sec, func() {
				require.True(t, h.Elapsed(m, 400*ms))
			})
		}).Start()
		x.until(5 * sec)
	}, func([]string) { latest = 1 })
	require.NotZero(t, latest)
}

func TestPeriodMustBePositive(t *testing.T) {
	w := newWorld(t)
	s := &sim.Scenario{Name: "test/period", Profiles: []*sim.Profile{profile(nil)}, Build: func(w *sim.World) {
		netsim.New(w, netsim.Config{}).Host("app", nil, func(h env.Host) { h.Every("tick", 0, func() {}) }).Start()
	}}
	_, err := w.Run(s, sim.Config{})
	require.ErrorContains(t, err, `app: every 0s "tick": a period must be above zero`)
}
