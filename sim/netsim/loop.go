package netsim

import (
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// loop is the event loop of a program that has one.
type loop struct {
	h       *Host
	js      *jsloop.Process
	life    *life
	exiting bool // the loop ends by itself
}

// HostOnLoop is Host for a program on an event loop. main is the main script of each
// life. What the network and the timers of env.Host have for the program waits for
// its turn: an event of the process `NAME.net` or of its machine brings it to the loop, and the poll
// phase runs it in an event `callback.NAME` of the loop's, where NAME is the label. A
// request under way, work, a timer, a periodic timer and a listener that is not
// closed keep the loop alive; handlers of signals do not. The program ends when its
// loop does. Now, Due and Pool of cfg are not the caller's to set.
func (n *Net) HostOnLoop(name string, m *Machine, cfg jsloop.Config, main func(h env.Host, l env.Loop)) *Host {
	n.checkName(name)
	p := n.w.Actor(name + ".net")
	h := n.host(name, m, p, nil)
	lp := &loop{h: h}
	onEnd := cfg.OnEnd
	cfg.OnEnd = func(code int) {
		if onEnd != nil {
			onEnd(code)
		}
		lp.exiting = true
		h.end(code, false)
	}
	lp.js = jsloop.Start(n.w, name, cfg)
	lp.js.Proc().Kill() // until Start
	l := lp.js.Env()
	lp.js.Main(func() { main(lp.life, l) })
	h.loop = lp
	return h
}

// Loop is the event loop of a program that was made by HostOnLoop; nil for others.
func (h *Host) Loop() *jsloop.Process {
	if h.loop == nil {
		return nil
	}
	return h.loop.js
}

func (lp *loop) begin(l *life) {
	lp.life, lp.exiting = l, false
	lp.js.Proc().Restart()
}

// post brings fn to the loop.
func (lp *loop) post(l *life, name string, fn func()) {
	lp.js.Deliver(name, func() {
		if !l.over {
			lp.h.enter()
			fn()
		}
	})
}

// end ends the loop, unless it is ending. If the program ends itself, it does not
// return.
func (lp *loop) end() {
	if !lp.exiting {
		lp.js.Proc().Kill()
	}
}

// ref keeps the loop alive, if the program has one.
func (h *Host) ref() {
	if h.loop != nil {
		h.enter()
		h.loop.js.Ref()
	}
}

// unref undoes a ref of life l.
func (h *Host) unref(l *life) {
	if h.loop != nil && h.loop.life == l && !l.over {
		h.loop.js.Loop.Release()
	}
}
