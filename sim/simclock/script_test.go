package simclock_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
	"pgregory.net/rapid"
)

// op is one operation of a script, on one of a few slots.
type op struct {
	Do   string
	Slot int
	On   int // the other slot or the function
	For  time.Duration
}

// script is a list of operations, and the functions that its AfterFuncs run.
type script struct {
	Main  []op
	Funcs [2][]op
}

const slots = 2

var anyOp = []string{
	"timer", "func", "ticker", "after", "tick",
	"stop", "stop", "reset", "reset", "stopTicker", "resetTicker",
	"sleep", "sleep", "sleep", "recv", "recv", "tryRecv", "tryRecv", "peek", "tryTick", "recvTick", "peekTick", "now",
	"withTimeout", "withDeadline", "withCancel", "cancel", "err", "deadline", "waitDone",
	"sleep0", "tickNone", "afterPast", "withPast", "again", "readers", "afterStop", "afterReset", "slowTicker",
}

// drawScript draws a script. Every operation has a duration with a fraction of its
// own, so that no two things happen at one instant, unless ties are asked for.
func drawScript(t *rapid.T, ops int, ties bool) script {
	n := 0
	one := rapid.Custom(func(t *rapid.T) op {
		n++
		o := op{
			Do:   rapid.SampledFrom(anyOp).Draw(t, "do"),
			Slot: rapid.IntRange(0, slots-1).Draw(t, "slot"),
			On:   rapid.IntRange(0, slots-1).Draw(t, "on"),
			For:  time.Duration(rapid.IntRange(0, 8).Draw(t, "ms")) * ms,
		}
		switch {
		case ties:
			o.For = max(o.For/4, ms)
		case o.For > 0 || o.Do != "timer" && o.Do != "after": // Reset(0) depends on where the runtime keeps the timer
			o.For += time.Duration(sim.NewRand(uint64(n)).IntN(800_000) + 100_000)
		}
		return o
	})
	s := script{Main: rapid.SliceOfN(one, ops/3, ops).Draw(t, "main")}
	for i, do := range []string{"func", "timer", "ticker", "withTimeout"} { // something to work on
		if o := one.Draw(t, "first"); o.Slot != 0 {
			o.Do, o.Slot, o.For = do, i%slots, max(o.For, ms/3+time.Duration(i))
			s.Main = append([]op{o}, s.Main...)
		}
	}
	for i := range s.Funcs {
		s.Funcs[i] = rapid.SliceOfN(one, 0, ops/10+1).Draw(t, "func")
	}
	return s
}

// api is what a script runs on: a clock, and the things that a process of a world
// must not do in Go's way.
type api struct {
	clock.Clock
	recv func(ch <-chan time.Time, bound time.Duration) (time.Time, bool)
	try  func(ch <-chan time.Time) (time.Time, bool)
	done func(ctx context.Context, bound time.Duration) bool
	sync func() // a scheduling point of no duration
}

// slot is what the operations work on.
type slot struct {
	timer  *clock.Timer
	ch     <-chan time.Time
	ticker *clock.Ticker
	tick   <-chan time.Time
	ctx    context.Context
	cancel context.CancelFunc
}

// machine runs a script and keeps what it sees.
type machine struct {
	api
	s     script
	mu    sync.Mutex
	log   []string
	start time.Time
	slots [slots]slot
	over  bool
	due   map[time.Duration]bool // instants, since start, at which something was to be due
	tie   bool                   // two things were to be due at one, even if one was taken back in time
	fine  bool                   // a scheduling point before every operation
}

// at is what is in a slot, and set puts something there: in a bubble two goroutines
// may do so at one instant.
func (m *machine) at(i int) slot {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.slots[i]
}

func (m *machine) set(i int, put func(s *slot)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	put(&m.slots[i])
}

// say returns how much has been said.
func (m *machine) say(who, format string, args ...any) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.over {
		m.log = append(m.log, fmt.Sprintf("%v %s: ", m.Since(m.start), who)+fmt.Sprintf(format, args...))
	}
	return len(m.log)
}

func (m *machine) main() {
	m.start = m.Now()
	m.run("main", m.s.Main)
	m.point()
	m.mu.Lock()
	m.over = true
	m.mu.Unlock()
	for i := range slots {
		at := m.at(i)
		if at.ticker != nil {
			at.ticker.Stop()
		}
		if at.timer != nil {
			at.timer.Stop()
		}
		if at.cancel != nil {
			at.cancel()
		}
	}
	m.Sleep(100 * ms) // in a bubble time stops with the first goroutine
}

// point is a scheduling point where Go has one, which is everywhere.
func (m *machine) point() {
	if m.fine {
		m.sync()
	}
}

func (m *machine) run(who string, ops []op) {
	for i, o := range ops {
		m.mu.Lock()
		over := m.over
		m.mu.Unlock()
		if over {
			return
		}
		m.do(fmt.Sprintf("%s/%d %s", who, i, o.Do), o)
	}
}

func (m *machine) do(who string, o op) {
	m.point()
	stamp := func(t time.Time, ok bool) {
		m.point()
		m.say(who, "%s", m.got(t, ok))
	}
	at := m.at(o.Slot)
	m.arms(o)
	switch o.Do {
	case "timer":
		t := m.Timer(o.For)
		m.set(o.Slot, func(s *slot) { s.timer, s.ch = t, t.C })
	case "func":
		f := o.On % len(m.s.Funcs)
		t := m.AfterFunc(max(o.For, 1), func() {
			if m.say(who, "runs") < 40 { // a function may arm itself twice
				m.run(fmt.Sprint("func", f), m.s.Funcs[f])
			}
		})
		m.set(o.Slot, func(s *slot) { s.timer, s.ch = t, nil })
	case "after":
		ch := m.After(o.For)
		m.set(o.Slot, func(s *slot) { s.ch = ch })
	case "ticker":
		if at.ticker != nil {
			at.ticker.Stop()
		}
		t := m.Ticker(o.For)
		m.set(o.Slot, func(s *slot) { s.ticker, s.tick = t, t.C })
	case "tick":
		ch := m.Tick(o.For)
		m.set(o.Slot, func(s *slot) { s.tick = ch })
	case "stop":
		if at.timer != nil {
			m.say(who, "%v", at.timer.Stop())
		}
	case "reset":
		if t := at.timer; t != nil {
			if t.C == nil {
				o.For = max(o.For, ms/3) // a function that is due at once races with who made it so
			}
			m.say(who, "%v", t.Reset(o.For))
		}
	case "stopTicker":
		if at.ticker != nil {
			at.ticker.Stop()
		}
	case "resetTicker":
		if at.ticker != nil {
			at.ticker.Reset(o.For)
		}
	case "sleep":
		m.Sleep(o.For)
	case "now":
		m.say(who, "%v", m.Until(m.start.Add(o.For)))
	case "recv":
		stamp(m.recv(at.ch, o.For))
	case "recvTick":
		stamp(m.recv(at.tick, o.For))
	case "tryRecv":
		stamp(m.try(at.ch))
	case "tryTick":
		stamp(m.try(at.tick))
	case "peek":
		stamp(m.peek(at.ch))
	case "peekTick":
		stamp(m.peek(at.tick))
	default:
		m.doMore(who, o)
	}
}

// doMore does what takes several calls, or is at the edge.
func (m *machine) doMore(who string, o op) {
	at := m.at(o.Slot)
	switch o.Do {
	case "sleep0":
		m.Sleep(0)
		m.Sleep(-o.For)
		m.say(who, "slept")
	case "tickNone":
		m.say(who, "%v %v", m.Tick(0) == nil, m.Tick(-o.For) == nil)
	case "afterPast":
		t, ok := m.try(m.After(-o.For))
		m.say(who, "%s", m.got(t, ok))
		past := m.Timer(-o.For)
		t, ok = m.try(past.C)
		m.say(who, "%s %v", m.got(t, ok), past.Stop())
	case "withPast":
		ctx, cancel := m.WithTimeout(context.Background(), -o.For)
		m.say(who, "%v", ctx.Err())
		cancel()
		m.say(who, "%v", ctx.Err())
	case "again": // a function that arms itself anew, and then finds itself stopped
		var again *clock.Timer
		made := make(chan struct{})
		var calls atomic.Int32
		again = m.AfterFunc(o.For, func() {
			<-made
			if n := calls.Add(1); n < 3 {
				m.say(who, "%d %v", n, again.Reset(o.For))
			} else {
				m.say(who, "%d %v %v", n, again.Stop(), again.Reset(time.Hour))
				m.sync()
				m.say(who, "%v %v", again.Stop(), again.Stop())
			}
		})
		close(made)
	case "readers": // one more of a channel that others may wait for
		m.AfterFunc(1+o.For/16, func() {
			t, ok := m.recv(at.ch, o.For)
			m.say(who, "%s", m.got(t, ok))
		})
	case "afterStop": // what has fired and was not read is taken back
		t := m.Timer(o.For)
		m.Sleep(o.For + o.For/7)
		m.say(who, "%v", t.Stop())
		_, ok := m.try(t.C)
		m.say(who, "%v %v %v", ok, t.Stop(), t.Reset(o.For))
		v, ok := m.recv(t.C, 2*o.For)
		m.say(who, "%s", m.got(v, ok))
	case "afterReset":
		t := m.Timer(o.For)
		m.Sleep(o.For + o.For/7)
		m.say(who, "%v", t.Reset(o.For))
		_, ok := m.try(t.C)
		m.say(who, "%v", ok)
		v, ok := m.recv(t.C, 2*o.For)
		m.say(who, "%s", m.got(v, ok))
	case "slowTicker": // whose reader is too slow, and which is then reset
		t := m.Ticker(o.For)
		m.Sleep(2*o.For + o.For/7)
		v, ok := m.try(t.C)
		m.say(who, "%s", m.got(v, ok))
		m.Sleep(2 * o.For)
		t.Reset(o.For / 2)
		_, ok = m.try(t.C)
		m.say(who, "%v", ok)
		v, ok = m.recv(t.C, o.For)
		m.say(who, "%s", m.got(v, ok))
		t.Stop()
		m.Sleep(o.For)
		_, ok = m.try(t.C)
		m.say(who, "%v", ok)
	default:
		m.doContext(who, o)
	}
}

// got tells what a receive gave.
func (m *machine) got(t time.Time, ok bool) string {
	if !ok {
		return "nothing"
	}
	return t.Sub(m.start).String()
}

// arms notes when what an operation arms is to be due. Of two things at one instant
// the first may take the other back, and then only one of them is ever seen.
func (m *machine) arms(o op) {
	switch o.Do {
	case "stop", "stopTicker", "now", "cancel", "err", "deadline", "withCancel", "tryRecv", "tryTick", "peek", "peekTick",
		"sleep0", "tickNone", "afterPast", "withPast":
		return
	case "reset":
		o.For = max(o.For, ms/3)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.due == nil {
		m.due = make(map[time.Duration]bool)
	}
	at := m.Since(m.start) + o.For
	m.tie = m.tie || m.due[at]
	m.due[at] = true
}

// peek reads in Go's way, in a step of its own.
func (m *machine) peek(ch <-chan time.Time) (t time.Time, ok bool) {
	m.sync()
	defer m.sync()
	select {
	case t, ok = <-ch:
	default:
	}
	return t, ok
}

func (m *machine) doContext(who string, o op) {
	at := m.at(o.Slot)
	parent, ctx := m.at(o.On).ctx, at.ctx
	put := func(ctx context.Context, cancel context.CancelFunc) {
		m.set(o.Slot, func(s *slot) { s.ctx, s.cancel = ctx, cancel })
	}
	if parent == nil {
		parent = context.Background()
	}
	switch {
	case o.Do == "withTimeout":
		put(m.WithTimeout(parent, o.For))
	case o.Do == "withDeadline":
		put(m.WithDeadline(parent, m.Now().Add(o.For-2*ms)))
	case o.Do == "withCancel":
		put(context.WithCancel(context.WithValue(parent, op{}, 1)))
	case ctx == nil:
	case o.Do == "cancel":
		at.cancel()
		m.sync()
	case o.Do == "err":
		m.say(who, "%v %v", ctx.Err(), context.Cause(ctx))
	case o.Do == "deadline":
		d, ok := ctx.Deadline()
		m.say(who, "%v %v", d.Sub(m.start), ok)
	case o.Do == "waitDone":
		m.say(who, "%v", m.done(ctx, o.For))
	}
}
