package depopt

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Wire is a one-way path to a loop: what is sent runs there as a task, in the order in
// which it was sent.
type Wire interface{ Send(fn func()) }

// Transport is how a runner and its environment reach each other: by invoke, which is
// answered, and by hot messages, which are not. Each path keeps its order; there is none
// between the two.
type Transport struct {
	// Loop is the runner's own; nil: the server's. Then Reply, Hot, Dispatch and
	// Answer are nil too.
	Loop env.Loop
	// Invoke goes to the environment, Reply back. Reply nil: in the same task.
	Invoke, Reply Wire
	// Hot carries messages to the runner. Nil: its queue is called at once.
	Hot Wire
	// Dispatch carries requests to the runner, Answer what comes of them. Nil: at once.
	Dispatch, Answer Wire
	// Timeout bounds an invoke, of a transport of one's own (60 s). 0: there is none.
	// That it timed out is what becomes of the module (vite #23131).
	Timeout time.Duration
}

// Message is what a hot channel carries.
type Message uint8

// FullReload tells everybody to forget all modules.
const FullReload Message = 1

// Fate is what becomes of a message.
type Fate uint8

// The fates of a message.
const (
	Delivered Fate = iota
	Lost
	Doubled
	Thrown // at the sender
)

// Channel is the hot channel of an environment (6.10). A message that nobody listens to
// is lost silently.
type Channel struct {
	e           *Environment
	subscribers []func(Message)
	wrapped     func(m Message, send func(Message) error) error // by a plugin; nil: not
}

func (c *Channel) reset(e *Environment) {
	clear(c.subscribers)
	c.e, c.subscribers, c.wrapped = e, c.subscribers[:0], nil
}

// Subscribe adds a listener.
func (c *Channel) Subscribe(f func(Message)) { c.subscribers = append(c.subscribers, f) }

// Send sends to all listeners.
func (c *Channel) Send(m Message) error {
	if c.wrapped != nil {
		return c.wrapped(m, c.send)
	}
	return c.send(m)
}

func (c *Channel) send(m Message) error {
	fate := Delivered
	if f := c.e.sys.Deps.Fate; f != nil {
		fate = f(c.e.Name)
	}
	if fate == Thrown {
		return &Error{Code: Internal, Text: "the hot channel of " + c.e.Name + " is closed"}
	}
	c.e.obs.ReloadSent(c.e)
	times := 1
	switch fate {
	case Lost:
		times = 0
	case Doubled:
		times = 2
	}
	for range times {
		for _, f := range c.subscribers {
			f(m)
		}
	}
	return nil
}

// listen subscribes the runner to the hot channel of its environment.
func (r *Runner) listen() {
	r.e.hot.Subscribe(func(Message) {
		if r.path.Hot == nil {
			r.enqueue()
		} else {
			r.path.Hot.Send(r.enqueue)
		}
	})
}

// enqueue takes a message. They are handled one at a time: the next one when the last
// one has been settled.
func (r *Runner) enqueue() {
	r.e.touchWrite(r.res.queue)
	r.e.obs.ReloadReceived(r.roots())
	r.queue++
	if r.handling {
		return
	}
	r.handling = true
	r.loop.Async(func(a env.Async) (any, error) {
		for r.queue > 0 {
			r.queue--
			if _, err := a.Await(nil); err != nil {
				return nil, err
			}
			if err := r.reload(a); err != nil {
				return nil, err
			}
			r.e.obs.ReloadHandled()
			r.e.touchWrite(r.res.queue)
		}
		r.handling = false
		return nil, nil
	})
}

// roots is the number of modules that no module imports.
func (r *Runner) roots() int {
	n := 0
	for _, m := range r.order {
		if len(m.importers) == 0 {
			n++
		}
	}
	return n
}

// reload forgets all modules, and imports those again that no module imports. Without
// any it does nothing at all. That a dependency is outdated is swallowed, other errors
// are logged.
func (r *Runner) reload(a env.Async) error {
	var roots []*URL
	for _, m := range r.order {
		if len(m.importers) == 0 {
			roots = append(roots, m.url)
		}
	}
	if len(roots) == 0 {
		return nil
	}
	for _, m := range r.order {
		r.e.touchWrite(r.e.resource(resRunnerID, m.id))
		r.e.touchWrite(r.e.resource(resRunnerURL, m.url))
	}
	r.e.touchWrite(r.res.gen)
	r.forget()
	if r.sys.cfg.ClearInflight {
		clear(r.inflight)
	}
	r.gen++
	r.e.obs.Cleared(r.gen, r.running > 0)
	r.e.obs.CachesChanged()
	for _, u := range roots {
		_, err := r.imports(a, u, nil, nil)
		r.e.obs.Reimported(u, err)
	}
	return nil
}
