package runner

import (
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// coverage is what a campaign has seen: classes, pairs, goals. It changes only between
// batches, in the order of schedule numbers; while a batch runs, workers look into it.
type coverage struct {
	classes classTable
	pairs   pairTable
	arms    []string
	goals   []string // that some run has reached
}

// arm is the number of an arm.
func (c *coverage) arm(name string) int {
	i := slices.Index(c.arms, name)
	if i < 0 && len(c.arms) < maxArms {
		i = len(c.arms)
		c.arms = append(c.arms, name)
	}
	return max(i, 0)
}

// merge takes in what a job has shown, and tells the job what of it was new.
func (c *coverage) merge(j *job, out *outcome) {
	arm := c.arm(j.arm)
	for _, p := range out.prints {
		if c.classes.add(p, arm) {
			out.fresh++
		}
	}
	for i := range out.pairs {
		if c.pairs.add(&out.pairs[i], out.schedule) {
			out.reversed++
		}
	}
}

// look notes what a run has shown that no batch before has. Runs of a class that is
// known have nothing new to show.
func (c *coverage) look(w *worker, j *job, r *sim.Result, out *outcome) {
	out.contested, out.virtual = r.Contested, w.world.NominalNow()
	l := w.world.Log()
	if j.sample && !r.Verdict.Failed() { // a run that failed is not whole
		out.sample = strategy.NewModel()
		out.sample.Add(l)
	}
	if c.classes.known(r.Fingerprint) {
		return
	}
	out.pairs = slices.Clone(w.spotter.spot(l, &c.pairs))
	keep := j.keep || len(out.pairs) > 0 || c.newGoal(r)
	if !keep {
		return
	}
	out.schedule = slices.Clone(r.Deviations)
	if keep && j.keeps {
		for i := range l.Events[:min(len(l.Events), maxCorpusOrder)] {
			out.order = append(out.order, l.Events[i].ID)
		}
	}
}

// newGoal reports whether a run has reached a goal that no run before its batch has.
func (c *coverage) newGoal(r *sim.Result) bool {
	for i, goal := range r.Goals {
		if r.Reached[i] && !slices.Contains(c.goals, goal) {
			return true
		}
	}
	return false
}

// Arm is what one strategy of a campaign has shown.
type Arm struct {
	Name string
	Runs int
	// Classes that it has met, and of those the ones that it met once and twice.
	Classes, Once, Twice int
	// Independent: its runs are independent draws, so that NewClass means something.
	// Not so for what walks through plans, or follows what others found.
	Independent bool
	// NewClass is the Good-Turing estimate of the chance that its next run shows a class
	// that none of its runs has shown, from Low to High with 95 %.
	NewClass, Low, High float64
}

// independent reports whether the runs of an arm are independent draws. What the arm
// has learned changes in the course of a campaign, and less and less.
func independent(arm string) bool {
	return !slices.Contains([]string{"default", "delays", "novelty", "reverse"}, arm) && !strings.HasPrefix(arm, "exhaustive")
}

func (c *coverage) report() (arms []Arm) {
	for i, name := range c.arms {
		a := &c.classes.arms[i]
		out := Arm{
			Name: name, Runs: a.runs, Classes: a.classes, Once: a.once, Twice: a.twice, Independent: independent(name),
		}
		if out.Independent {
			out.NewClass, out.Low, out.High = a.newClass()
		}
		arms = append(arms, out)
	}
	slices.SortFunc(arms, func(a, b Arm) int { return strings.Compare(a.Name, b.Name) })
	return arms
}

// openPairs says of the pairs that were seen in one order only what is known of the
// other one, and runs at most look of them again to find out.
func (c *campaign) openPairs(look int) ([]Pair, error) {
	var out []Pair
	for _, p := range c.cover.pairs.open() {
		first := 0
		if p.seen[1] {
			first = 1
		}
		q := Pair{First: p.names[first], Second: p.names[1-first], Resource: p.resource, Tries: p.tries, Why: NotLooked}
		if look > 0 {
			look--
			if err := c.lookAt(p, &q); err != nil {
				return nil, err
			}
		}
		out = append(out, q)
	}
	sortPairs(out)
	return out, nil
}

// lookAt runs what showed a pair once more, and asks for the other order.
func (c *campaign) lookAt(p *pair, q *Pair) error {
	if _, err := c.judge.record(p.witness.schedule); err != nil {
		return err
	}
	answer, stall, late, err := c.judge.world.Reverse(p.witness.first, p.witness.second)
	if err != nil {
		return nil //nolint:nilerr // the run cannot be had again: then nothing is known
	}
	switch answer {
	case sim.Reversible:
		q.Why = NotTried
	case sim.Untimely:
		q.Why, q.Stall, q.Late = OutOfReach, stall, late
	case sim.Ordered:
		q.Why = Forced
	}
	return nil
}
