package recycle

import (
	"slices"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// deploy is what is done to the fleet from outside: shells published, tasks rolled,
// the jobs of a train.
type deploy struct {
	f     *fleet
	h     env.Host // the process whose work it is
	train *netsim.Train
	// mayForbid: the edge of the network may answer the hook with 403.
	mayForbid bool
	// cut is the job before which a newer train cancels this one; "": none does.
	cut string
	// rollFails: the new realm tasks never become well, and are taken back.
	rollFails bool
	// firstRoutable is called when the first new task is routable. It may be nil.
	firstRoutable func()
}

// publish puts the shell of a version on the CDN's edges and calls done, which may be
// nil, when all have it.
func (d *deploy) publish(v model.Version, done func()) {
	d.f.facts.disturb()
	d.f.cdnLogic.Publish(d.f.artifacts[v], done)
}

// deployB publishes B, rolls the realm servers, and calls done when that is stable.
func (d *deploy) deployB(done func()) {
	d.publish(2, func() { d.roll(d.f.oldTasks(), d.f.newTasks(), done) })
}

// deployHooked is deployB with the hook behind it.
func (d *deploy) deployHooked() { d.deployB(d.callHook) }

// callHook calls the hook and does nothing with the answer.
func (d *deploy) callHook() { d.hook(func(bool) { d.f.facts.disturb() }) }

// roll replaces tasks and calls done when the service is stable. Overlapping, the
// balancer has both for a while: the old one is let go when `lb-drain` has passed.
func (d *deploy) roll(old, young []*taskSlot, done func()) {
	d.f.facts.deploys(1)
	stable := func() {
		d.h.Work("stable", func(error) {
			d.f.facts.deploys(-1)
			done()
		})
	}
	if d.f.setup.replace {
		for _, t := range old {
			d.retire(t)
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
	var next func(i int)
	next = func(i int) {
		if i == len(young) {
			stable()
			return
		}
		d.start(young[i], func() {
			if i == 0 && d.firstRoutable != nil {
				d.firstRoutable()
			}
			drain := "lb-drain"
			if d.f.setup.wideDrain {
				drain = "lb-drain.wide"
			}
			d.h.Work(drain, func(error) {
				d.retire(old[i])
				next(i + 1)
			})
		})
	}
	next(0)
}

// retire takes a task from the balancer, and stops it when what it has is drained.
func (d *deploy) retire(t *taskSlot) {
	d.f.facts.disturb()
	d.f.lb.Deregister(t.host, func() { t.host.Stop(d.f.consts.StopTimeout) })
}

// start begins a task and calls done when it is routable.
func (d *deploy) start(t *taskSlot, done func()) {
	d.f.facts.disturb()
	t.routable = done
	d.f.lb.Register(t.host, taskPort)
	t.host.StartAt(0)
}

// oldTasks and newTasks are the tasks of the first roll.
func (f *fleet) oldTasks() []*taskSlot { return f.tasks[:f.setup.tasks] }
func (f *fleet) newTasks() []*taskSlot { return f.tasks[f.setup.tasks : 2*f.setup.tasks] }

// thirdTasks are those of a second roll.
func (f *fleet) thirdTasks() []*taskSlot { return f.tasks[2*f.setup.tasks:] }

// report sends a token to the manager, as anybody may.
func (d *deploy) report(token string) {
	d.h.Do(env.Request{Label: model.LabelReport, Method: "POST", Path: "/host-shell", Addr: managerAddr, Body: &model.Report{Hash: token}},
		func(env.Response, error) {})
}

// rollThenJobs is the end of a train: the realm servers are rolled, and then come the
// jobs that need it.
func (d *deploy) rollThenJobs() {
	realm := func(done func(bool)) { d.rollRealm(done) }
	d.trigger(func(j model.TrainJob) (netsim.Job, bool) {
		run := map[string]func(func(bool)){model.JobRealm: realm, model.JobHook: d.hook, model.JobRecycle: d.recycle}[j.Name]
		needs := j.Needs
		if j.Name == model.JobRealm {
			needs = nil
		}
		return netsim.Job{Name: j.Name, Needs: needs, Run: run}, run != nil
	})
}

// rollRealm is the job deploy-realm.
func (d *deploy) rollRealm(done func(bool)) {
	if d.rollFails {
		d.failRoll(func() { done(false) })
		return
	}
	d.roll(d.f.oldTasks(), d.f.newTasks(), func() { done(true) })
}

// failRoll starts the new tasks, which never become well, and takes them back.
func (d *deploy) failRoll(done func()) {
	for _, t := range d.f.newTasks() {
		d.f.facts.disturb()
		t.host.StartAt(0)
	}
	d.h.Work("roll-back", func(error) {
		for _, t := range d.f.newTasks() {
			d.f.facts.disturb()
			t.host.Stop(d.f.consts.StopTimeout)
		}
		done()
	})
}

// trigger begins a train of the jobs that keep says.
func (d *deploy) trigger(keep func(model.TrainJob) (netsim.Job, bool)) {
	var jobs []netsim.Job
	for _, j := range model.Train(d.f.switches) {
		job, ok := keep(j)
		if !ok {
			continue
		}
		if run := job.Run; run != nil {
			job.Run = func(done func(bool)) {
				if d.cut == job.Name {
					d.h.Work("cancel", func(error) { d.cancel(job.Name) })
					return
				}
				d.f.facts.disturb()
				run(func(ok bool) {
					d.f.facts.disturb()
					done(ok)
				})
			}
		}
		jobs = append(jobs, job)
	}
	d.f.facts.deploys(1)
	d.train = d.f.net.Pipeline("pipeline", jobs...).Trigger(func(*netsim.Train) { d.f.facts.deploys(-1) })
}

// cancel is what a newer train does to this one. Its own first jobs take longer than
// the run.
func (d *deploy) cancel(before string) {
	d.f.w.Note("a newer train cancels this one before %s", before)
	d.f.facts.goals.reach(goalCut)
	d.train.Cancel()
}

// hook is the job post-deploy.
func (d *deploy) hook(done func(bool)) {
	d.h.Work("green", func(error) {
		if d.mayForbid && d.f.w.Fault("hook-403") {
			d.f.w.Note("the edge of the network answers the hook with 403")
			done(false)
			return
		}
		hook := &model.Hook{Base: d.f.base(d.h), Realm: publicAddr, Secret: secret}
		hook.Call(func(err error) { done(err == nil) })
	})
}

// recycle is the job recycle-prerender: a new task for each prerender server, and the
// old ones stopped when the service finds that it has too many.
func (d *deploy) recycle(done func(bool)) {
	d.h.Work("job-recycle", func(error) {
		d.f.facts.disturb()
		for _, s := range d.f.servers[d.f.setup.servers:] {
			s.host.StartAt(0)
		}
		d.h.Work("job-kill", func(error) {
			d.f.facts.disturb()
			for _, s := range d.f.servers[:d.f.setup.servers] {
				s.host.Stop(d.f.consts.StopTimeout)
			}
			done(true)
		})
	})
}

// healthChanged hears of the balancer's targets.
func (f *fleet) healthChanged(h *netsim.Host, health netsim.Health) {
	i := slices.IndexFunc(f.tasks, func(t *taskSlot) bool { return t.host == h })
	if i < 0 {
		return
	}
	t := f.tasks[i]
	f.facts.routed()
	if health == netsim.Routable && t.routable != nil {
		routable := t.routable
		t.routable = nil
		routable()
	}
}

// targets are the tasks that get requests.
func (f *fleet) targets() (ts []*taskSlot) {
	for _, h := range f.lb.Routable() {
		for _, t := range f.tasks {
			if t.host == h {
				ts = append(ts, t)
			}
		}
	}
	return ts
}
