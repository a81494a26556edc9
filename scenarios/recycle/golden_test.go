package recycle

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Golden fact 2: what a nominal train comes to.
func TestNominalTrain(t *testing.T) {
	for _, c := range []struct {
		variant         string
		recycles, stale int // for each server
	}{{"v0", 0, 1}, {"v2", 1, 1}, {"v4", 1, 1}, {"v5", 1, 0}} {
		t.Run(c.variant, func(t *testing.T) {
			const servers, pages = 3, 2
			recycles, stale := 0, 0
			nominal(t, c.variant, story{world: func(f *fleet, s *setup) {
				s.lateServers, s.flips, s.token = true, true, 1
				s.script = func(d *deploy) { d.wholeTrain() }
				s.hear = func(_ *fleet, x model.Fact) {
					if x.Kind == model.RecycleBegan {
						recycles++
					}
				}
				s.ended = func(f *fleet) {
					for _, sv := range f.servers {
						sv.logic.LivePages(func(g *model.Page) {
							if g.Shell.Artifact != 2 {
								stale++
							}
						})
					}
				}
			}}, map[string]int64{"servers": servers, "pages": pages, "tasks": 1, "policy": 0})
			require.Equal(t, c.recycles*servers, recycles, "recycles")
			require.Equal(t, c.stale*servers*pages, stale, "stale pages at the end")
		})
	}
}

// Golden fact 3: a token that is stored is known to a healthy server within a
// heartbeat and its round trip.
func TestATokenIsKnownWithinAHeartbeat(t *testing.T) {
	var stored, known time.Duration
	nominal(t, "v4", story{world: func(f *fleet, s *setup) {
		s.token = 1
		s.script = func(d *deploy) {
			d.whenWarm(func() {
				d.report(f.artifacts[2].Token)
				d.watchOn(seconds(30))
			})
		}
		s.hear = func(f *fleet, x model.Fact) {
			switch {
			case x.Kind == model.ReportStored:
				stored = f.w.NominalNow()
			case x.Kind == model.Echoed && x.Token == f.artifacts[2].Token && known == 0:
				known = f.w.NominalNow()
			}
		}
	}}, nil)
	require.NotZero(t, stored)
	require.LessOrEqual(t, known-stored, seconds(5)+2*20*time.Millisecond)
	require.Greater(t, known, stored)
}

// Golden fact 3: the seed delays the first beat, by 5 s at most.
func TestTheSeedDelaysTheFirstBeat(t *testing.T) {
	first := func(variant string, before func(f *fleet)) time.Duration {
		var listening, registered time.Duration
		nominal(t, variant, story{world: func(f *fleet, s *setup) {
			s.token, s.lateServers = 1, true
			s.script = func(d *deploy) {
				if before != nil {
					before(f)
				}
				f.startServers()
				d.watchOn(seconds(20))
			}
			s.hear = func(f *fleet, x model.Fact) {
				switch x.Kind {
				case model.ServerListening:
					listening = f.w.NominalNow()
				case model.ServerRegistered:
					registered = f.w.NominalNow()
				}
			}
		}}, nil)
		return registered - listening
	}
	link := 20 * time.Millisecond
	require.Equal(t, link, first("v4", nil))
	require.Equal(t, link+4*5*time.Millisecond, first("v2", nil), "to a task and back through the balancer")
	require.Equal(t, link+2*5*time.Millisecond, first("v2", func(f *fleet) { f.lb.Host().Crash() }), "refused: one connect")
	require.Equal(t, link+seconds(5)+100*time.Microsecond, first("v2", func(f *fleet) {
		f.net.Link(f.servers[0].host.Machine(), f.lb.Host().Machine()).BlackHole()
	}), "no answer: its bound, and a timer that is late")
}

// Golden fact 4: a dead server is forgotten after 35 s at most; a living one that was
// forgotten is back at its next beat.
func TestTheRegistryForgets(t *testing.T) {
	var crashed, forgotten, back time.Duration
	nominal(t, "v4", story{world: func(f *fleet, s *setup) {
		s.token = 1
		s.script = func(d *deploy) {
			d.whenWarm(func() {
				d.h.Do(env.Request{Label: model.LabelUnregister, Method: "DELETE", Addr: managerAddr, Body: f.servers[0].addr},
					func(env.Response, error) {})
				d.h.After("crash-at", seconds(20), func() {
					crashed = f.w.NominalNow()
					f.servers[0].host.Crash()
					d.watchOn(seconds(60))
				})
			})
		}
		s.hear = func(f *fleet, x model.Fact) {
			switch {
			case x.Kind == model.ServerRemoved && crashed == 0:
				back = -f.w.NominalNow()
			case x.Kind == model.ServerRegistered && back < 0:
				back += f.w.NominalNow()
			case x.Kind == model.ServerRemoved:
				forgotten = f.w.NominalNow()
			}
		}
	}}, nil)
	require.Greater(t, back, time.Duration(0))
	require.LessOrEqual(t, back, seconds(5)+20*time.Millisecond)
	require.Greater(t, forgotten-crashed, seconds(25))
	require.LessOrEqual(t, forgotten-crashed, seconds(35))
}

// Golden fact 5: with nobody registered a render is refused after 10.0 s and 100
// looks, and tried again.
func TestEmptyRegistry(t *testing.T) {
	var at []time.Duration
	tr := nominal(t, "v4", story{world: func(f *fleet, s *setup) {
		s.lateServers, s.readers = true, []reader{{affinity: "realm", module: "card", renders: 1}}
		s.watched = func(f *fleet, attempt, status int) {
			require.Equal(t, 503, status)
			if at = append(at, f.w.NominalNow()); len(at) == 1 {
				f.deploy.watchOn(time.Millisecond)
			}
		}
		s.script = func(*deploy) { f.startReaders() }
	}}, nil)
	require.Equal(t, 100, count(tr, "discovery"))
	require.Equal(t, seconds(5)+seconds(10)+(1+2*15)*time.Millisecond, at[0], "asked 5 s after the start")
}

// Golden fact 5: twelve attempts, all refused at once, take 384.6 s of pauses.
func TestTwelveAttempts(t *testing.T) {
	var at []time.Duration
	failed := false
	nominal(t, "v4", story{world: func(f *fleet, s *setup) {
		s.lateServers, s.readers = true, []reader{{affinity: "realm", module: "card", renders: 1}}
		s.watched = func(f *fleet, attempt, status int) {
			require.Zero(t, status)
			at = append(at, f.w.NominalNow())
		}
		s.hear = func(f *fleet, x model.Fact) {
			if failed = failed || x.Kind == model.VisitFailed; x.Kind == model.VisitFailed {
				f.deploy.watchOn(seconds(1))
			}
		}
		s.script = func(*deploy) {
			f.managers[0].host.Crash()
			f.startReaders()
		}
	}}, nil)
	require.Len(t, at, 12)
	require.True(t, failed)
	roundTrips := 11 * 2 * 15 * time.Millisecond
	require.Equal(t, 384_600*time.Millisecond, at[11]-at[0]-roundTrips)
}

// Golden fact 6: a capacity of 0 tells nothing.
func TestCapacityZero(t *testing.T) {
	beat := func(d *deploy, url string, capacity int) {
		d.h.Do(env.Request{Label: model.LabelBeat, Method: "POST", Addr: managerAddr, Body: &model.Heartbeat{URL: env.Addr{Host: url, Port: 1}, Capacity: capacity}},
			func(env.Response, error) {})
	}
	var got []int
	nominal(t, "v4", story{world: func(f *fleet, s *setup) {
		s.lateServers = true
		s.script = func(d *deploy) {
			beat(d, "new", 0)
			beat(d, "known", 7)
			d.h.After("again", seconds(1), func() {
				beat(d, "known", 0)
				d.watchOn(seconds(2))
			})
		}
		s.ended = func(f *fleet) {
			m := f.managers[0].logic
			got = []int{m.CapacityOf(env.Addr{Host: "new", Port: 1}), m.CapacityOf(env.Addr{Host: "known", Port: 1})}
		}
	}}, nil)
	require.Equal(t, []int{4, 7}, got)
}

// Golden fact 7: who restarts the browser loses all assignments at the next beat.
func TestARestartLosesAssignments(t *testing.T) {
	before, after := 0, 0
	nominal(t, "v4", story{world: func(f *fleet, s *setup) {
		s.token, s.readers = 1, []reader{{affinity: "realm", module: "card", renders: 1}}
		s.script = func(d *deploy) {
			d.whenWarm(func() {
				f.startReaders()
				d.h.After("report", seconds(30), func() {
					before = f.managers[0].logic.Assignments(f.servers[0].addr)
					d.report(f.artifacts[2].Token)
					d.watchOn(seconds(30))
				})
			})
		}
		s.ended = func(f *fleet) { after = f.managers[0].logic.Assignments(f.servers[0].addr) }
	}}, nil)
	require.Equal(t, 1, before)
	require.Zero(t, after)
}

// Golden fact 8: three failed loads are 1.5 s of pauses and no word to anybody; the
// next render makes a page.
func TestThreeFailedLoads(t *testing.T) {
	var failed []time.Duration
	standbys, warnings, rendered := -1, 0, false
	tr := nominal(t, "v4", story{world: func(f *fleet, s *setup) {
		s.lateServers, s.readers = true, []reader{{affinity: "realm", module: "card", renders: 1}}
		s.script = func(d *deploy) {
			d.retire(f.oldTasks()[0])
			f.startServers()
			d.h.After("look", seconds(60), func() {
				standbys = f.servers[0].logic.Standbys()
				for _, l := range f.servers[0].host.Log() {
					if l.Level > env.Debug {
						warnings++
					}
				}
				d.start(f.newTasks()[0], f.startReaders)
			})
		}
		s.hear = func(f *fleet, x model.Fact) {
			switch x.Kind {
			case model.PageFailed:
				failed = append(failed, f.w.NominalNow())
			case model.RenderEnded:
				rendered = true
				d := &f.deploy
				d.watchOn(seconds(1))
			}
		}
	}}, nil)
	require.Len(t, failed, 3)
	load := seconds(1.5) + 2*5*time.Millisecond
	require.Equal(t, seconds(1.5), failed[2]-failed[0]-2*load, "pauses")
	require.Equal(t, 2, count(tr, "standby-retry"))
	require.Zero(t, standbys)
	require.Zero(t, warnings)
	require.True(t, rendered, "the next render makes a page")
}

// Golden fact 9: in v0a a genuine error on a page that was used before costs one page
// and one more render.
func TestAGenuineErrorPays(t *testing.T) {
	for _, c := range []struct {
		variant                 string
		renders, closed, stored int
	}{{"v0", 2, 0, 2}, {"v0a", 3, 1, 2}} {
		renders, closed, stored := 0, 0, 0
		nominal(t, c.variant, story{world: func(f *fleet, s *setup) {
			s.readers = []reader{{affinity: "realm", module: "card", genuine: true, renders: 2}}
			s.script = func(d *deploy) { d.whenWarm(f.startReaders) }
			s.hear = func(f *fleet, x model.Fact) {
				switch x.Kind {
				case model.RenderBegan:
					renders++
				case model.PageClosed:
					closed++
				case model.Stored:
					if stored++; stored == 2 {
						f.deploy.watchOn(seconds(5))
					}
				}
			}
		}}, nil)
		require.Equal(t, []int{c.renders, c.closed, c.stored}, []int{renders, closed, stored}, c.variant)
	}
}

// Golden fact 9: a lost report is one line of log.
func TestALostReportIsOneLine(t *testing.T) {
	var lines []string
	nominal(t, "v3", story{world: func(f *fleet, s *setup) {
		s.replace, s.flips, s.token = true, true, 1
		s.script = func(d *deploy) { d.whenWarm(func() { d.deployB(func() {}) }) }
		s.ended = func(f *fleet) {
			for _, task := range f.tasks {
				for _, l := range task.host.Log() {
					lines = append(lines, l.Level.String()+": "+l.Text)
				}
			}
		}
	}}, nil)
	require.Equal(t, []string{"warning: report host shell: ECONNREFUSED"}, lines)
}

// Golden fact 10: any number of restarts at once are one.
func TestRestartsJoin(t *testing.T) {
	ended, closed, pages := 0, 0, 0
	nominal(t, "v4", story{world: func(f *fleet, s *setup) {
		s.script = func(d *deploy) {
			d.whenWarm(func() {
				for range 5 {
					f.servers[0].logic.Restart("", func(error) { ended++ })
				}
				d.watchOn(seconds(30))
			})
		}
		s.hear = func(_ *fleet, x model.Fact) {
			switch x.Kind {
			case model.ChromeClosed:
				closed++
			case model.PageClosed:
				pages++
			}
		}
	}}, nil)
	require.Equal(t, 5, ended)
	require.Equal(t, 1, closed)
	require.Equal(t, 1, pages)
}

// Golden fact 12: one task reports what is on the CDN and serves what it remembers.
func TestReportAndPageDiffer(t *testing.T) {
	var reported string
	var served model.Version
	var b string
	nominal(t, "v5", story{world: func(f *fleet, s *setup) {
		s.token = 1
		b = f.artifacts[2].Token
		s.script = func(d *deploy) {
			d.whenWarm(func() {
				d.publish(2, func() {
					d.hook(func(bool) { d.watchOn(seconds(10)) })
				})
			})
		}
		s.hear = func(f *fleet, x model.Fact) {
			if x.Kind == model.Reporting {
				reported, served = x.Token, f.taskOf(x.Who).logic.Memo().Version
			}
		}
	}}, nil)
	require.Equal(t, b, reported)
	require.Equal(t, model.Version(1), served)
}

// Heartbeats have no timeout and do not wait for each other: while a fleet is parted from its
// manager they pile up, one every 5 s of each server, and all arrive when it is whole again.
// What bounds them is that a client gives up when no header of an answer came within 300 s.
// A world of three servers, parted for as long as can be, has room for that.
func TestHeartbeatsOfAPartedFleetPileUp(t *testing.T) {
	s := *Rollback()
	s.Profiles = exact(rollingDeploy)
	s.Profiles[0].Windows["parted"] = sim.Exactly(seconds(240))
	w := sim.NewWorld()
	defer w.Close()
	run := func(beats int64, limits sim.Limits) string {
		params := map[string]int64{"servers": 3, "pages": 3, "tasks": 2, "policy": 0, "perturbed": 1, "beats": beats}
		r, err := w.Run(&s, sim.Config{Variant: "v5", Params: params, Judge: []string{fresh}, Limits: limits})
		require.NoError(t, err)
		return r.Signature()
	}
	const overlapping, singleFlight = 1, 2  // 0 is what the variant has
	both := sim.Limits{Pending: 3 * 47 * 2} // each beat, and the wait for its answer
	require.Empty(t, run(overlapping, sim.Limits{}))
	require.Equal(t, "budget pending events", run(overlapping, both))
	require.Empty(t, run(singleFlight, sim.Limits{Pending: 64}))
}
