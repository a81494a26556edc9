package netsim_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

var jobRows = map[string]sim.Window{
	"host": win(sec, 2*sec, 9*sec), "prerender": win(sec, 3*sec, 9*sec), "manager": win(sec, sec, sec),
	"realm": win(sec, 5*sec, 9*sec), "post": win(sec, sec, sec),
}

// deploy is a train: host and prerender at once, manager after prerender, realm after
// host and manager, post after realm.
func deploy(x *world, more ...func(jobs []netsim.Job)) *netsim.Pipeline {
	jobs := []netsim.Job{
		{Name: "post", Needs: []string{"realm"}},
		{Name: "host"}, {Name: "prerender"},
		{Name: "manager", Needs: []string{"prerender"}, CanFail: true},
		{Name: "realm", Needs: []string{"host", "manager"}},
	}
	for _, change := range more {
		change(jobs)
	}
	return x.n.Pipeline("pipeline", jobs...)
}

func (x *world) ended(t *netsim.Train) {
	what := ""
	for _, job := range []string{"host", "prerender", "manager", "realm", "post"} {
		what += " " + t.State(job).String()
	}
	x.note("train", "over %v:%s", t.Over(), what)
}

func TestPipelineFollowsNeeds(t *testing.T) {
	log := run(t, jobRows, sim.Config{}, func(x *world) { deploy(x).Trigger(x.ended) })
	require.Equal(t, []string{"10s train over true: succeeded succeeded succeeded succeeded succeeded"}, log)
}

func TestFailedJobSkipsWhatNeedsIt(t *testing.T) {
	_, log := try(t, newWorld(t), jobRows, sim.Config{Chooser: only{"fail manager": 1}}, func(x *world) { deploy(x).Trigger(x.ended) })
	require.Equal(t, []string{"4s train over true: succeeded succeeded failed skipped skipped"}, log)
}

func TestJobTimeout(t *testing.T) {
	log := run(t, jobRows, sim.Config{}, func(x *world) {
		var late func(bool)
		deploy(x, func(jobs []netsim.Job) {
			jobs[2].Timeout = 600 * sec
			jobs[2].Run = func(done func(bool)) { late = done }
		}).Trigger(func(t *netsim.Train) {
			x.ended(t)
			late(true) // too late
			x.ended(t)
		})
	})
	require.Equal(t, []string{"10m0s train over true: succeeded failed skipped skipped skipped", "10m0s train over true: succeeded failed skipped skipped skipped"}, log)
}

func TestTrainsQueueOrCancel(t *testing.T) {
	for cancel, want := range map[bool][]string{
		false: {"10s train over true: succeeded succeeded succeeded succeeded succeeded", "20s train over true: succeeded succeeded succeeded succeeded succeeded",
			"30s train over true: succeeded succeeded succeeded succeeded succeeded"},
		true: {"3.5s train over true: succeeded succeeded cancelled cancelled cancelled", "4s train over true: cancelled cancelled cancelled cancelled cancelled",
			"14s train over true: succeeded succeeded succeeded succeeded succeeded"},
	} {
		log := run(t, jobRows, sim.Config{}, func(x *world) {
			pl := deploy(x)
			pl.CancelInProgress = cancel
			pl.Trigger(x.ended)
			x.at(3500*ms, func() { pl.Trigger(x.ended) })
			x.at(4*sec, func() { pl.Trigger(x.ended) })
		})
		require.Equal(t, want, log)
	}
}

// A job that succeeds at once, and one that triggers another train when it is over.
func TestJobsThatEndAtOnce(t *testing.T) {
	log := run(t, jobRows, sim.Config{}, func(x *world) {
		trains := 0
		pl := deploy(x, func(jobs []netsim.Job) {
			for i := range jobs {
				jobs[i].Run = func(done func(bool)) { done(true); done(false) }
			}
		})
		var again func(*netsim.Train)
		again = func(t *netsim.Train) {
			x.ended(t)
			if trains++; trains < 3 {
				pl.Trigger(again)
			}
		}
		pl.Trigger(again)
	})
	require.Len(t, log, 3)
	for _, line := range log {
		require.Equal(t, "0s train over true: succeeded succeeded succeeded succeeded succeeded", line)
	}
}

func TestEveryOrderOfJobsKeepsTheNeeds(t *testing.T) {
	explore(t, 200, jobRows, func(x *world) {
		started := func(name string) func(jobs []netsim.Job) {
			return func(jobs []netsim.Job) {
				for i := range jobs {
					if jobs[i].Name == name {
						jobs[i].Run = func(done func(bool)) { x.note(name, "runs"); done(x.w.Choice("ok", 2) == 0) }
					}
				}
			}
		}
		deploy(x, started("realm"), started("post")).Trigger(x.ended)
	}, func(log []string) {
		end := whats(log)[len(log)-1]
		switch {
		case contains(log, "post runs"):
			require.Contains(t, end, "succeeded succeeded succeeded succeeded ")
		case contains(log, "realm runs"):
			require.Contains(t, end, "succeeded succeeded succeeded failed skipped")
		default:
			require.Contains(t, end, "failed skipped skipped")
		}
	})
}
