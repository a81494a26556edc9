package netsim

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Job is one job of a pipeline.
type Job struct {
	Name string
	// Needs are jobs that must have succeeded; one that did not skips this one.
	Needs []string
	// Run does the work and calls done. nil is work that takes as long as the row of
	// the job's name in the profile, and succeeds.
	Run func(done func(ok bool))
	// Timeout fails the job; 0 is never.
	Timeout time.Duration
	// CanFail asks the world, as a fault `fail JOB`, when the work has succeeded.
	CanFail bool
}

// JobState is how far a job of a train has come.
type JobState uint8

const (
	JobPending JobState = iota
	JobRunning
	JobSucceeded
	JobFailed
	JobSkipped   // something that it needs did not succeed
	JobCancelled // a newer train came
)

// String is the name of the state.
func (s JobState) String() string {
	return [...]string{"pending", "running", "succeeded", "failed", "skipped", "cancelled"}[s]
}

// Pipeline runs trains of jobs, one train at a time. Its events are called by the job:
// `JOB`, and `JOB.timeout`.
type Pipeline struct {
	n      *Net
	p      *sim.Proc
	res    sim.Resource
	jobs   []Job
	faults []string
	// CancelInProgress lets a newer train cancel the one that runs; off, it waits for
	// its turn.
	CancelInProgress bool
	trains           []*Train
}

// Train is one run of all jobs.
type Train struct {
	pl     *Pipeline
	number int
	states []JobState
	timers []sim.EventRef
	done   func(*Train)
	on     bool
	over   bool
}

// Pipeline makes a pipeline of jobs, which may be in any order. A need that is no job
// and needs that go round in a circle are mistakes.
func (n *Net) Pipeline(name string, jobs ...Job) *Pipeline {
	pl := &Pipeline{n: n, p: n.w.Actor(name), res: n.w.Resource(name), jobs: jobs}
	for _, j := range jobs {
		pl.faults = append(pl.faults, "fail "+j.Name)
		for _, need := range j.Needs {
			if pl.index(need) < 0 {
				n.w.Mistake("pipeline %q: job %q needs %q, which is none of its jobs", name, j.Name, need)
			}
		}
	}
	if circle := pl.circle(); circle != "" {
		n.w.Mistake("pipeline %q: needs go round in a circle: %s", name, circle)
	}
	return pl
}

func (pl *Pipeline) index(name string) int {
	return slices.IndexFunc(pl.jobs, func(j Job) bool { return j.Name == name })
}

// circle lists jobs that cannot begin because they need each other; "" if none do.
func (pl *Pipeline) circle() string {
	done := make([]bool, len(pl.jobs))
	for range pl.jobs {
		for i, j := range pl.jobs {
			done[i] = done[i] || !slices.ContainsFunc(j.Needs, func(need string) bool { return !done[pl.index(need)] })
		}
	}
	var left []string
	for i, j := range pl.jobs {
		if !done[i] {
			left = append(left, j.Name)
		}
	}
	return strings.Join(left, ", ")
}

// Trigger makes a train. done, which may be nil, is called when it has ended, however
// that was.
func (pl *Pipeline) Trigger(done func(*Train)) *Train {
	pl.n.w.Write(pl.res)
	t := &Train{pl: pl, number: len(pl.trains) + 1, states: make([]JobState, len(pl.jobs)), timers: make([]sim.EventRef, len(pl.jobs)), done: done}
	running := pl.running()
	pl.trains = append(pl.trains, t)
	if running != nil {
		if !pl.CancelInProgress {
			return t
		}
		running.Cancel()
	}
	if pl.running() == nil { // a done may have triggered another
		t.begin()
	}
	return t
}

func (pl *Pipeline) running() *Train {
	for _, t := range pl.trains {
		if t.on && !t.over {
			return t
		}
	}
	return nil
}

// State is how far a job has come.
func (t *Train) State(job string) JobState {
	i := t.pl.index(job)
	if i < 0 {
		t.pl.n.w.Mistake("state of job %q: it is none of the pipeline's", job)
	}
	t.pl.n.w.Read(t.pl.res)
	return t.states[i]
}

// Over reports whether all jobs have ended.
func (t *Train) Over() bool { return t.over }

// Cancel kills the jobs in progress and those that are pending. What a job has begun
// outside goes on.
func (t *Train) Cancel() {
	if t.over {
		return
	}
	for i, s := range t.states {
		if s == JobPending || s == JobRunning {
			t.becomes(i, JobCancelled)
		}
	}
	t.end()
}

func (t *Train) begin() {
	t.on = true
	t.step()
}

// step starts the jobs that may, skips those that cannot, and ends the train when
// there are none left.
func (t *Train) step() {
	for changed := true; changed && !t.over; {
		changed = false
		for i := range t.pl.jobs {
			if t.states[i] == JobPending && t.settle(i) {
				changed = true
			}
		}
	}
	if !t.over && !slices.ContainsFunc(t.states, func(s JobState) bool { return s <= JobRunning }) {
		t.end()
	}
}

// settle starts or skips a pending job if that is decided.
func (t *Train) settle(i int) bool {
	for _, need := range t.pl.jobs[i].Needs {
		switch t.states[t.pl.index(need)] {
		case JobPending, JobRunning:
			return false
		case JobSucceeded:
		default:
			t.becomes(i, JobSkipped)
			return true
		}
	}
	t.run(i)
	return true
}

func (t *Train) run(i int) {
	pl, j := t.pl, &t.pl.jobs[i]
	t.becomes(i, JobRunning)
	w := pl.n.w
	if j.Timeout > 0 {
		t.timers[i] = pl.p.After(w.Label(j.Name+".timeout"), sim.Exactly(j.Timeout), &jobEvent{t, i, false}, 0)
	}
	if j.Run == nil {
		at := w.Label(j.Name)
		pl.p.After(at, pl.p.Window(at), &jobEvent{t, i, true}, 0)
		return
	}
	j.Run(func(ok bool) { t.ended(i, ok) })
}

// jobEvent is the end of a job's own work, or of its time.
type jobEvent struct {
	t  *Train
	i  int
	ok bool
}

// Fire ends the job.
func (e *jobEvent) Fire(*sim.World, int64) { e.t.ended(e.i, e.ok) }

// ended is the end of a running job; only the first one counts.
func (t *Train) ended(i int, ok bool) {
	if t.over || t.states[i] != JobRunning {
		return
	}
	if ok && t.pl.jobs[i].CanFail && t.pl.n.w.Fault(t.pl.faults[i]) {
		ok = false
	}
	if ok {
		t.becomes(i, JobSucceeded)
	} else {
		t.becomes(i, JobFailed)
	}
	t.step()
}

func (t *Train) becomes(i int, s JobState) {
	w := t.pl.n.w
	w.Write(t.pl.res)
	if t.states[i] == JobRunning {
		w.Cancel(t.timers[i])
	}
	t.states[i] = s
	if w.Recording() {
		w.Note("train %d: job %s %s", t.number, t.pl.jobs[i].Name, s)
	}
}

// end ends the train and begins the next one that waits.
func (t *Train) end() {
	t.on, t.over = false, true
	if t.done != nil {
		t.done(t)
	}
	if t.pl.running() != nil {
		return
	}
	for _, next := range t.pl.trains {
		if !next.on && !next.over {
			next.begin()
			return
		}
	}
}
