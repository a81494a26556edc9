package coro

import (
	"fmt"
	"iter"
	"runtime/debug"
)

// Job is what runs in a coroutine. Run may call c.Yield, also from functions it
// calls. A Job that is a pointer costs no allocation.
type Job interface {
	Run(c *Coro)
}

// Status says how control came back from a job.
type Status uint8

const (
	// Yielded: the job waits in Yield for the next Resume.
	Yielded Status = iota
	// Finished: Run returned.
	Finished
	// Panicked: Run panicked; Coro.Panic has the value and the stack.
	Panicked
	// Killed: the job was unwound by Kill, or never ran.
	Killed
	// Survived: the job recovered from its kill and yielded again. It has been
	// ended by force, and its coroutine thrown away.
	Survived
)

// String returns the status's name.
func (s Status) String() string {
	names := [...]string{"yielded", "finished", "panicked", "killed", "survived"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// Panic is the panic of a job.
type Panic struct {
	Value any
	Stack []byte // of the job, as by debug.Stack
}

// Error makes a Panic an error.
func (p *Panic) Error() string { return fmt.Sprintf("panic in coroutine: %v", p.Value) }

// state is where a coroutine stands.
type state uint8

const (
	idle    state = iota // in the pool
	ready                // has a job that did not start
	blocked              // in Yield
	running              // between Resume and Yield
	gone                 // its goroutine has ended
)

// Coro is one coroutine.
type Coro struct {
	pool    *Pool
	job     Job
	own     slot  // that of its goroutine, which may be parked in another one
	at      *slot // where its goroutine is parked, or parks next
	resumer *slot // where the caller of Resume is parked
	heir    *Coro // see EndFor
	panic   *Panic
	state   state
	status  Status // of the job's end
	kill    kill
	outer   *Coro // whose kill unwound the job, if not its own
}

// start makes the coroutine behind c.
func (c *Coro) start() {
	c.at = &c.own
	c.own.next, c.own.stop = iter.Pull(c.loop)
}

// loop is the coroutine's body: one job after the other.
func (c *Coro) loop(yield func(struct{}) bool) {
	c.own.yield = yield
	defer c.exit()
	for c.state != gone {
		c.run()
		c.at = c.resumer
		if c.heir != nil {
			c.inherited()
		}
		c.Switch()
		c.pool.follow()
	}
}

// inherited lets the heir go on in place of the resumer.
func (c *Coro) inherited() {
	next := c.heir
	c.heir = nil
	c.pool.put(c)
	c.giveWay(next)
}

// run runs the current job to its end, however it ends.
func (c *Coro) run() {
	ended := false
	defer func() {
		if ended {
			return
		}
		switch v := recover().(type) {
		case nil: // Goexit: it goes on through loop to the resumer.
		case killPanic:
			c.status = Killed
			if v.victim != c {
				c.outer = v.victim
			}
		default:
			c.status = Panicked
			c.panic = &Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	c.job.Run(c)
	ended = true
	c.status = Finished
}

// Resume runs the job until it yields or ends. Any status but Yielded returns the
// coroutine to its pool.
func (c *Coro) Resume() Status {
	c.Entering()
	c.Switch()
	return c.Out()
}

// Yield gives control back to the caller of Resume and returns at the next
// Resume. Only the job itself may call it, or a job that it has resumed in turn:
// then both stop here, and a kill unwinds both. In a job that is being killed Yield
// does not return, except to deferred functions, to which it returns at once.
func (c *Coro) Yield() {
	if c.state != running {
		panic("coro: Yield outside of the job, the coroutine is " + c.state.String())
	}
	if c.kill != alive {
		c.yieldKilled()
		return
	}
	c.state, c.at = blocked, c.resumer
	c.Switch()
	c.Back()
}

// Panic returns why the job panicked, nil if it did not.
func (c *Coro) Panic() *Panic { return c.panic }

// String returns the state's name, as used in messages.
func (s state) String() string {
	return [...]string{"idle", "not started", "blocked", "running", "gone"}[s]
}
