package simclock_test

import (
	"context"
	"testing"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
)

// Whatever one process does to what another one has made, in time or too late, leaves a
// footprint, and a trace shows it.
func TestEveryCallLeavesItsFootprint(t *testing.T) {
	calls := map[string]struct {
		at   int // ms; the timer and the contexts are due at 10
		call func(c *simclock.Clock, tm *clock.Timer, ctx context.Context, cancel, parent context.CancelFunc)
		want string
	}{
		"stop":            {5, func(_ *simclock.Clock, tm *clock.Timer, _ context.Context, _, _ context.CancelFunc) { tm.Stop() }, "writes clock.func.1@A"},
		"reset":           {5, func(_ *simclock.Clock, tm *clock.Timer, _ context.Context, _, _ context.CancelFunc) { tm.Reset(ms) }, "writes clock.func.1@A"},
		"late stop":       {15, func(_ *simclock.Clock, tm *clock.Timer, _ context.Context, _, _ context.CancelFunc) { tm.Stop() }, "reads clock.func.1@A"},
		"late reset":      {15, func(_ *simclock.Clock, tm *clock.Timer, _ context.Context, _, _ context.CancelFunc) { tm.Reset(ms) }, "writes clock.func.1@A"},
		"err":             {5, func(_ *simclock.Clock, _ *clock.Timer, ctx context.Context, _, _ context.CancelFunc) { _ = ctx.Err() }, "reads clock.deadline.1@A"},
		"done":            {5, func(_ *simclock.Clock, _ *clock.Timer, ctx context.Context, _, _ context.CancelFunc) { ctx.Done() }, "reads clock.deadline.1@A"},
		"cancel":          {5, func(_ *simclock.Clock, _ *clock.Timer, _ context.Context, cancel, _ context.CancelFunc) { cancel() }, "writes clock.deadline.1@A"},
		"late cancel":     {15, func(_ *simclock.Clock, _ *clock.Timer, _ context.Context, cancel, _ context.CancelFunc) { cancel() }, "reads clock.deadline.1@A"},
		"of parent":       {5, func(_ *simclock.Clock, _ *clock.Timer, _ context.Context, _, parent context.CancelFunc) { parent() }, "writes clock.deadline.1@A"},
		"late, of parent": {15, func(_ *simclock.Clock, _ *clock.Timer, _ context.Context, _, parent context.CancelFunc) { parent() }, "reads clock.deadline.1@A"},
	}
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			r := run(t, world(exact(), func(w *sim.World, clk *simclock.Clock) {
				var tm *clock.Timer
				var ctx, parent context.Context
				var cancel, cancelParent context.CancelFunc
				w.Process("A", func(*sim.Proc) {
					tm = clk.AfterFunc(10*ms, func() {})
					parent, cancelParent = context.WithCancel(context.Background())
					ctx, cancel = clk.WithTimeout(parent, 10*ms)
				})
				w.Process("B", func(p *sim.Proc) {
					for range c.at {
						p.Sleep("s", ms)
					}
					p.Step("call")
					c.call(clk, tm, ctx, cancel, cancelParent)
					p.Step("then")
				})
			}))
			found := false
			for i, e := range r.Trace.Events {
				if r.Trace.EventName(i) != "B:call#1" {
					continue
				}
				found = true
				got := ""
				for _, x := range e.Writes {
					got = "writes " + r.Trace.Resources[x]
				}
				for _, x := range e.Reads {
					if got == "" {
						got = "reads " + r.Trace.Resources[x]
					}
				}
				require.Equal(t, c.want, got)
			}
			require.True(t, found)
		})
	}
}
