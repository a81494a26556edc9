package sim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
)

// A goroutine that a process started calls the world when the process has ended: the program
// ends, and says why.
func TestStrayGoroutine(t *testing.T) {
	const rule = "called after its life or the run has ended. A process starts no goroutine that calls the world: " +
		"what would be one is another process, by World.Process"
	ends := map[string]func(p *sim.Proc, m *sim.Mutex){
		"returned": func(p *sim.Proc, m *sim.Mutex) {},
		"killed":   func(p *sim.Proc, m *sim.Mutex) { p.Kill() },
		"blocked":  func(p *sim.Proc, m *sim.Mutex) { m.Lock(); m.Lock() },
	}
	calls := map[string]struct {
		call func(p *sim.Proc, m *sim.Mutex)
		who  string
	}{
		"step":  {func(p *sim.Proc, m *sim.Mutex) { p.Step("late") }, `(step "late" of|process) "clerk"`},
		"sleep": {func(p *sim.Proc, m *sim.Mutex) { p.Sleep("late", ms) }, `(step "late" of|process) "clerk"`},
		"lock":  {func(p *sim.Proc, m *sim.Mutex) { m.Lock() }, "mu.lock"},
	}
	for how, end := range ends {
		for what, c := range calls {
			t.Run(how+", "+what, func(t *testing.T) {
				over, said := make(chan bool), make(chan any)
				w := sim.NewWorld()
				defer w.Close()
				_, err := w.Run(&sim.Scenario{Name: "test/stray", Build: func(w *sim.World) {
					m := w.NewMutex("mu")
					w.Process("clerk", func(p *sim.Proc) {
						go func() {
							defer func() { said <- recover() }()
							<-over
							c.call(p, m)
						}()
						p.Step("work")
						end(p, m)
					})
				}}, sim.Config{})
				require.NoError(t, err)
				close(over)
				got := <-said
				require.Implements(t, (*error)(nil), got, "the runtime prints its text")
				require.Regexp(t, `^scenario "test/stray": `+c.who+": "+rule+"$", fmt.Sprint(got))
			})
		}
	}
}
