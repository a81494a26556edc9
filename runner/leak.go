package runner

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// worthLeaks is how many runs a campaign has that looks for leaks.
const worthLeaks = 4 * batchSize

// outside says what a run that depends on the runs before it means, and what to do.
const outside = "The scenario keeps state outside of its world, which one run leaves to the next: " +
	"make all of it in Build, and nothing in package variables or in what Build closes over."

// pointers says the same of runs that end alike, but for an address in what they say.
const pointers = "The two differ in an address only, which is another one whenever memory is allocated: " +
	"say what the pointer points to, and not where."

// address is a pointer as %v and %p print it.
var address = regexp.MustCompile(`0x[0-9a-f]{4,}`)

// whyOtherwise says why a schedule may come to two things, by the signatures of both, and
// what to do.
func whyOtherwise(a, b string) string {
	if a != b && withoutAddresses(a) == withoutAddresses(b) {
		return pointers
	}
	return outside
}

// withoutAddresses is a signature without the addresses in it.
func withoutAddresses(signature string) string {
	if !strings.Contains(signature, "0x") {
		return signature
	}
	return address.ReplaceAllString(signature, "0x")
}

// nondeterminism is the signature of that verdict.
const nondeterminism = "nondeterminism determinism"

// unsteady gives the run of t the verdict Nondeterminism.
func unsteady(t *sim.Trace, message string) *sim.Trace {
	t.Verdict, t.Signature = sim.Nondeterminism, nondeterminism
	t.Failure = sim.Failure{Property: "determinism", Message: message}
	return t
}

// leaks runs the nominal order twice, then some other one, and the nominal order again,
// in one world: two runs of it that differ show state outside of the world, or that one
// run leaves to the next. That is a failure of the campaign, and the campaign goes on.
// It takes four runs: a campaign of a few runs is one of many, and does without.
func (c *campaign) leaks() error {
	if c.o.Runs < worthLeaks {
		return nil
	}
	first, err := c.judge.record(nil)
	if err != nil {
		return err
	}
	walk := strategy.NewRandomWalk()
	walk.Begin(strategy.Info{Seed: c.o.Seed})
	other := c.o.config(strategy.Chooser(walk, strategy.Data{Seed: c.o.Seed, On: true, Fixed: c.o.Draws}))
	for _, after := range []string{"", "after another run in the same world, "} {
		if after != "" {
			if _, err := c.judge.run(other); err != nil {
				return err
			}
		}
		r, err := c.judge.run(c.o.config(strategy.NewReplay(nil, false)))
		if err != nil {
			return err
		}
		if first.Rolling == r.Rolling && first.Signature == r.Signature() {
			continue
		}
		again, err := c.judge.recordUntil(nil, func(t *sim.Trace) bool { return !same(t, first) })
		if err != nil {
			return err
		}
		message := after + difference(first, again)
		if after != "" {
			message += ". " + whyOtherwise(first.Signature, again.Signature)
		}
		first.Strategy = "the nominal order, several times"
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.leaked(first, 1, 1, message)
	}
	return nil
}

// leaked reports, once in a campaign, that a run depends on more than its schedule. Who
// calls it has the report to itself.
func (c *campaign) leaked(t *sim.Trace, run, count int, message string) error {
	if c.known[nondeterminism] != nil {
		return nil
	}
	f := &Failure{Signature: nondeterminism, Run: run, Count: count, Found: unsteady(t, message), Minimal: t}
	c.known[nondeterminism] = f
	c.report.Failures = append(c.report.Failures, f)
	return c.handOver(f)
}

// same reports whether two runs of one schedule came to the same.
func same(a, b *sim.Trace) bool { return a.Rolling == b.Rolling && a.Signature == b.Signature }

// ran is what a schedule came to.
type ran struct {
	number    int // of the job, from 0
	key       uint64
	rolling   uint64
	signature string
	schedule  sim.Schedule // only of a witness
}

// The most schedules of a campaign that are remembered, and the most witnesses: runs that
// passed at its beginning, and must still pass whenever something fails and at its end.
// There is one witness for so many runs that the campaign may have.
const (
	maxPast        = 1 << 16
	maxWitnesses   = 8
	runsPerWitness = batchSize / 2
)

// past is what a campaign remembers of its runs: a schedule has but one run.
type past struct {
	runs      map[uint64]ran
	witnesses []ran
}

// note remembers a run. It returns an earlier one of the same schedule that came to
// something else, if there is one.
func (p *past) note(r *ran, witnesses int) (earlier ran, differs bool) {
	if r.schedule != nil && len(p.witnesses) < witnesses {
		p.witnesses = append(p.witnesses, *r)
	}
	earlier, known := p.runs[r.key]
	switch {
	case known:
		return earlier, earlier.rolling != r.rolling || earlier.signature != r.signature
	case len(p.runs) < maxPast:
		if p.runs == nil {
			p.runs = make(map[uint64]ran)
		}
		p.runs[r.key] = ran{number: r.number, key: r.key, rolling: r.rolling, signature: r.signature}
	}
	return ran{}, false
}

// witnesses is how many witnesses the campaign has.
func (c *campaign) witnesses() int { return min(maxWitnesses, c.o.Runs/runsPerWitness) }

// noteRun is the job's run for the past.
func (w *worker) noteRun(j *job, r *sim.Result, out *outcome) {
	if r.Verdict == sim.Nondeterminism { // it is found out already
		return
	}
	run := ranOf(j.number, r, j.number < batchSize)
	out.ran = &run
}

// ranOf is run number of a campaign, from 0, for the past: with its schedule if it may be a
// witness and passed.
func ranOf(number int, r *sim.Result, witness bool) ran {
	run := ran{number: number, key: scheduleHash(r.Deviations), rolling: r.Rolling, signature: r.Signature()}
	if witness && run.signature == "" {
		run.schedule = append(sim.Schedule{}, r.Deviations...)
	}
	return run
}

// witnesses reports whether the next run of a part of the tree is for the past: the first
// ones of the first part are.
func (j *job) witnesses(out *outcome) bool { return j.number == 0 && out.runs < maxWitnesses }

// witness keeps a run of a part of the tree for the past, before it is counted.
func (out *outcome) witness(j *job, r *sim.Result) {
	if j.witnesses(out) && !r.Verdict.Failed() {
		out.witnesses = append(out.witnesses, ranOf(out.runs, r, true))
	}
}

// scheduleHash is equal for equal schedules, whatever the order of their entries.
func scheduleHash(s sim.Schedule) (h uint64) {
	for _, d := range s {
		x := uint64(d.Kind)
		for _, v := range [...]uint64{uint64(d.Event), uint64(d.After), uint64(d.Value)} {
			x = (x ^ v) * 0x9e3779b97f4a7c15
			x ^= x >> 29
		}
		h += x * 0xbf58476d1ce4e5b9
	}
	return h
}

// repeats looks whether the same schedule came to something else before. If so that is
// what the campaign reports, and not what the run came to.
func (c *campaign) repeats(j *job, out *outcome) (leaks bool, err error) {
	for i := range out.witnesses {
		c.past.note(&out.witnesses[i], c.witnesses())
	}
	if out.ran == nil {
		return false, nil
	}
	earlier, differs := c.past.note(out.ran, c.witnesses())
	if !differs {
		return false, nil
	}
	if c.known[nondeterminism] != nil {
		return true, nil
	}
	cfg := c.o.config(c.judge.chooser(j))
	cfg.Record = true
	r, err := c.judge.run(cfg)
	if err != nil {
		return true, err
	}
	r.Trace.Strategy = fmt.Sprintf("%s, seed %d, schedule %d", j.arm, c.o.Seed, j.number+1)
	return true, c.leaked(r.Trace, c.report.Runs+1, 0, fmt.Sprintf("schedules %d and %d are the same: the first %s, and the other %s. %s",
		earlier.number+1, j.number+1, ending(earlier.signature), otherwise(earlier.signature, out.ran.signature), whyOtherwise(earlier.signature, out.ran.signature)))
}

// recheck runs what passed at the beginning of the campaign once more. A run that does not
// pass as it did, which is then returned with what it means, shows that the runs between
// have left something.
func (c *campaign) recheck() (t *sim.Trace, run int, message string, err error) {
	for i := range c.past.witnesses {
		w := &c.past.witnesses[i]
		t, err := c.judge.record(w.schedule)
		if err != nil {
			return nil, 0, "", err
		}
		if t.Rolling == w.rolling && t.Signature == w.signature {
			continue
		}
		t.Strategy = fmt.Sprintf("schedule %d, run again", w.number+1)
		return t, w.number + 1, fmt.Sprintf("schedule %d %s, and when it was run again after others it %s. %s",
			w.number+1, ending(w.signature), otherwise(w.signature, t.Signature), whyOtherwise(w.signature, t.Signature)), nil
	}
	return nil, 0, "", nil
}

// blames reports whether a failure may come from what the runs before it have left: then
// the campaign reports that, and the failure with it.
func (c *campaign) blames(f *foundRun) (bool, error) {
	t, run, message, err := c.recheck()
	if t == nil || err != nil {
		return false, err
	}
	err = c.leaked(t, run, 0, message)
	leak := c.known[nondeterminism]
	leak.Count += f.count
	c.known[withoutAddresses(f.signature)] = leak
	return true, err
}

// lastLook is for what only makes runs pass that should fail.
func (c *campaign) lastLook() error {
	if c.known[nondeterminism] != nil {
		return nil
	}
	t, run, message, err := c.recheck()
	if t == nil || err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leaked(t, run, 0, message)
}

// ending says what a run came to.
func ending(signature string) string {
	if signature == "" {
		return "passed"
	}
	return fmt.Sprintf("failed (%s)", signature)
}

// otherwise says what a run came to that is not as an earlier one.
func otherwise(earlier, now string) string {
	if earlier == now {
		return ending(now) + " with other events"
	}
	return ending(now)
}
