package recycle

import (
	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// deploy is what the pipeline does to the fleet: rolls, and the jobs after them.
type deploy struct {
	f *fleet
	// mayForbid: the network's edge may answer the hook with 403.
	mayForbid bool
	// cut is the job at whose start a newer train cancels this one; "": none does.
	cut   string
	ended []ended // jobs
}

type ended struct {
	job string
	ok  bool
}

// stop ends a task in an orderly way.
func (d *deploy) stop(t *taskSlot) { t.host.Stop(d.f.consts.StopTimeout) }

// publish puts the shell of a version on the CDN's edges.
func (d *deploy) publish(v model.Version) {
	d.f.facts.disturb()
	d.f.cdnLogic.Publish(d.f.artifacts[v])
}

// roll replaces tasks old by tasks new and calls done when the service is stable.
func (d *deploy) roll(h env.Host, old, young []*taskSlot, done func()) {
	stable := func() { h.Work("stable", func(error) { d.f.facts.disturb(); done() }) }
	if d.f.setup.replace {
		for _, t := range old {
			d.f.lb.remove(t)
			d.stop(t)
		}
		left := len(young)
		for _, t := range young {
			d.start(t, func() {
				if left--; left == 0 {
					stable()
				}
			})
		}
		return
	}
	var one func(i int)
	one = func(i int) {
		if i == len(young) {
			stable()
			return
		}
		d.start(young[i], func() {
			label := "drained"
			if d.f.setup.wideDrain {
				label = "drained.wide"
			}
			d.f.lb.env.Work(label, func(error) {
				d.f.w.Note("the old task %s gets no more requests", old[i].name)
				d.f.lb.remove(old[i])
				d.stop(old[i])
				one(i + 1)
			})
		})
	}
	one(0)
}

// start begins a task and calls done when it is routable.
func (d *deploy) start(t *taskSlot, done func()) {
	d.f.facts.disturb()
	t.listening = func() {
		d.f.lb.env.Work("flip", func(error) {
			if !t.host.Up() {
				return
			}
			d.f.w.Note("the new task %s is routable", t.name)
			d.f.lb.add(t)
			done()
		})
	}
	t.host.StartAt(0)
}

// oldTasks and newTasks are the tasks of the first roll.
func (f *fleet) oldTasks() []*taskSlot { return f.tasks[:f.setup.tasks] }
func (f *fleet) newTasks() []*taskSlot { return f.tasks[f.setup.tasks : 2*f.setup.tasks] }

// afterRealm runs the jobs that come after the realm servers are stable.
func (d *deploy) afterRealm(h env.Host) {
	d.ended = append(d.ended, ended{model.JobRealm, true})
	for _, j := range model.Train(d.f.switches) {
		if j.Name != model.JobHook && j.Name != model.JobRecycle {
			continue
		}
		d.await(h, j)
	}
}

// await runs a job when what it needs has succeeded.
func (d *deploy) await(h env.Host, j model.TrainJob) {
	for _, need := range j.Needs {
		switch ok, over := d.state(need); {
		case over && !ok:
			d.end(h, j.Name, "skipped")
			return
		case !over:
			return // it is looked at again when that ends
		}
	}
	if d.cut == j.Name {
		d.end(h, j.Name, "cancelled")
		return
	}
	if j.Name == model.JobHook {
		h.Work("hook", func(error) {
			hook := &model.Hook{Base: d.f.base(h), Realm: publicAddr, Secret: secret}
			hook.Call(func(err error) {
				if err != nil {
					d.end(h, j.Name, "failed")
					return
				}
				d.end(h, j.Name, "")
			})
		})
		return
	}
	d.replaceServers(h, func() { d.end(h, j.Name, "") })
}

// state is what became of a job.
func (d *deploy) state(job string) (ok, over bool) {
	for _, e := range d.ended {
		if e.job == job {
			return e.ok, true
		}
	}
	return false, false
}

// end notes the end of a job and looks at those that wait for it.
func (d *deploy) end(h env.Host, job, why string) {
	d.f.facts.disturb()
	if why == "" {
		d.f.w.Note("job %s: ok", job)
	} else {
		d.f.w.Note("job %s: %s", job, why)
	}
	d.ended = append(d.ended, ended{job, why == ""})
	for _, j := range model.Train(d.f.switches) {
		for _, need := range j.Needs {
			if need == job {
				d.await(h, j)
			}
		}
	}
}

// replaceServers starts a new task for each prerender server, and stops the old ones
// when the service finds that it has too many.
func (d *deploy) replaceServers(h env.Host, done func()) {
	h.Work("job-recycle", func(error) {
		d.f.facts.disturb()
		for _, s := range d.f.servers[d.f.setup.servers:] {
			s.host.StartAt(0)
		}
		h.Work("job-kill", func(error) {
			d.f.facts.disturb()
			for _, s := range d.f.servers[:d.f.setup.servers] {
				s.host.Stop(d.f.consts.StopTimeout)
			}
			done()
		})
	})
}

// forbids asks whether the edge of the network answers the hook itself.
func (d *deploy) forbids() bool { return d.mayForbid && d.f.w.Fault("hook-403") }
