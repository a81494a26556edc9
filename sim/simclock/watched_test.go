package simclock

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// What After has made is not looked at any more once its value was received: a loop that
// waits so would take the longer for every event the longer it runs.
func TestAfterIsForgotten(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for _, wait := range []struct {
		how  string
		once func(c *Clock)
	}{
		{"recv", func(c *Clock) { c.Recv(c.After(time.Millisecond)) }},
		{"recv, later", func(c *Clock) {
			ch := c.After(time.Millisecond)
			c.Sleep(2 * time.Millisecond)
			c.Recv(ch)
		}},
		{"tryrecv", func(c *Clock) {
			ch := c.After(time.Millisecond)
			c.Sleep(2 * time.Millisecond)
			c.TryRecv(ch)
		}},
		{"raw", func(c *Clock) {
			ch := c.After(time.Millisecond)
			c.Sleep(2 * time.Millisecond)
			<-ch
		}},
	} {
		t.Run(wait.how, func(t *testing.T) {
			most := 0
			r, err := w.Run(&sim.Scenario{Name: "test", Build: func(w *sim.World) {
				c := New(w, "clock")
				w.Process("A", func(p *sim.Proc) {
					for range 100 {
						wait.once(c)
						p.Step("then")
						most = max(most, len(c.watched))
					}
				})
			}}, sim.Config{})
			require.NoError(t, err)
			require.Equal(t, sim.Pass, r.Verdict)
			require.LessOrEqual(t, most, 1)
		})
	}
}
