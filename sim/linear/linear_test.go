package linear_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/linear"
)

// register is a counter that clients add to, each by a read and a write. The atomic
// variant does both at once.
func register() *sim.Scenario {
	return &sim.Scenario{
		Name: "test/register", Variants: []string{"torn", "atomic"},
		Properties: []sim.PropertyDoc{{Name: "linearizable", Doc: "every addition returns the sum at one instant"}},
		Expect:     []sim.Expectation{{Variant: "torn", Fails: []string{"linearizable"}}},
		Build: func(w *sim.World) {
			value, res := 0, w.Resource("value")
			h := linear.New(w, "linearizable", linear.Spec[int, int, int]{
				Init: func() int { return 0 },
				Step: func(sum, add int) (int, int) { return sum + add, sum + add },
			})
			for i, name := range []string{"A", "B", "C"} {
				w.Process(name, func(p *sim.Proc) {
					p.Step("think")
					c := h.Call("add", 1<<i)
					p.Step("read")
					w.Read(res)
					v := value
					if w.Variant() == "torn" {
						p.Step("write")
					}
					w.Write(res)
					value = v + 1<<i
					p.Step("answer")
					c.Return(v + 1<<i)
				})
			}
		},
	}
}

// What is not atomic is found out; what is passes, whatever overlaps.
func TestLinearizability(t *testing.T) {
	simtest.Check(t, register(), simtest.Config{Dir: t.TempDir()})
}
