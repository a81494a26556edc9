package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// door is a world of actors who go through a door one at a time: whoever stands before
// it while somebody is inside has an event that is disabled.
type door struct {
	scenario *sim.Scenario
	inside   *visitor
	visitors []*visitor
	order    []string
	window   sim.Window
}

type visitor struct {
	*door
	proc *sim.Proc
	next sim.EventRef
	step int
	w    *sim.World
}

var doorSteps = []string{"walk", "enter", "leave", "away"}

func newDoor(n, failAfter int) *door {
	d := &door{window: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}}
	d.scenario = &sim.Scenario{
		Name:     "test/door",
		Profiles: []*sim.Profile{{Name: "untimed", Step: d.window}},
		Build: func(w *sim.World) {
			d.inside, d.visitors, d.order = nil, d.visitors[:0], d.order[:0]
			for i := range n {
				v := &visitor{door: d, proc: w.Actor(string(rune('A' + i))), w: w}
				d.visitors = append(d.visitors, v)
				v.arm()
			}
			w.Always("short", func() error {
				if failAfter > 0 && len(d.order) == failAfter {
					w.Fail("short", "", "enough")
				}
				return nil
			})
		},
	}
	return d
}

func (v *visitor) arm() {
	if v.next = (sim.EventRef{}); v.step == len(doorSteps) {
		return
	}
	v.next = v.proc.After(v.w.Label(doorSteps[v.step]), v.window, v, 0)
	if v.step == 1 && v.inside != nil {
		v.w.Disable(v.next)
		v.w.Disable(v.next) // once is enough
	}
}

// Fire goes on.
func (v *visitor) Fire(w *sim.World, _ int64) {
	v.order = append(v.order, v.proc.Name()+doorSteps[v.step])
	w.Write(w.Resource("door"))
	v.step++
	switch doorSteps[v.step-1] {
	case "enter":
		v.inside = v
		for _, u := range v.visitors {
			if u.step == 1 && u != v {
				w.Disable(u.next)
			}
		}
	case "leave":
		v.inside = nil
		for _, u := range v.visitors {
			if u.step == 1 {
				w.Enable(u.next, v.window)
				w.Enable(u.next, v.window)
			}
		}
	}
	v.arm()
}

// Nobody enters while somebody is inside, in any order, and every run replays by its
// deviations, the ones that end with somebody before the door included.
func TestDisabledEventsDoNotHappen(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for _, failAfter := range []int{0, 3, 5, 7} {
		d := newDoor(4, failAfter)
		walk := strategy.NewRandomWalk()
		for seed := range uint64(300) {
			walk.Begin(strategy.Info{Seed: seed})
			r, err := w.Run(d.scenario, sim.Config{Chooser: strategy.Chooser(walk, strategy.Data{}), Log: true})
			require.NoError(t, err)
			require.Equal(t, failAfter > 0, r.Verdict.Failed())
			inside := 0
			for _, e := range d.order {
				if strings.HasSuffix(e, "enter") {
					inside++
				}
				if strings.HasSuffix(e, "leave") {
					inside--
				}
				require.LessOrEqual(t, inside, 1)
			}
			if failAfter == 0 {
				require.Len(t, d.order, 4*len(doorSteps), "everybody comes through")
			}
			order, rolling := strings.Join(d.order, " "), r.Rolling
			again, err := w.Run(d.scenario, sim.Config{Chooser: strategy.NewReplay(append(sim.Schedule(nil), r.Deviations...), true), Record: true})
			require.NoError(t, err)
			require.Equal(t, order, strings.Join(d.order, " "), "seed %d", seed)
			require.Equal(t, rolling, again.Rolling)
		}
	}
}

// An event that is disabled may be cancelled, and keeps no world awake.
func TestDisabledEventsAreCancelled(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	fired := 0
	s := &sim.Scenario{Name: "test/never", Build: func(w *sim.World) {
		a := w.Actor("A")
		l := w.Label("never")
		win := sim.Micros(1, 2, 3)
		first := a.After(l, win, count{&fired}, 0)
		w.Disable(first)
		second := a.After(l, win, count{&fired}, 0)
		w.Disable(second)
		require.True(t, w.Cancel(second))
		require.False(t, w.Cancel(second))
		w.Enable(second, win) // it is gone
		a.After(l, win, count{&fired}, 0)
	}}
	for _, mode := range []sim.Mode{sim.Timed, sim.Sampled} {
		fired = 0
		r, err := w.Run(s, sim.Config{Mode: mode})
		require.NoError(t, err)
		require.Equal(t, sim.Pass, r.Verdict)
		require.Equal(t, 1, fired)
	}
}

type count struct{ n *int }

// Fire counts.
func (c count) Fire(*sim.World, int64) { *c.n++ }
