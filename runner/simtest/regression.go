package simtest

import (
	"os"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// Story is an old failure, as `simrun gotest` writes it down.
type Story struct {
	Variant   string
	Profile   string
	Signature string   // of the failure
	Judge     []string // the properties that counted; nil: all
	// Schedule are the deviations from the nominal order, one a line, such as
	// `hold editor:write#2 after server:read#1`.
	Schedule []string
	// Decides are the pairs of events whose order decided, for people, such as
	// `server:read#1 before editor:write#2, on file; the other order passes`.
	Decides []string
	// Sampled: durations are drawn with Seed, as in an estimate of a failure rate.
	Sampled bool
	Seed    uint64
}

// Regression checks that an old failure stays fixed: it runs the schedule of the story, and
// the orders around it, and fails if one of them fails in any way. A schedule of whose
// events none occurs any more tests nothing, and fails too: then the story must be found
// anew, or the test be deleted.
func Regression(t *testing.T, s *sim.Scenario, story Story) {
	t.Helper()
	trace, err := story.trace(s)
	if err != nil {
		t.Fatalf("regression of %s: %v", s.Name, err)
	}
	o := runner.Options{Scenario: s, Minimise: 200}
	r, err := runner.Replay(o, trace, true)
	if err != nil {
		t.Fatalf("regression of %s: %v", s.Name, err)
	}
	c := &check{s: s, cfg: Config{Dir: "testdata/simrun", Getenv: os.Getenv}, options: o}
	if r.Trace.Verdict.Failed() {
		if r.Trace.Signature == trace.Signature {
			r.Trace.Races = runner.RacesOf(r.Trace, story.Decides)
		}
		t.Fatal(c.story(r.Trace, replays(t, "")...))
	}
	if len(trace.Schedule) > 0 && !occurs(trace.Schedule, r.Trace) {
		t.Fatalf("regression of %s: of the events that the schedule names none occurs any more, so it tests nothing:\n%v", s.Name, story.Schedule)
	}
	v, err := runner.Verify(t.Context(), o, trace)
	if err != nil {
		t.Fatalf("regression of %s: %v", s.Name, err)
	}
	for _, f := range v.Failures {
		t.Error(c.story(f.Minimal, replays(t, "")...))
	}
	t.Logf("%d orders around the old failure, %d of them really different: %d fail", v.Tried, v.Classes, v.Failing)
}

func (story *Story) trace(s *sim.Scenario) (*sim.Trace, error) {
	t := &sim.Trace{
		Scenario: s.Name, Variant: story.Variant, Profile: story.Profile, Judge: story.Judge, Signature: story.Signature,
		Verdict: sim.Violation, Seed: story.Seed,
	}
	if story.Sampled {
		t.Mode = sim.Sampled
	}
	for _, line := range story.Schedule {
		d, err := sim.ParseDeviation(line)
		if err != nil {
			return nil, err
		}
		t.Schedule = append(t.Schedule, d)
	}
	return t, nil
}

// occurs reports whether an event or choice that the schedule names is in the run.
func occurs(schedule sim.Schedule, t *sim.Trace) bool {
	met := make(map[string]bool)
	for i := range t.Events {
		met[t.EventName(i)] = true
		for _, o := range t.Events[i].Outcomes {
			met[o.Name] = true
		}
	}
	for _, p := range t.Params {
		met["world:"+p.Label+"#1"] = true
	}
	for _, d := range schedule {
		if met[d.Name] || met[d.AfterName] {
			return true
		}
	}
	return false
}
