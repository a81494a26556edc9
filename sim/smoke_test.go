package sim_test

import (
	"fmt"
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
)

func lost() *sim.Scenario {
	return &sim.Scenario{Name: "t/lost", Build: func(w *sim.World) {
		x := 0
		res := w.Resource("x")
		for _, n := range []string{"A", "B"} {
			w.Process(n, func(p *sim.Proc) {
				p.Step("read")
				w.Read(res)
				v := x
				p.Step("write")
				w.Write(res)
				x = v + 1
			})
		}
		w.Eventually("sum", 0, func() bool { return x == 2 })
	}}
}

type rnd struct{ r *sim.Rand }

func (r rnd) Choose(p *sim.Point) int { return r.r.IntN(p.N) }

func TestSmoke(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for i := range 6 {
		r, err := w.Run(lost(), sim.Config{Chooser: rnd{sim.NewRand(uint64(i))}, Record: true})
		fmt.Println(err, r.Verdict, r.Failure, r.Fingerprint, r.Steps, r.Trace.Schedule)
		for j, e := range r.Trace.Events {
			fmt.Println("   ", e.Time, r.Trace.EventName(j), e.Source, e.Reads, e.Writes, e.Notes)
		}
	}
}
func chain(n, k int) *sim.Scenario {
	return &sim.Scenario{Name: "t/chain", Build: func(w *sim.World) {
		for i := range n {
			w.Process(fmt.Sprint("P", i), func(p *sim.Proc) {
				for range k {
					p.Step("s")
				}
			})
		}
	}}
}
type cb struct{ p *sim.Proc; l sim.Label; n int }
func (c *cb) Fire(w *sim.World, a int64) { if c.n--; c.n > 0 { c.p.After(c.l, c.p.Window(c.l), c, 0) } }
func cbs(n, k int) *sim.Scenario {
	return &sim.Scenario{Name: "t/cb", Build: func(w *sim.World) {
		for i := range n {
			c := sim.Pooled[cb](w, fmt.Sprint("c", i))
			c.p = w.Actor(fmt.Sprint("K", i)); c.l = w.Label("tick"); c.n = k
			c.p.After(c.l, c.p.Window(c.l), c, 0)
		}
	}}
}
func BenchmarkRun(b *testing.B) {
	for _, m := range []sim.Mode{sim.Sampled, sim.Timed} {
		for _, n := range []int{5, 10, 16} {
			for _, kind := range []string{"coro", "cb"} {
			b.Run(fmt.Sprint(m, n, kind), func(b *testing.B) {
				w := sim.NewWorld()
				defer w.Close()
				s := chain(n, 1000)
				if kind == "cb" { s = cbs(n, 1000) }
				steps := 0
				b.ReportAllocs()
				for b.Loop() {
					r, err := w.Run(s, sim.Config{Mode: m})
					if err != nil { b.Fatal(err) }
					steps += r.Steps
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
			})
			}
		}
	}
}
