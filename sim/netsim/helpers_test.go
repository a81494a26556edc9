package netsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

const (
	ms  = time.Millisecond
	sec = time.Second
)

func win(earliest, nominal, latest time.Duration) sim.Window {
	return sim.Window{Earliest: earliest, Nominal: nominal, Latest: latest}
}

// profile is a network in which a message takes 2 to 150 ms, by default.
func profile(rows map[string]sim.Window) *sim.Profile {
	p := &sim.Profile{Name: "test", Windows: map[string]sim.Window{"link": win(2*ms, 15*ms, 150*ms)}}
	for k, v := range rows {
		p.Windows[k] = v
	}
	return p
}

// world is a network with a log that reads `instant name what`.
type world struct {
	t   testing.TB
	w   *sim.World
	n   *netsim.Net
	log []string
}

func (x *world) begin(w *sim.World) { x.n = netsim.New(w, netsim.Config{}) }

func (x *world) note(who, format string, args ...any) {
	x.log = append(x.log, fmt.Sprintf("%v %s ", x.w.NominalNow(), who)+fmt.Sprintf(format, args...))
}

// got logs what a request came to.
func (x *world) got(who string) func(env.Response, error) {
	return func(r env.Response, err error) {
		if err != nil {
			x.note(who, "%v", err)
			return
		}
		x.note(who, "%d %v", r.Status, r.Body)
	}
}

// at does something at an exact instant, as an event of nobody's.
func (x *world) at(d time.Duration, fn func()) {
	x.w.Actor(fmt.Sprintf("at %v", d)).After(x.w.Label("do"), sim.Exactly(d), handler(fn), 0)
}

type handler func()

func (h handler) Fire(*sim.World, int64) { h() }

func newWorld(t testing.TB) *sim.World {
	w := sim.NewWorld()
	t.Cleanup(w.Close)
	return w
}

// run builds a world and runs it once; it returns the log.
func run(t testing.TB, rows map[string]sim.Window, cfg sim.Config, build func(x *world)) []string {
	t.Helper()
	r, log := try(t, newWorld(t), rows, cfg, build)
	require.Equal(t, sim.Pass, r.Verdict, "%+v", r.Failure)
	return log
}

func try(t testing.TB, w *sim.World, rows map[string]sim.Window, cfg sim.Config, build func(x *world)) (*sim.Result, []string) {
	t.Helper()
	x := &world{t: t, w: w}
	s := &sim.Scenario{Name: "test/net", Profiles: []*sim.Profile{profile(rows)}, Build: func(w *sim.World) {
		x.begin(w)
		build(x)
	}}
	r, err := w.Run(s, cfg)
	require.NoError(t, err)
	return r, x.log
}

// until keeps the world going for d.
func (x *world) until(d time.Duration) { x.at(d, func() {}) }

// echo is a server that answers at once.
func (x *world) echo(name string, port int) *netsim.Host {
	return x.n.Host(name, nil, func(h env.Host) {
		l, err := h.Bind(env.Addr{Host: "::", Port: port})
		require.NoError(x.t, err)
		l.Serve(func(e env.Exchange) {
			x.note(name, "%s %s from %s", e.Request().Method, e.Request().Path, e.From())
			e.Reply(200, e.Request().Body)
		})
	})
}

func get(label, host string, port int) env.Request {
	return env.Request{Label: label, Method: "GET", Addr: env.Addr{Host: host, Port: port}, Path: "/" + label}
}

// random takes any alternative.
type random struct{ r *sim.Rand }

func (c random) Choose(p *sim.Point) int { return c.r.IntN(p.N) }

// only takes the boring alternative, except for faults and choices of these names.
type only map[string]int64

func (o only) Choose(p *sim.Point) int {
	if p.Kind == sim.KindSchedule {
		return 0
	}
	for name, v := range o {
		if strings.Contains(p.Name(), name) {
			if alt, ok := p.Alternative(v); ok {
				return alt
			}
		}
	}
	return 0
}

// explore runs a world in n random orders.
func explore(t testing.TB, n int, rows map[string]sim.Window, build func(x *world), check func(log []string)) {
	t.Helper()
	w := newWorld(t)
	for seed := range n {
		r, log := try(t, w, rows, sim.Config{Chooser: random{sim.NewRand(uint64(seed))}}, build)
		require.Equal(t, sim.Pass, r.Verdict, "seed %d: %+v\n%s", seed, r.Failure, strings.Join(log, "\n"))
		check(log)
	}
}

// contains reports whether some line of log has what in it.
func contains(log []string, what string) bool {
	for _, line := range log {
		if strings.Contains(line, what) {
			return true
		}
	}
	return false
}

// whats cuts the instants off.
func whats(log []string) []string {
	var out []string
	for _, line := range log {
		_, what, _ := strings.Cut(line, " ")
		out = append(out, what)
	}
	return out
}
