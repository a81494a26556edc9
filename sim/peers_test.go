package sim_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
)

// BenchmarkSmallSimulation is 5 processes that sleep 10 times each. The baselines
// are the same on goroutines that hand a token over channels, without time, and
// in a bubble of testing/synctest, whose clock nobody controls.
func BenchmarkSmallSimulation(b *testing.B) {
	const n, sleeps = 5, 10
	simulated := func(mode sim.Mode, s *sim.Scenario, starts int) func() int {
		run := simulator(b, mode, s)
		return func() int { return run().Steps - starts }
	}
	compare(b, n*sleeps, []contestant{
		{"callbacks", simulated(sim.Sampled, callbacks(n, sleeps), 0)},
		{"sampled", simulated(sim.Sampled, coroutines(n, sleeps), n)},
		{"timed", simulated(sim.Timed, coroutines(n, sleeps), n)},
		{"channels", func() int { return tokenRing(n, sleeps) }},
	}, func() int {
		var wg sync.WaitGroup
		slept := [n]int{}
		for i := range n {
			wg.Go(func() {
				for range sleeps {
					time.Sleep(time.Duration(i+1) * time.Microsecond)
					slept[i]++
				}
			})
		}
		wg.Wait()
		return slept[0] + slept[1] + slept[2] + slept[3] + slept[4]
	})
}

// The ring of the benchmarks of ping-pong: whoever has the turn works for a millisecond
// and passes it on.
const (
	ringSize   = 5
	ringRounds = 40
	ringTurns  = ringSize * ringRounds
	ringWork   = time.Millisecond
)

// BenchmarkPingPong is 5 processes that pass 200 turns around, as a program of queues
// (where every access to one is a scheduling point: 4 events a turn), by waking the next
// (as the bubble does over channels: 2 events a turn) and by handlers (1 event a turn).
// Durations are exact, as they are in the bubble; "timed" are the windows of a laptop and
// all timings in them. The bubble does not choose an order, name an event or know what it
// touches; it does start its goroutines and channels anew, where a World uses its own again.
func BenchmarkPingPong(b *testing.B) {
	compare(b, ringTurns, []contestant{
		{"queues", queueRing(b, exact)},
		{"queues-timed", queueRing(b, timed)},
		{"wakes", wakeRing(b, exact)},
		{"wakes-timed", wakeRing(b, timed)},
		{"handlers", handlerRing(b, exact)},
		{"handlers-timed", handlerRing(b, timed)},
	}, func() int { return channelRing(time.Sleep) })
}

// The two ways in which a ring of ours is run.
var (
	exact = ringTime{sim.Sampled, sim.Laptop().Tight()}
	timed = ringTime{sim.Timed, sim.Laptop()}
)

type ringTime struct {
	mode    sim.Mode
	profile *sim.Profile
}

// BenchmarkPingPongOfMock is the same ring on the mock clock of benbjohnson/clock. Its
// advances sleep for a real millisecond, so that the wall counts. Ours never wait: their
// processor time is what the wall would say if the machine had nothing else to do.
func BenchmarkPingPongOfMock(b *testing.B) {
	const batch = 200 // runs of each of ours for one of the mock
	ours := []contestant{
		{"queues", queueRing(b, exact)}, {"wakes", wakeRing(b, exact)}, {"handlers", handlerRing(b, exact)},
	}
	spent := make([]time.Duration, len(ours))
	var waited time.Duration
	processor := cpuClock()
	for b.Loop() {
		for i, c := range ours {
			start := processor()
			for range batch {
				sameWork(b, c.name, ringTurns, c.run())
			}
			spent[i] += processor() - start
		}
		start := time.Now()
		sameWork(b, "mock", ringTurns, mockRing())
		waited += time.Since(start)
	}
	for i, c := range ours {
		b.ReportMetric(batch*waited.Seconds()/spent[i].Seconds(), c.name+"-x-mock")
	}
	b.ReportMetric(0, "ns/op") // of all of them together
}

// simulator runs s in a World that is used again. Here and below nothing is asked by
// require, which would take a twentieth of the time.
func simulator(b *testing.B, mode sim.Mode, s *sim.Scenario) func() *sim.Result {
	w := newWorld(b)
	return func() *sim.Result {
		r, err := w.Run(s, sim.Config{Mode: mode, Limits: sim.Limits{Pending: 1001}})
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
}

func (in ringTime) simulator(b *testing.B, build func(w *sim.World)) func() *sim.Result {
	return simulator(b, in.mode, &sim.Scenario{Name: "ring", Profiles: []*sim.Profile{in.profile}, Build: build})
}

func queueRing(b *testing.B, in ringTime) func() (turns int) {
	turns := 0
	var queues [ringSize]*sim.Queue[int]
	var bodies [ringSize]func(p *sim.Proc)
	for i := range bodies {
		bodies[i] = func(p *sim.Proc) {
			for range ringRounds {
				queues[i].Pop()
				p.Sleep("work", ringWork)
				turns++
				queues[(i+1)%ringSize].Push(1)
			}
		}
	}
	first := func(*sim.Proc) { queues[0].Push(1) }
	run := in.simulator(b, func(w *sim.World) {
		turns = 0
		for i := range queues {
			queues[i] = sim.NewQueue[int](w, actorNames[i])
		}
		for i, body := range bodies {
			w.Process(actorNames[ringSize+i], body)
		}
		w.Process("referee", first)
	})
	return func() int { run(); return turns }
}

func wakeRing(b *testing.B, in ringTime) func() (turns int) {
	turns := 0
	var ready [ringSize]sim.Waitlist
	var bodies [ringSize]func(p *sim.Proc)
	var turn sim.Resource
	var woken sim.Label
	for i := range bodies {
		bodies[i] = func(p *sim.Proc) {
			for range ringRounds {
				for turns%ringSize != i {
					p.Block(&ready[i], turn, nil, woken)
				}
				p.Sleep("work", ringWork)
				turns++
				p.World().Write(turn)
				p.World().Release(&ready[turns%ringSize])
			}
		}
	}
	run := in.simulator(b, func(w *sim.World) {
		turns, turn, woken = 0, w.Resource("turn"), w.Label("woken")
		for i, body := range bodies {
			ready[i].Reset()
			w.Process(actorNames[i], body)
		}
	})
	return func() int { run(); return turns }
}

// server is a process of the ring that has nothing but a handler.
type server struct {
	proc  *sim.Proc
	next  *server
	work  sim.Label
	turns *int
}

func (s *server) serve() { s.proc.After(s.work, sim.Exactly(ringWork), s, 0) }

func (s *server) Fire(*sim.World, int64) {
	if *s.turns++; *s.turns < ringTurns {
		s.next.serve()
	}
}

func handlerRing(b *testing.B, in ringTime) func() (turns int) {
	turns := 0
	var servers [ringSize]server
	run := in.simulator(b, func(w *sim.World) {
		turns = 0
		for i := range servers {
			servers[i] = server{w.Actor(actorNames[i]), &servers[(i+1)%ringSize], w.Label("work"), &turns}
		}
		servers[0].serve()
	})
	return func() int { run(); return turns }
}

// channelRing is the ring of goroutines, as everybody writes it.
func channelRing(sleep func(time.Duration)) (turns int) {
	chans := make([]chan int, ringSize)
	for i := range chans {
		chans[i] = make(chan int, 1)
	}
	var wg sync.WaitGroup
	for i := range ringSize {
		wg.Go(func() {
			for range ringRounds {
				<-chans[i]
				sleep(ringWork)
				turns++
				chans[(i+1)%ringSize] <- 1
			}
		})
	}
	chans[0] <- 1
	wg.Wait()
	return turns
}

// mockRing is channelRing on a mock clock that is advanced until it is through.
func mockRing() int {
	mock, done := clock.NewMock(), make(chan int)
	go func() { done <- channelRing(mock.Sleep) }()
	for {
		select {
		case turns := <-done:
			return turns
		default:
			mock.Add(ringWork)
		}
	}
}

// tokenRing is n goroutines that take turns.
func tokenRing(n, rounds int) (taken int) {
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
				taken++
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
	return taken
}

// contestant does the work that is compared, and returns how much that was.
type contestant struct {
	name string
	run  func() int
}

// compare runs every contestant and a synctest bubble in turn, in one loop, and
// reports how many times less processor time than the bubble each one takes. An empty
// bubble costs some 3 us of that.
func compare(b *testing.B, work int, all []contestant, bubble func() int) {
	const batch = 20 // runs between two looks at the clock
	all = append(all, contestant{"synctest", func() (done int) {
		synctest.Test(new(testing.T), func(*testing.T) { done = bubble() })
		return done
	}})
	spent := make([]time.Duration, len(all))
	clock := cpuClock()
	loops := 0
	for b.Loop() {
		loops += batch
		for i, c := range all {
			start := clock()
			for range batch {
				sameWork(b, c.name, work, c.run())
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

// sameWork ends the benchmark if a contestant did not do all of the work.
func sameWork(b *testing.B, name string, want, done int) {
	if done != want {
		b.Fatalf("%s did %d of %d", name, done, want)
	}
}
