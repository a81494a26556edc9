package runner

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// worker runs schedules, one after the other, in a world of its own.
type worker struct {
	o        *Options
	world    *sim.World
	result   sim.Result // of the last run
	sampling map[string]strategy.Strategy
	delays   strategy.DelayRun
	cover    *coverage // what the campaign has seen, or nil: changes only between batches
	spotter  spotter
	runs     atomic.Uint64 // for the watch
	busy     atomic.Bool
}

func newWorker(o *Options) *worker {
	w := &worker{o: o, world: sim.NewWorld(), sampling: make(map[string]strategy.Strategy)}
	for _, name := range strategy.Names() {
		if s, err := strategy.New(name); err == nil { // the others have sources of their own
			w.sampling[name] = s
		}
	}
	return w
}

// run runs the scenario once, under the eyes of the watch. The Result holds until the
// next run.
func (w *worker) run(c sim.Config) (*sim.Result, error) {
	w.runs.Add(1)
	w.busy.Store(true)
	err := w.world.RunInto(&w.result, w.o.Scenario, c)
	w.busy.Store(false)
	if err != nil {
		return nil, err
	}
	return &w.result, nil
}

// do runs a job.
func (w *worker) do(j *job, out *outcome) {
	switch j.arm {
	case "exhaustive", "exhaustive-dpor":
		w.reducedPart(j, out)
		return
	case "exhaustive-all":
		w.subtree(j, out)
		return
	}
	c := w.chooser(j)
	cfg := w.o.config(c)
	cfg.Log = true
	r, err := w.run(cfg)
	if err == nil && j.number%1000 == 0 {
		err = w.twice(j, r)
	}
	out.add(r, err)
	if err != nil {
		return
	}
	w.cover.look(w, j, r, out)
	w.mayKeep(r, out)
	w.noteRun(j, r, out)
	out.asked, out.faults = strategy.Asked(c), strategy.Faults(c)
	out.points, out.more = w.delays.Ended()
	if len(out.found) > 0 {
		out.found[0].used = w.used(j)
	}
}

// used says what the strategy of a job went by, for people: no replay needs it.
func (w *worker) used(j *job) string {
	if j.follows || w.sampling[j.arm] == nil || j.arm == "default" || j.arm == "random" {
		return ""
	}
	used := fmt.Sprintf("at most %d contested points", j.learned.Contested)
	if s, ok := w.sampling[j.arm].(interface{ Used() string }); ok {
		used = s.Used()
	}
	return fmt.Sprintf("%s, of %d runs", used, j.learned.Model.Runs())
}

// chooser prepares the job's strategy, from its beginning.
func (w *worker) chooser(j *job) sim.Chooser {
	if j.follows {
		return strategy.Fixed(strategy.NewReplay(j.schedule, false), w.o.Draws)
	}
	var s strategy.Strategy = &w.delays
	if j.arm == "delays" {
		w.delays.Start(j.holds)
	} else {
		s = w.sampling[j.arm]
		s.Begin(strategy.Info{Number: j.number, Seed: j.seed, Learned: j.learned})
	}
	return strategy.Chooser(s, strategy.Data{
		Seed: j.seed, On: j.arm != "default" && j.arm != "delays", Calm: j.calm, Faults: j.learned.Faults, Fixed: w.o.Draws,
	})
}

// twice runs a job again, whose Result r then is: two runs that differ are a leak of
// nondeterminism.
func (w *worker) twice(j *job, r *sim.Result) error {
	first, signature := r.Rolling, r.Signature()
	cfg := w.o.config(w.chooser(j))
	cfg.Log = true
	if _, err := w.run(cfg); err != nil {
		return err
	}
	if r.Rolling != first || r.Signature() != signature {
		r.Verdict = sim.Nondeterminism
		r.Failure = sim.Failure{Property: "determinism", Message: "the same choices gave two different runs"}
	}
	return nil
}

// lookEvery is how many runs of a part of the tree pass between looks at the
// context and the budget.
const lookEvery = 64

// subtree goes on with a part of the tree of orders, for as many runs as it may.
func (w *worker) subtree(j *job, out *outcome) {
	for out.runs < j.limit {
		if out.runs%lookEvery == lookEvery-1 && w.o.over() {
			return
		}
		r, err := w.run(w.o.config(strategy.Fixed(j.walk, w.o.Draws)))
		if err == nil {
			out.witness(j, r)
		}
		if out.add(r, err); out.err != nil {
			return
		}
		if !j.walk.Next() {
			out.complete = true
			return
		}
	}
}

// add takes a run into the outcome.
func (out *outcome) add(r *sim.Result, err error) {
	if err != nil {
		out.err = err
		return
	}
	out.runs++
	out.steps += int64(r.Steps)
	out.stated = max(out.stated, r.Stated)
	if len(out.prints) < MaxClasses/batchSize {
		out.prints = append(out.prints, r.Fingerprint)
	}
	for i, goal := range r.Goals {
		n := 0
		if r.Reached[i] {
			n = 1
		}
		out.goals, out.reached = addGoal(out.goals, out.reached, goal, n)
	}
	if r.Verdict.Failed() {
		out.failing++
		out.fail(r)
	}
}

// addGoal counts n runs that reached a goal; a goal that is new joins the list.
func addGoal(goals []string, reached []int, goal string, n int) ([]string, []int) {
	for i, g := range goals {
		if g == goal {
			reached[i] += n
			return goals, reached
		}
	}
	return append(goals, goal), append(reached, n)
}

func (out *outcome) fail(r *sim.Result) {
	sig := r.Signature()
	for i := range out.found {
		if out.found[i].signature == sig {
			out.found[i].count++
			return
		}
	}
	if len(out.found) < maxFailures {
		out.found = append(out.found, foundRun{
			signature: sig, schedule: slices.Clone(r.Deviations), rolling: r.Rolling, index: out.runs - 1, count: 1,
		})
	}
}

// record runs a schedule, leniently, and keeps everything.
func (w *worker) record(s sim.Schedule) (*sim.Trace, error) {
	cfg := w.o.config(strategy.NewReplay(s, false))
	cfg.Record = true
	r, err := w.run(cfg)
	if err != nil {
		return nil, err
	}
	return r.Trace, nil
}

// confirm runs a failing run twice more, by its schedule, and records it. If the
// three do not agree the verdict is Nondeterminism, with the first difference.
func (w *worker) confirm(f *foundRun) (*sim.Trace, error) {
	a, err := w.record(f.schedule)
	if err != nil {
		return nil, err
	}
	b, err := w.record(f.schedule)
	if err != nil {
		return nil, err
	}
	if same(a, b) && a.Rolling == f.rolling && a.Signature == f.signature {
		return a, nil
	}
	if same(a, b) { // what is random may come out the same twice
		if b, err = w.recordUntil(f.schedule, func(t *sim.Trace) bool { return !same(a, t) }); err != nil {
			return nil, err
		}
	}
	message := difference(a, b)
	if same(a, b) { // only the run that was found was otherwise
		was := ending(f.signature)
		if f.signature == nondeterminism {
			was = "differed when it was repeated at once"
		}
		message = fmt.Sprintf("a run %s, and when it was run again it %s, %d times over. %s",
			was, otherwise(f.signature, a.Signature), 2+unlike, whyOtherwise(f.signature, a.Signature))
	}
	return unsteady(a, message), nil
}

// unlike is how often a schedule is run to see it come to something else.
const unlike = 8

// recordUntil records runs of a schedule until one is as asked for, but not for ever.
func (w *worker) recordUntil(s sim.Schedule, ok func(*sim.Trace) bool) (t *sim.Trace, err error) {
	for range unlike {
		if t, err = w.record(s); err != nil || ok(t) {
			return t, err
		}
	}
	return t, nil
}

// difference says where two runs of the same schedule part.
func difference(a, b *sim.Trace) string {
	for i := range min(len(a.Events), len(b.Events)) {
		if x, y := a.EventName(i), b.EventName(i); x != y {
			return fmt.Sprintf("two runs of one schedule part at step %d: %s, then %s", i+1, x, y)
		}
		if x, y := fmt.Sprint(a.Events[i].Outcomes), fmt.Sprint(b.Events[i].Outcomes); x != y {
			return fmt.Sprintf("two runs of one schedule part at step %d, %s: %s, then %s", i+1, a.EventName(i), x, y)
		}
	}
	if len(a.Events) != len(b.Events) {
		return fmt.Sprintf("two runs of one schedule part after %d steps: one has %d, the other %d",
			min(len(a.Events), len(b.Events)), len(a.Events), len(b.Events))
	}
	if a.Signature != b.Signature {
		return fmt.Sprintf("two runs of one schedule have the same %d steps: one %s, the other %s. %s",
			len(a.Events), ending(a.Signature), ending(b.Signature), whyOtherwise(a.Signature, b.Signature))
	}
	if a.Rolling != b.Rolling {
		return "two runs of one schedule have the same steps, and these touch other things or are enabled otherwise. " + outside
	}
	return "the run differed when it was repeated, and then did not differ again. " + outside
}
