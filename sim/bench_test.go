package sim_test

import (
	"container/heap"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
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

var actorNames = func() (all [64]string) {
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

// BenchmarkEvent is one event: in sampled mode with 16 pending, in timed mode
// with 10. The baseline is a queue of closures in container/heap.
func BenchmarkEvent(b *testing.B) {
	const events = 1000
	for _, c := range []struct {
		mode    sim.Mode
		pending int
	}{{sim.Sampled, 16}, {sim.Timed, 10}} {
		for name, toy := range toys(c.pending) {
			b.Run(fmt.Sprintf("%v/%s/%d", c.mode, name, c.pending), func(b *testing.B) {
				w := newWorld(b)
				s := toy(events)
				steps := 0
				b.ReportAllocs()
				for b.Loop() {
					r, err := w.Run(s, sim.Config{Mode: c.mode})
					require.NoError(b, err)
					steps += r.Steps
				}
				perEvent(b, steps)
			})
		}
	}
	b.Run("baseline/container-heap/16", func(b *testing.B) {
		steps := 0
		b.ReportAllocs()
		for b.Loop() {
			steps += heapToy(16, events)
		}
		perEvent(b, steps)
	})
}

func perEvent(b *testing.B, steps int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/event")
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

// BenchmarkSmallSimulation is 5 processes that sleep 10 times each. The baselines
// are the same on goroutines that hand a token over channels, without time, and
// in a bubble of testing/synctest, whose clock nobody controls.
func BenchmarkSmallSimulation(b *testing.B) {
	simulated := func(mode sim.Mode, toy func(n, events int) *sim.Scenario) func() {
		w := newWorld(b)
		s := toy(5, 10)
		return func() {
			_, err := w.Run(s, sim.Config{Mode: mode})
			require.NoError(b, err)
		}
	}
	compare(b, []contestant{
		{"callbacks", simulated(sim.Sampled, callbacks)},
		{"sampled", simulated(sim.Sampled, coroutines)},
		{"timed", simulated(sim.Timed, coroutines)},
		{"channels", func() { tokenRing(5, 10) }},
	}, func() {
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				for range 10 {
					time.Sleep(time.Duration(i+1) * time.Microsecond)
				}
			})
		}
		wg.Wait()
	})
}

// BenchmarkPingPong is 5 processes, each of which waits for its turn, sleeps and
// wakes the next: 200 events.
func BenchmarkPingPong(b *testing.B) {
	const n, rounds = 5, 20
	simulated := func(mode sim.Mode) func() {
		w := newWorld(b)
		body := make([]func(p *sim.Proc), n)
		queues := make([]*sim.Queue[int], n)
		for i := range n {
			body[i] = func(p *sim.Proc) {
				for range rounds {
					queues[i].Pop()
					p.Sleep("work", time.Millisecond)
					queues[(i+1)%n].Push(1)
				}
			}
		}
		s := build(func(w *sim.World) {
			for i := range n {
				queues[i] = sim.NewQueue[int](w, actorNames[i])
			}
			for i := range n {
				w.Process(actorNames[i+n], body[i])
			}
			w.Process("referee", func(*sim.Proc) { queues[0].Push(1) })
		})
		return func() {
			_, err := w.Run(s, sim.Config{Mode: mode})
			require.NoError(b, err)
		}
	}
	compare(b, []contestant{{"sampled", simulated(sim.Sampled)}, {"timed", simulated(sim.Timed)}}, func() {
		chans := make([]chan int, n)
		for i := range chans {
			chans[i] = make(chan int, 1)
		}
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				for range rounds {
					<-chans[i]
					time.Sleep(time.Millisecond)
					chans[(i+1)%n] <- 1
				}
			})
		}
		chans[0] <- 1
		wg.Wait()
	})
}

type contestant struct {
	name string
	run  func()
}

// compare runs every contestant and a synctest bubble in turn, in one loop, and
// reports how many times less processor time than the bubble each one takes. An empty
// bubble costs some 3 us of that.
func compare(b *testing.B, all []contestant, bubble func()) {
	const batch = 20 // runs between two looks at the clock
	all = append(all, contestant{"synctest", func() { synctest.Test(new(testing.T), func(*testing.T) { bubble() }) }})
	spent := make([]time.Duration, len(all))
	clock := cpuClock()
	loops := 0
	for b.Loop() {
		loops += batch
		for i, c := range all {
			start := clock()
			for range batch {
				c.run()
			}
			spent[i] += clock() - start
		}
	}
	inBubble := spent[len(all)-1].Seconds()
	for i, c := range all {
		b.ReportMetric(float64(spent[i].Nanoseconds())/1000/float64(loops), c.name+"-us/run")
		if c.name != "synctest" {
			b.ReportMetric(inBubble/spent[i].Seconds(), c.name+"-x-synctest")
		}
	}
	b.ReportMetric(0, "ns/op") // of all of them together
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

// tokenRing is n goroutines that take turns.
func tokenRing(n, rounds int) {
	turns := make([]chan struct{}, n)
	for i := range turns {
		turns[i] = make(chan struct{})
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for range rounds {
				<-turns[i]
				done <- struct{}{}
			}
		})
	}
	for range rounds {
		for i := range n {
			turns[i] <- struct{}{}
			<-done
		}
	}
	wg.Wait()
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
			require.NoError(b, err)
			chooser := strategy.Chooser(pick, strategy.Data{})
			var learned strategy.Learned
			n := 0
			clock := cpuClock()
			b.ReportAllocs()
			start := clock()
			for b.Loop() {
				pick.Begin(strategy.Info{Number: n, Seed: strategy.SeedOf(1, n), Learned: learned})
				r, err := w.Run(s, sim.Config{Chooser: chooser})
				if err != nil { // not by require: it would take a twentieth of the time
					b.Fatal(err)
				}
				learned.Add(r)
				n++
			}
			spent := clock() - start
			b.ReportMetric(float64(n)/spent.Seconds(), "schedules/cpu-s")
			b.ReportMetric(float64(spent.Nanoseconds())/float64(n), "cpu-ns/op")
		})
	}
}
