package sim_test

import (
	"container/heap"
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// toys are worlds of n processes (or actors) that do so many events each.
func toys(n int) map[string]func(events int) *sim.Scenario {
	return map[string]func(events int) *sim.Scenario{
		"callbacks":  func(events int) *sim.Scenario { return callbacks(n, events) },
		"coroutines": func(events int) *sim.Scenario { return coroutines(n, events) },
	}
}

// spread makes windows that overlap, so that in Timed mode several events are
// enabled at once.
var spread = sim.Window{Earliest: time.Microsecond, Nominal: 2 * time.Microsecond, Latest: 5 * time.Microsecond}

func callbacks(n, events int) *sim.Scenario {
	return &sim.Scenario{Name: "callbacks", Build: func(w *sim.World) {
		l := w.Label("tick")
		for i := range n {
			c := sim.Pooled[ticker](w, actorNames[i])
			*c = ticker{w.Actor(actorNames[i]), l, events}
			c.proc.After(l, spread, c, 0)
		}
	}}
}

var actorNames = func() (all [1000]string) {
	for i := range all {
		all[i] = fmt.Sprint("K", i)
	}
	return all
}()

type ticker struct {
	proc *sim.Proc
	l    sim.Label
	left int
}

func (c *ticker) Fire(*sim.World, int64) {
	if c.left--; c.left > 0 {
		c.proc.After(c.l, spread, c, 0)
	}
}

func coroutines(n, events int) *sim.Scenario {
	body := func(p *sim.Proc) {
		l := p.World().Label("tick")
		for range events {
			p.StepFor(l, spread)
		}
	}
	return &sim.Scenario{Name: "coroutines", Build: func(w *sim.World) {
		for i := range n {
			w.Process(actorNames[i], body)
		}
	}}
}

// BenchmarkEvent is one event: in sampled mode with 16 pending and with 1,000, in timed
// mode with 10. The baseline is a queue of closures in container/heap.
func BenchmarkEvent(b *testing.B) {
	const events = 1000
	for _, c := range []struct {
		mode    sim.Mode
		pending int
	}{{sim.Sampled, 16}, {sim.Sampled, 1000}, {sim.Timed, 10}} {
		events := events
		if c.pending > 100 {
			events /= 50
		}
		for name, toy := range toys(c.pending) {
			b.Run(fmt.Sprintf("%v/%s/%d", c.mode, name, c.pending), func(b *testing.B) {
				run := simulator(b, c.mode, toy(events))
				perEvent(b, func() int { return run().Steps })
			})
		}
	}
	b.Run("baseline/container-heap/16", func(b *testing.B) {
		perEvent(b, func() int { return heapToy(16, events) })
	})
	b.Run("baseline/container-heap/1000", func(b *testing.B) {
		perEvent(b, func() int { return heapToy(1000, events/50) })
	})
}

// perEvent reports the processor time of an event, of those that run says it had.
func perEvent(b *testing.B, run func() (events int)) {
	events := 0
	clock := cpuClock()
	b.ReportAllocs()
	start := clock()
	for b.Loop() {
		events += run()
	}
	b.ReportMetric(float64((clock()-start).Nanoseconds())/float64(events), "cpu-ns/event")
}

type heapEvent struct {
	at, seq int64
	fire    func()
}

type eventHeap []*heapEvent

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(*heapEvent)) }
func (h *eventHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}

// heapToy is the simplest simulator there is: no windows, no choices, no hashes.
func heapToy(n, events int) (steps int) {
	var h eventHeap
	rand := sim.NewRand(1)
	now, seq := int64(0), int64(0)
	arm := func(f func()) {
		seq++
		heap.Push(&h, &heapEvent{now + 1000 + int64(rand.IntN(4000)), seq, f})
	}
	for range n {
		left := events
		var fire func()
		fire = func() {
			if left--; left > 0 {
				arm(fire)
			}
		}
		arm(fire)
	}
	for len(h) > 0 {
		e := heap.Pop(&h).(*heapEvent)
		now = e.at
		e.fire()
		steps++
	}
	return steps
}

// BenchmarkSchedules is how fast schedules of 5 processes with 10 steps are run, each
// with a footprint: where every order is possible, and where windows overlap. Speed is
// per second of processor time.
func BenchmarkSchedules(b *testing.B) {
	var x sim.Resource
	body := func(p *sim.Proc) {
		for range 10 {
			p.Step("s")
			p.World().Write(x)
		}
	}
	build := func(w *sim.World) {
		x = w.Resource("x")
		for i := range 5 {
			w.Process(actorNames[i], body)
		}
	}
	timed := &sim.Scenario{Name: "timed", Build: build, Profiles: []*sim.Profile{{Name: "spread", Step: spread}}}
	for _, c := range []struct {
		name, strategy string
		s              *sim.Scenario
	}{
		{"random", "random", untimedly(build)}, {"pct", "pct", untimedly(build)},
		{"timed/random", "random", timed}, {"timed/pct", "pct", timed},
	} {
		name, s := c.strategy, c.s
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b)
			pick, err := strategy.New(name)
			if err != nil {
				b.Fatal(err)
			}
			chooser := strategy.Chooser(pick, strategy.Data{})
			var learned strategy.Learned
			var r sim.Result
			n := 0
			clock := cpuClock()
			b.ReportAllocs()
			start := clock()
			for b.Loop() {
				pick.Begin(strategy.Info{Number: n, Seed: strategy.SeedOf(1, n), Learned: learned})
				err := w.RunInto(&r, s, sim.Config{Chooser: chooser})
				if err != nil {
					b.Fatal(err)
				}
				learned.Add(&r)
				n++
			}
			spent := clock() - start
			b.ReportMetric(float64(n)/spent.Seconds(), "schedules/cpu-s")
			b.ReportMetric(float64(spent.Nanoseconds())/float64(n), "cpu-ns/op")
		})
	}
}

// cpuClock is the clock of the processor time that this process has used: on a machine
// with other work, wall time says little. Where there is none it is that of the wall.
func cpuClock() func() time.Duration {
	if simtest.CPUTime() > 0 {
		return simtest.CPUTime
	}
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}
