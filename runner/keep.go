package runner

import (
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// KeepAll is the value of Options.Keep that keeps every run.
const KeepAll = -1

// keptRun is a run that may be kept: as little as is needed to run it again.
type keptRun struct {
	schedule    sim.Schedule
	fingerprint uint64
}

// mayKeep notes a run of the worker's job.
func (w *worker) mayKeep(r *sim.Result, out *outcome) {
	if w.o.Keep != 0 {
		out.kept = &keptRun{schedule: slices.Clone(r.Deviations), fingerprint: r.Fingerprint}
	}
}

// keep hands a run to Options.Kept if its class has not had enough of them. It is called in
// the order of schedules, so that what is kept does not depend on the workers.
func (c *campaign) keep(j *job, out *outcome) error {
	k := out.kept
	if k == nil || c.o.Keep > 0 && c.kept[k.fingerprint] >= c.o.Keep {
		return nil
	}
	if c.kept == nil {
		c.kept = make(map[uint64]int)
	}
	c.kept[k.fingerprint]++
	t, err := c.judge.record(k.schedule)
	if err != nil {
		return err
	}
	t.Strategy = fmt.Sprintf("%s, seed %d, schedule %d", j.arm, c.o.Seed, j.number+1)
	return c.o.Kept(t)
}
