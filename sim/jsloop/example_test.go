package jsloop_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// drive runs a loop to its end, with a clock that moves only while the loop sleeps.
func drive(l *jsloop.Loop, now *time.Duration) {
	defer l.Close()
	for s := l.Next(); s.Kind != jsloop.StepDone; s = l.Next() {
		if s.Wait {
			*now = max(*now, s.Deadline)
		}
		l.Step()
	}
}

func Example() {
	var now time.Duration
	l := jsloop.New(jsloop.Config{Now: func() time.Duration { return now }})
	l.Main(func() {
		l.SetTimeout(func() { fmt.Println("timeout") }, 0)
		l.NextTick(func() { fmt.Println("tick") })
		l.Resolve(1).Then(func(v jsloop.Value) (jsloop.Value, error) {
			fmt.Println("then", v)
			return nil, nil
		}, nil)
		fmt.Println("main")
	})
	drive(l, &now)
	// Output:
	// main
	// tick
	// then 1
	// timeout
}

func ExampleLoop_Async() {
	var now time.Duration
	l := jsloop.New(jsloop.Config{Now: func() time.Duration { return now }})
	sleep := func(ms float64) *jsloop.Promise {
		return l.NewPromise(func(resolve func(jsloop.Value), _ func(error)) {
			l.SetTimeout(func() { resolve("slept") }, ms)
		})
	}
	l.Main(func() {
		done := l.Async(func(a *jsloop.Async) (jsloop.Value, error) {
			v, err := a.Await(sleep(20))
			fmt.Println(v, err, now)
			return nil, errors.New("enough")
		})
		done.Catch(func(reason error) (jsloop.Value, error) {
			fmt.Println("caught", reason)
			return nil, nil
		})
	})
	drive(l, &now)
	// Output:
	// slept <nil> 20ms
	// caught enough
}

// A rejection that gets its handler too late is reported, and so is the handler.
func ExampleConfig_reports() {
	var now time.Duration
	l := jsloop.New(jsloop.Config{
		Now:                  func() time.Duration { return now },
		OnUnhandledRejection: func(reason error, _ *jsloop.Promise) { fmt.Println("unhandled:", reason) },
		OnRejectionHandled:   func(*jsloop.Promise) { fmt.Println("handled") },
	})
	l.Main(func() {
		build := l.Reject(errors.New("syntax error"))
		l.SetImmediate(func() {
			build.Catch(func(error) (jsloop.Value, error) { return nil, nil })
		})
	})
	drive(l, &now)
	// Output:
	// unhandled: syntax error
	// handled
}

// A loop in a world: a read that takes as long as it takes, and a timeout.
func ExampleStart() {
	w := sim.NewWorld()
	defer w.Close()
	s := &sim.Scenario{Name: "tutorial/timeout", Build: func(w *sim.World) {
		js := jsloop.Start(w, "server", jsloop.Config{})
		js.Main(func() {
			config := js.Offload("read", func(p *sim.Proc) (jsloop.Value, error) {
				p.Step("disk")
				return "port 8000", nil
			})
			config.Then(func(v jsloop.Value) (jsloop.Value, error) { fmt.Println(v); return nil, nil }, nil)
			js.SetTimeout(func() { fmt.Println("timeout") }, 5)
		})
	}}
	slow := sim.CILoaded() // any step may be held up for 20 ms
	s.Profiles = []*sim.Profile{slow}
	for _, c := range []sim.Chooser{sim.Default{}, lateDisk{}} {
		r, err := w.Run(s, sim.Config{Chooser: c})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Verdict)
	}
	// Output:
	// port 8000
	// timeout
	// pass
	// timeout
	// port 8000
	// pass
}

// lateDisk lets the disk be late.
type lateDisk struct{}

func (lateDisk) Choose(p *sim.Point) int {
	for i := range p.Enabled {
		if name := p.EventName(i); name != "server:main#1/read:disk#1" {
			return i
		}
	}
	return 0
}
