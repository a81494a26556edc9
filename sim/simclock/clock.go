package simclock

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
)

// Clock is a clock.Clock on the time of a world. Make it with New, in the Build of
// a scenario.
type Clock struct {
	// Commit makes arming a timer a reading of the clock, as Now is: the value
	// that the timer sends is then one that no later reading can contradict.
	// Without it that value is the nominal one, and arming leaves the time open.
	// It costs a choice for every timer that is armed where the time is open.
	// Set it before the first timer is made.
	Commit bool

	w       *sim.World
	name    string
	proc    *sim.Proc // to which the fire events belong
	scan    func()
	run     int
	layout  layout
	resting time.Time // what `next` of a timer says that nobody has reset

	recv, tryRecv, woken sim.Label
	sleep                string

	makers   map[*sim.Proc]*maker
	byChan   map[<-chan time.Time]*entry
	never    entry // stands for the nil channel
	watched  []*entry
	waits    []*wait
	spare    []*wait
	contexts []*core
	hosts    []*host
	hosting  int  // hosts in use
	scanning bool // who asks a context now is the clock itself
	idle     bool // who calls now is in the background, whatever its process is
	bubble   *bubble
	channels []*entry // in a bubble: all that goroutines may wait for
}

var _ clock.Clock = (*Clock)(nil)

// maker is a process that makes timers, with those that it made in this run or in
// an earlier one. The third timer that a process makes is the same in every run.
type maker struct {
	proc       *sim.Proc
	name       string
	run        int
	background bool
	host       *host // if the process is there to run callbacks
	made       [kinds]struct {
		n   int
		all []*entry
	}
}

// New makes a clock. Its process is called name; the events of that are
// `timer.N@P`, the firing of the Nth timer that process P has made and armed, and so
// on for `func`, `after`, `ticker`, `tick` and `deadline`. A timer that another
// process Q has reset fires as `timer.N.P@Q`, and a ticker that goes on as
// `ticker.N.P`. Processes that use the clock have events `name.sleep`, `name.recv`,
// `name.tryrecv` and `name.woken`.
func New(w *sim.World, name string) *Clock {
	c := sim.Pooled[Clock](w, name)
	if c.w == nil {
		c.make(w, name)
	}
	c.begin()
	w.AtEnd(name, c.scan)
	return c
}

func (c *Clock) make(w *sim.World, name string) {
	l, resting, err := checkedLayout()
	if err != nil {
		w.Mistake("make clock %q: %w", name, err)
	}
	*c = Clock{
		w: w, name: name, layout: l, resting: resting,
		recv: w.Label(name + ".recv"), tryRecv: w.Label(name + ".tryrecv"), woken: w.Label(name + ".woken"),
		sleep:  name + ".sleep",
		makers: make(map[*sim.Proc]*maker),
		byChan: make(map[<-chan time.Time]*entry),
	}
	c.never = entry{c: c, res: w.Resource(name + ".nil")}
	c.scan = func() { c.look() }
}

// begin begins a run.
func (c *Clock) begin() {
	c.run++
	c.Commit, c.hosting, c.scanning, c.idle = false, 0, false, false
	c.watched, c.contexts = c.watched[:0], c.contexts[:0]
	c.spare = append(c.spare, c.waits...)
	c.waits = c.waits[:0]
	c.proc = c.w.Actor(c.name)
}

// epoch is the instant 0 of every world, the one at which clock.Mock starts too. It
// is in UTC, so that what is printed does not depend on the machine.
func epoch() time.Time { return time.Unix(0, 0).UTC() }

// Now reads the clock, as sim.Proc.Now does: it commits to one of the instants
// that are possible here.
func (c *Clock) Now() time.Time { return epoch().Add(c.w.Caller().Now()) }

// Since is the time since t. It reads the clock.
func (c *Clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// Until is the time until t. It reads the clock.
func (c *Clock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// Sleep blocks the calling process for at least d. Zero and less is a step.
func (c *Clock) Sleep(d time.Duration) {
	c.w.Running(c.w.Label(c.sleep)).Sleep(c.sleep, d)
}

// Timer makes a timer that sends on its channel after d.
func (c *Clock) Timer(d time.Duration) *clock.Timer {
	e := c.take(kindTimer)
	e.timer.C = e.ch
	e.start(d)
	return e.timer
}

// AfterFunc makes a timer that runs f in a process of its own after d: f may block.
func (c *Clock) AfterFunc(d time.Duration, f func()) *clock.Timer {
	e := c.take(kindFunc)
	e.f = f
	e.start(d)
	return e.timer
}

// After is the channel of a timer that nobody stops.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	e := c.take(kindAfter)
	e.start(d)
	return e.ch
}

// Ticker makes a ticker. Like time.NewTicker it panics if d is not positive.
func (c *Clock) Ticker(d time.Duration) *clock.Ticker {
	if d <= 0 {
		panic("non-positive interval for Ticker")
	}
	e := c.take(kindTicker)
	e.ticker.C = e.ch
	e.start(d)
	return e.ticker
}

// Tick is the channel of a ticker that nobody stops, nil if d is not positive.
func (c *Clock) Tick(d time.Duration) <-chan time.Time {
	if d <= 0 {
		return nil
	}
	e := c.take(kindTick)
	e.start(d)
	return e.ch
}

// WithTimeout is WithDeadline with a deadline after d.
func (c *Clock) WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.withDeadline(parent, epoch().Add(c.instant()).Add(d), func() time.Duration { return d })
}

// WithDeadline makes a context that is cancelled at a deadline, which must come
// from this clock. It reads the clock.
func (c *Clock) WithDeadline(parent context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	return c.withDeadline(parent, deadline, func() time.Duration { return c.Until(deadline) })
}

// instant is now, for what is computed from it: see Commit.
func (c *Clock) instant() time.Duration {
	if c.Commit {
		return c.w.Caller().Now()
	}
	return c.w.NominalNow()
}

// maker finds the calling process.
func (c *Clock) maker() *maker {
	p := c.w.Caller()
	m := c.makers[p]
	if m == nil {
		m = &maker{proc: p, name: strings.ReplaceAll(p.Name(), ":", ".")}
		c.makers[p] = m
	}
	if m.run != c.run {
		m.run, m.host = c.run, nil
		// The world itself is in the background, but what it sets up is not.
		m.background = p.Background() && c.w.Steps() > 0
		for k := range m.made {
			m.made[k].n = 0
		}
	}
	return m
}

// take gives out an entry that is not armed.
func (c *Clock) take(k kind) *entry {
	m := c.maker()
	made := &m.made[k]
	if made.n == len(made.all) {
		made.all = append(made.all, c.newEntry(m, k, made.n+1))
	}
	e := made.all[made.n]
	made.n++
	e.reset()
	e.background = m.background || c.idle
	if e.timer != nil || e.ticker != nil {
		c.watch(e)
	}
	return e
}

func (c *Clock) newEntry(m *maker, k kind, n int) *entry {
	c.refuseStrays()
	name := kindNames[k] + "." + strconv.Itoa(n)
	e := &entry{
		c: c, kind: k, maker: m,
		own: c.w.Label(name), foreign: c.w.Label(name + "." + m.name),
		res: c.w.Resource(c.name + "." + name + "@" + m.name),
	}
	if k != kindFunc && k != kindDeadline {
		room := 1
		if c.bubble != nil {
			room = 0
			c.channels = append(c.channels, e)
		}
		e.ch = make(chan time.Time, room)
		c.byChan[e.ch] = e
	}
	e.borrow()
	return e
}

func (c *Clock) watch(e *entry) {
	if !e.watched {
		e.watched = true
		c.watched = append(c.watched, e)
	}
}
