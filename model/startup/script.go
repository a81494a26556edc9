package startup

import (
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Op is what a step of an application's script does.
type Op uint8

// The steps.
const (
	Construct    Op = iota // makes the next registry
	Mutate                 // changes a field of a registry's raw configuration
	CallHandler            // handler(request)
	CallRunner             // startRunner()
	CallStart              // start()
	CallFetch              // what start returned
	CallWait               // startAndWait(), r5
	CallListen             // listen(), r5
	OnSignal               // the application's own listener: drains, then exits
	OnRejection            // the application's own listener of unhandled rejections
	ServeOwnPort           // what keeps the process alive: a server or an interval of its own
	Done                   // the script has come to its end
	ExitNow                // process.exit(0)
)

func (o Op) String() string {
	return [...]string{
		"construct", "mutate", "handler", "startRunner", "start", "fetch", "startAndWait", "listen",
		"listen(signal)", "listen(rejection)", "serve-own-port", "done", "exit",
	}[o]
}

// Handling is what the application does with the promise that a call returns.
type Handling uint8

// The ways to handle a call.
const (
	Handled Handling = iota // has a rejection handler; an exception is caught
	Awaited                 // awaited by the script, which fails with it
	Ignored                 // dropped
)

// After says when a step happens, counted from the one before.
type After uint8

// The positions.
const (
	SameTick     After = iota
	Microtasks         // after Step.N awaits
	AnImport           // after a dynamic import
	Delay              // after Step.Wait
	FirstRequest       // when the first request comes
)

// Step is one step of a script.
type Step struct {
	Op       Op
	After    After
	N        int           // of Microtasks
	Wait     time.Duration // of Delay
	Registry int           // which one, from 0
	Field    string        // of Mutate
	Value    any           // of Mutate
	Req      Req           // of CallHandler and CallFetch
	Handling Handling
}

// Call is one call of a public method.
type Call struct {
	ID       int // of its process, from 1
	Op       Op
	Registry *Registry
	Handling Handling
	Promise  env.Promise // nil: it returned nothing to wait for
	Thrown   error       // it threw
}

// Kind is the mode that the call asks for.
func (c *Call) Kind() Kind {
	switch c.Op {
	case CallHandler, CallFetch:
		return KindServerless
	case CallRunner, CallStart, CallWait:
		return KindRunner
	}
	return KindNone
}

// Unhandled reports whether a failure of this call is one that the application left
// unhandled.
func (c *Call) Unhandled() bool {
	return c.Handling != Handled && (c.Promise != nil || c.Thrown != nil)
}

func (c *Call) String() string {
	return fmt.Sprintf("%v() #%d of registry %d", c.Op, c.ID, c.Registry.Index)
}

// Run runs a script as the main module of the application. raws are the configurations
// of the registries that it constructs, in order.
func (a *App) Run(steps []Step, raws []*Raw) {
	s := &script{a: a, raws: raws}
	s.started = make([]Started, len(raws))
	a.deps.Loop.Async(func(c env.Async) (any, error) {
		for i := range steps {
			if err := s.reach(c, &steps[i]); err != nil {
				return nil, err
			}
			if err := s.step(c, &steps[i]); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}).Catch(func(reason error) (any, error) {
		// An exception of the main module is an uncaught one, whatever the policy.
		a.deps.Loop.NextTick(func() { a.throw(reason) })
		return nil, nil
	})
}

// script is a script that runs.
type script struct {
	a       *App
	raws    []*Raw
	regs    []*Registry
	started []Started
}

// reach waits for a step's position.
func (s *script) reach(c env.Async, step *Step) (err error) {
	loop := s.a.deps.Loop
	switch step.After {
	case Microtasks:
		for range step.N {
			if _, err = c.Await(nil); err != nil {
				return err
			}
		}
	case AnImport:
		_, err = c.Await(loop.IO("import-app"))
	case Delay:
		p, resolve, _ := loop.NewPromise()
		loop.SetTimeout(func() { resolve(nil) }, step.Wait)
		_, err = c.Await(p)
	case FirstRequest:
		_, err = c.Await(loop.IO("first-request"))
	}
	return err
}

// step does a step. The error is an exception of the script.
func (s *script) step(c env.Async, step *Step) error {
	a := s.a
	switch step.Op {
	case Construct:
		r, err := a.Construct(s.raws[len(s.regs)])
		s.regs = append(s.regs, r)
		if step.Handling != Handled {
			return err
		}
	case Mutate:
		r := s.regs[step.Registry]
		if r == nil {
			return nil // its constructor threw, and the script went on
		}
		a.deps.Touch.Writes(r.touched.raw)
		if err := r.Raw.Set(step.Field, step.Value); err != nil {
			return err
		}
		a.deps.Probe.Mutated(r, step.Field)
	case OnSignal:
		drain := func() {
			a.deps.Probe.Draining()
			a.deps.Loop.IO("app-drain").Then(func(any) (any, error) { a.deps.Host.Exit(0); return nil, nil }, nil)
		}
		a.deps.Host.OnSignal(env.SIGTERM, drain)
	case OnRejection:
		a.listener = true
	case ServeOwnPort:
		a.deps.Loop.Ref()
	case Done:
		a.deps.Probe.Done()
	case ExitNow:
		a.deps.Host.Exit(0)
	default:
		return s.call(c, step)
	}
	return nil
}

// call calls a public method.
func (s *script) call(c env.Async, step *Step) error {
	a, r := s.a, s.regs[step.Registry]
	if r == nil {
		return nil // its constructor threw, and the script went on
	}
	a.calls++
	call := &Call{ID: a.calls, Op: step.Op, Registry: r, Handling: step.Handling}
	call.Promise, call.Thrown = s.invoke(step, r)
	a.deps.Probe.Called(call)
	if call.Thrown != nil {
		if step.Handling == Handled {
			return nil
		}
		return call.Thrown
	}
	switch {
	case call.Promise == nil:
	case step.Handling == Handled:
		call.Promise.Catch(func(error) (any, error) { return nil, nil })
	case step.Handling == Awaited:
		_, err := c.Await(call.Promise)
		return err
	}
	return nil
}

func (s *script) invoke(step *Step, r *Registry) (env.Promise, error) {
	switch step.Op {
	case CallHandler:
		return r.Handler(step.Req)
	case CallRunner:
		return r.StartRunner()
	case CallWait:
		return r.StartAndWait()
	case CallListen:
		return r.Listen(), nil
	case CallStart:
		started, err := r.Start()
		s.started[step.Registry] = started
		return started.Promise, err
	}
	fetch := s.started[step.Registry].Fetch
	if fetch == nil {
		return nil, s.a.fail(SiteMissing, "start returned nothing to fetch from", nil)
	}
	return fetch(step.Req)
}
