package recycle

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// JoinRestart: a render fails near the moment of a report and a flip, and the recycle
// joins the restart that was begun for it, before the flip.
func JoinRestart() *sim.Scenario {
	return story{
		name:     "join-restart",
		doc:      "a recycle joins a restart that a failed render had begun",
		variants: signalled(),
		profiles: rolling(),
		judged:   []string{agree, fresh},
		fixed:    fixed{tasks: 1},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.readers = true, 1, card
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					f.startReaders()
					d.publish(2, func() {
						d.faulty("render", netsim.WorkFaults{CanFail: true})
						d.rollThenJobs()
					})
				})
			}
		},
	}.scenario()
}

// HalfFailure: Chrome does not launch, loads fail, or a close never returns, while a
// server recycles.
func HalfFailure() *sim.Scenario {
	faults := []string{"chrome-launch", "page-load", "page-close", "chrome-close"}
	return story{
		name:     "half-failure",
		doc:      "a recycle fails halfway: launch, load or close",
		variants: signalled(),
		profiles: rolling(),
		judged:   []string{live, fresh, agree},
		params:   []sim.ParamDoc{{Label: "failing", Doc: "what may fail, or for a close not return", Options: faults}},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.replace = true, 1, true
			failing := f.w.Draw().Pick("failing", faults...)
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.publish(2, func() {
						closes := failing == "page-close" || failing == "chrome-close"
						d.faulty(failing, netsim.WorkFaults{CanFail: !closes, CanStick: closes})
						d.roll(f.oldTasks(), f.newTasks(), func() {
							d.faulty(failing, netsim.WorkFaults{})
							d.callHook()
						})
					})
				})
			}
		},
	}.scenario()
}

// Pool: renders of several realms come while a server recycles.
func Pool() *sim.Scenario {
	return story{
		name:     "pool",
		doc:      "renders come while a pool is closed and filled again",
		variants: signalled(),
		profiles: steady(),
		judged:   []string{oneChrome, noMinus, poolSize, shrinks},
		fixed:    fixed{servers: 1, tasks: 1, policy: true},
		world: func(f *fleet, s *setup) {
			s.token = 1
			s.readers = []reader{
				{affinity: "one", module: "card-1", genuine: true},
				{affinity: "two", module: "card-2", genuine: true},
				{affinity: "three", module: "card-3", genuine: true},
			}
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					f.startReaders()
					d.h.Work("later", func(error) {
						d.report(f.artifacts[2].Token)
						d.watchOn(90 * time.Second)
					})
				})
			}
		},
	}.scenario()
}

// Sigterm: a server is told to end while it renders. All renders here need less than
// its grace.
func Sigterm() *sim.Scenario {
	quick := profile(steadyFleet)
	quick.Windows["render"] = sec(1, 5, 8)
	return story{
		name:      "sigterm",
		keepAlive: true,
		doc:       "SIGTERM with a render in progress",
		variants:  signalled(),
		profiles:  []*sim.Profile{quick},
		judged:    []string{live, reg},
		world: func(f *fleet, s *setup) {
			s.token, s.readers = 1, []reader{{affinity: "realm", module: "card", renders: 1}}
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					f.startReaders()
					d.h.Work("soon", func(error) {
						for _, sv := range f.servers {
							sv.host.Stop(f.consts.StopTimeout)
						}
						d.watchOn(90 * time.Second)
					})
				})
			}
		},
	}.scenario()
}

// BadRender: one request makes any server that gets it fail; others are healthy.
func BadRender() *sim.Scenario {
	return story{
		name:     "bad-render",
		doc:      "one request makes every server fail it",
		variants: signalled(),
		profiles: steady(),
		judged:   []string{reg, cap1},
		world: func(f *fleet, s *setup) {
			s.token, s.servers = 1, max(s.servers, 2) // the others are what matters
			s.readers = []reader{{affinity: "bad", module: "bad", poison: true, renders: 1}, {affinity: "good", module: "good", genuine: true}}
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					f.startReaders()
					d.watchOn(4 * time.Minute)
				})
			}
		},
	}.scenario()
}
