package recycle

import (
	"github.com/seed-3519b94c/simrun/model/coord"
	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// everything is what a whole train is judged by.
var everything = []string{fresh, agree, cap1, conv, reg, live, noPoison0, noPoison}

// card is a reader that all whole trains have.
var card = []reader{{affinity: "realm", module: "card"}}

// TrainWhole is a whole deploy train on its short timeline: prerender tasks start at
// 0..20 s, the CDN switches at 60..260 s, the manager is replaced at 90 s, the realm
// servers roll from 420 s on, and then come the hook and the jobs.
func TrainWhole() *sim.Scenario {
	return story{
		name:     "train-whole",
		doc:      "a whole deploy train, all windows free",
		variants: allWithJobs(),
		profiles: rolling(),
		judged:   everything,
		world: func(f *fleet, s *setup) {
			s.lateServers, s.flips, s.token, s.readers = true, true, 1, card
			s.goals = trainGoals(f)
			s.script = func(d *deploy) {
				f.startReaders()
				d.wholeTrain()
			}
		},
	}.scenario()
}

// TrainLostToken is a whole train whose manager had crashed since the last realm
// server was booted, and so knows no token when the prerender tasks start.
func TrainLostToken() *sim.Scenario {
	return story{
		name:     "train-lost-token",
		doc:      "a whole deploy train, and the manager knew no token when it began",
		variants: allWithJobs(),
		profiles: rolling(),
		judged:   []string{fresh, agree, noPoison},
		world: func(f *fleet, s *setup) {
			s.lateServers, s.flips, s.readers = true, true, card
			s.script = func(d *deploy) {
				f.startReaders()
				d.wholeTrain()
			}
		},
	}.scenario()
}

// TrainCrash: a server crashes while the realm servers roll, and returns.
func TrainCrash() *sim.Scenario {
	return story{
		name:     "train-crash",
		doc:      "a whole deploy train, and a server crashes near the flip and returns",
		variants: allWithJobs(),
		profiles: rolling(),
		judged:   []string{fresh},
		world: func(f *fleet, s *setup) {
			s.lateServers, s.flips, s.token = true, true, 1
			s.script = func(d *deploy) {
				d.wholeTrain()
				d.h.After("t0", trainRealmAt, func() {
					d.h.Work("crash", func(error) {
						f.facts.disturb()
						f.servers[0].host.Crash()
						f.servers[0].host.Restart()
					})
				})
			}
		},
	}.scenario()
}

// TrainCut: a newer train cancels this one at any job boundary, or the roll of the
// realm servers fails after the shell was published.
func TrainCut() *sim.Scenario {
	cuts := []string{
		model.JobHook, model.JobRealm, model.JobSleep, model.JobWorker, model.JobManager, model.JobHost, model.JobRecycle, "roll-fails",
	}
	return story{
		name:     "train-cut",
		doc:      "a deploy train is cancelled between two jobs, or its roll fails",
		variants: allWithJobs(),
		profiles: rolling(),
		judged:   []string{fresh, agree},
		params:   []sim.ParamDoc{{Label: "cut", Doc: "the job before which the train ends", Options: cuts}},
		world: func(f *fleet, s *setup) {
			s.lateServers, s.flips, s.token, s.end = true, true, 1, 2*trainRealmAt
			cut := f.w.Draw().Pick("cut", cuts...)
			s.script = func(d *deploy) {
				if d.cut = cut; cut == "roll-fails" {
					d.rollFails = true
				}
				d.wholeTrain()
			}
		},
	}.scenario()
}

func allWithJobs() []string {
	all := signalled()
	return append(withJobs("+jb", all...), withJobs("+ja", all...)[len(all):]...)
}

func trainGoals(f *fleet) []string {
	goals := []string{goalOldLoad, goalNewHook}
	if f.switches.Signal && f.switches.ReportTarget == model.RightTarget {
		goals = append(goals, goalEcho, goalNewLoad)
	}
	return goals
}

// wholeTrain runs all jobs on the short timeline.
func (d *deploy) wholeTrain() {
	f, t0 := d.f, coord.Gate{}
	d.h.After("realm-roll", trainRealmAt, t0.Open)
	run := map[string]func(func(bool)){
		model.JobHost: func(done func(bool)) {
			d.h.Work("publish", func(error) {
				d.publish(2, nil)
				done(true)
			})
		},
		model.JobPrerender: func(done func(bool)) {
			for _, s := range f.servers[:f.setup.servers] {
				d.h.Work("server-start", func(error) { s.host.StartAt(0) })
			}
			done(true)
		},
		model.JobManager: func(done func(bool)) {
			d.h.After("manager-roll", managerDown, func() {
				f.managers[0].host.Crash()
				d.h.Work("manager-down", func(error) {
					f.managers[0].host.StartAt(0)
					done(true)
				})
			})
		},
		model.JobWorker:  func(done func(bool)) { done(true) },
		model.JobSleep:   func(done func(bool)) { t0.Wait(func() { done(true) }) },
		model.JobRealm:   d.rollRealm,
		model.JobHook:    d.hook,
		model.JobRecycle: d.recycle,
	}
	d.trigger(func(j model.TrainJob) (netsim.Job, bool) {
		return netsim.Job{Name: j.Name, Needs: j.Needs, Run: run[j.Name]}, true
	})
}
