package cli_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// tiny are the scenarios that the scripts run.
func tiny() []*sim.Scenario {
	return []*sim.Scenario{lostUpdate(), deadlock(), panics(), endless(), passes(), badProperty(), unstable(), never()}
}

// lostUpdate: clerks add to a total; the racy variant reads it and writes it
// back in two steps.
func lostUpdate() *sim.Scenario {
	return &sim.Scenario{
		Name: "cart/total", Doc: "clerks add items to one total",
		Variants: []string{"racy", "locked", "renamed", "refund"},
		Params: []sim.ParamDoc{
			{Label: "clerks", Doc: "how many add at once"},
			{Label: "size", Doc: "of an item", Options: []string{"small", "large"}},
		},
		Properties: []sim.PropertyDoc{
			{Name: "sum", Doc: "every item is counted once"},
			{Name: "positive", Doc: "nobody is paid for shopping"},
		},
		Expect: []sim.Expectation{{Variant: "racy", Fails: []string{"sum"}}, {Variant: "renamed", Open: true}, {Variant: "refund", Fails: []string{"positive"}}},
		Build: func(w *sim.World) {
			clerks := w.Draw().Int("clerks", 2, 3)
			worth := map[string]int{"small": 1, "large": 10}[w.Draw().Pick("size", "small", "large")]
			if w.Variant() == "refund" {
				worth = -worth
			}
			total, res, mu := 0, w.Resource("total"), w.NewMutex("mu")
			for i := range clerks {
				w.Process([]string{"anna", "bert", "carl"}[i], func(p *sim.Proc) {
					if i > 0 {
						p.Sleep("walk", time.Duration(i)*60*time.Microsecond)
					}
					if w.Variant() == "locked" {
						mu.Lock()
						defer mu.Unlock()
					}
					read, write := "read", "write"
					if w.Variant() == "renamed" {
						read, write = "load", "store"
					}
					p.Step(read)
					w.Read(res)
					old := total
					w.Note("read total: %d", old)
					p.Step(write)
					w.Write(res)
					total = old + worth
					w.Note("write total: %d", total)
				})
			}
			w.Always("positive", func() error {
				if total < 0 {
					return fmt.Errorf("the total is %d", total)
				}
				return nil
			})
			w.Eventually("sum", 0, func() bool { return total == clerks*worth })
		},
	}
}

func deadlock() *sim.Scenario {
	return &sim.Scenario{
		Name: "bank/transfer", Doc: "two transfers lock two accounts in opposite order",
		Build: func(w *sim.World) {
			left, right := w.NewMutex("left"), w.NewMutex("right")
			both := w.Sometimes("both transfers are under way")
			underway, done := 0, 0
			transfer := func(name string, from, to *sim.Mutex) {
				w.Process(name, func(p *sim.Proc) {
					from.Lock()
					if underway++; underway == 2 {
						both.Reached()
					}
					to.Lock()
					done++
					to.Unlock()
					from.Unlock()
					underway--
				})
			}
			transfer("A", left, right)
			transfer("B", right, left)
			w.Eventually("done", 0, func() bool { return done == 2 })
		},
	}
}

func panics() *sim.Scenario {
	return &sim.Scenario{
		Name: "bank/close", Doc: "an account is closed twice",
		Build: func(w *sim.World) {
			w.Process("teller", func(p *sim.Proc) {
				p.Step("close")
				closeTwice()
			})
		},
	}
}

func closeTwice() {
	c := make(chan int)
	close(c)
	close(c)
}

func endless() *sim.Scenario {
	return &sim.Scenario{
		Name: "poll/forever", Doc: "a poll that nobody answers",
		Build: func(w *sim.World) {
			w.Process("poller", func(p *sim.Proc) {
				for {
					p.Sleep("poll", 10*time.Second)
				}
			})
		},
	}
}

func passes() *sim.Scenario {
	return &sim.Scenario{
		Name: "fleet/quiet", Doc: "nothing goes wrong",
		Build: func(w *sim.World) {
			w.Sometimes("a node restarts")
			for _, n := range []string{"node1", "node2"} {
				w.Process(n, func(p *sim.Proc) { p.Step("serve") })
			}
		},
	}
}

func badProperty() *sim.Scenario {
	return &sim.Scenario{
		Name: "bad/property", Doc: "its property panics",
		Build: func(w *sim.World) {
			var m map[string]*int
			w.Process("A", func(p *sim.Proc) { p.Step("step") })
			w.Always("positive", func() error {
				if *m["count"] < 0 {
					return errors.New("negative")
				}
				return nil
			})
		},
	}
}

// unstable leaks state from one run to the next.
func unstable() *sim.Scenario {
	runs := 0
	return &sim.Scenario{
		Name: "bad/unstable", Doc: "counts its own runs",
		Build: func(w *sim.World) {
			runs++
			n := runs
			w.Process("A", func(p *sim.Proc) {
				for range n {
					p.Step("step")
				}
			})
		},
	}
}

// never expects a failure that cannot be.
func never() *sim.Scenario {
	return &sim.Scenario{
		Name: "bank/never", Doc: "what is expected cannot be",
		Properties: []sim.PropertyDoc{{Name: "never", Doc: "nothing is wrong"}},
		Expect:     []sim.Expectation{{Fails: []string{"never"}}},
		Build: func(w *sim.World) {
			for _, n := range []string{"A", "B"} {
				w.Process(n, func(p *sim.Proc) { p.Step("step") })
			}
			w.Always("never", func() error { return nil })
		},
	}
}
