package runner

import (
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// newSource makes the source of jobs for a strategy.
func newSource(o *Options, judge *worker, cover *coverage) (source, error) {
	base := sampler{o: o, judge: judge, cover: cover}
	switch o.Strategy {
	case "", "portfolio":
		return newPortfolio(base), nil
	case "delays":
		return &delaySource{sampler: base, walk: strategy.NewDelays()}, nil
	case "exhaustive":
		return newReducedSource(base, strategy.NewReduced), nil
	case "exhaustive-dpor":
		return newReducedSource(base, strategy.NewDPOR), nil
	case "exhaustive-all":
		return &treeSource{sampler: base}, nil
	}
	base.arm = o.Strategy
	if slices.Contains(following, o.Strategy) {
		return &followerSource{sampler: base, rand: sim.NewRand(o.Seed)}, nil
	}
	if _, err := strategy.New(o.Strategy); err != nil {
		return nil, err
	}
	return &base, nil
}

// sampler hands out schedules of one sampling strategy.
type sampler struct {
	o       *Options
	judge   *worker
	cover   *coverage
	arm     string
	number  int
	learned strategy.Learned // without a Model, nothing was learned
}

// prepare learns from the nominal run what strategies may know at the beginning.
func (s *sampler) prepare() error {
	if s.learned.Model != nil {
		return nil
	}
	cfg := s.o.config(strategy.Chooser(strategy.Default{}, strategy.Data{Fixed: s.o.Draws}))
	cfg.Log = true
	r, err := s.judge.run(cfg)
	if err != nil {
		return err
	}
	s.learned.Model = strategy.NewModel()
	s.learned.Model.Add(s.judge.world.Log())
	s.learned.Contested, s.learned.Virtual = r.Contested, s.judge.world.NominalNow()
	return nil
}

// The runs that strategies learn from: all of the first batch, and then every so many
// up to so many, as if they were all.
const (
	learnEvery = 16
	learnMost  = 4096
)

func (s *sampler) job(arm string) job {
	j := job{number: s.number, arm: arm, seed: strategy.SeedOf(s.o.Seed, s.number), learned: s.learned}
	j.calm = s.number < min(batchSize, s.o.Runs/10) // the first ones; few of a few
	j.sample = s.number < batchSize || s.number%learnEvery == 0 && s.learned.Model.Runs() < learnMost
	s.number++
	return j
}

func (s *sampler) fill(n int) ([]job, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	if s.arm == "default" {
		if s.number > 0 {
			return nil, nil
		}
		n = 1
	}
	var jobs []job
	for range n {
		jobs = append(jobs, s.job(s.arm))
	}
	return jobs, nil
}

// learn takes in what the runs of one job showed.
func (s *sampler) learn(_ *job, out *outcome) {
	s.learned.Contested = max(s.learned.Contested, out.contested)
	s.learned.Virtual = max(s.learned.Virtual, out.virtual)
	if out.sample != nil {
		s.learned.Model.Merge(out.sample)
	}
	for _, kind := range out.faults {
		s.learned.AddFault(kind)
	}
}

func (s *sampler) doing() string { return s.arm }

func (s *sampler) claim() (c claim) {
	if s.arm == "default" {
		c.text = "the nominal order passes"
	}
	return c
}

// delaySource hands out the schedules near the nominal one, level by level.
type delaySource struct {
	sampler
	walk  *strategy.Delays
	asked bool // a run asked for something that is not an order: a clock reading, a parameter
	done  bool
}

func (s *delaySource) fill(n int) ([]job, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	var jobs []job
	for len(jobs) < n && (len(jobs) == 0 || s.walk.Ready()) {
		holds, ok := s.walk.Next()
		if !ok {
			s.done = true
			break
		}
		j := s.job("delays")
		j.holds = holds
		jobs = append(jobs, j)
	}
	return jobs, nil
}

func (s *delaySource) learn(j *job, out *outcome) {
	s.sampler.learn(j, out)
	s.walked(j, out)
}

// walked tells the walk what one of its plans came to.
func (s *delaySource) walked(j *job, out *outcome) {
	s.asked = s.asked || out.asked
	s.walk.Done(j.holds, out.points, out.more)
}

// defaults is what a claim about orders leaves out.
const defaults = "parameters, faults and clock readings at their defaults"

func (s *delaySource) doing() string { return "delays: " + holds(s.walk.Level()) }

func (s *delaySource) claim() (c claim) {
	if s.done && !s.walk.Incomplete() {
		return claim{text: "every order of events passes (" + defaults + ")", exhausted: !s.asked, allOrders: true}
	}
	if level := s.walk.Level() - 1; level >= 0 {
		c.text = fmt.Sprintf("no violation with at most %s (%s)", holds(level), defaults)
	}
	return c
}

func holds(n int) string {
	if n == 1 {
		return "1 hold"
	}
	return fmt.Sprintf("%d holds", n)
}

// treeSource walks through the tree of all orders, in parts, one after the other.
type treeSource struct {
	sampler
	walks    []*strategy.Exhaustive // unfinished parts, those under way first
	split    bool
	parts    int
	finished int
	runs     int
	partial  bool // not every clock reading was tried
}

const (
	// treeParts is how many parts the tree is split into: enough for any number of
	// workers to have an equal share.
	treeParts = 256
	// treeSlice is how many runs a part gets before the next one's turn.
	treeSlice = 1024
)

func (s *treeSource) fill(most int) ([]job, error) {
	if !s.split {
		s.split = true
		prefixes, err := strategy.Prefixes(treeParts, func(c sim.Chooser) error {
			_, err := s.judge.run(s.o.config(strategy.Fixed(c, s.o.Draws)))
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, p := range prefixes {
			s.walks = append(s.walks, strategy.NewExhaustive(p))
		}
		s.parts = len(prefixes)
	}
	n := min(len(s.walks), most)
	slice := min(treeSlice, max(1, (s.o.Runs-s.runs)/max(n, 1)))
	var jobs []job
	for _, walk := range s.walks[:n] {
		j := s.job("exhaustive-all")
		j.walk, j.limit = walk, slice
		jobs = append(jobs, j)
	}
	return jobs, nil
}

func (s *treeSource) learn(j *job, out *outcome) {
	s.runs += out.runs
	s.partial = s.partial || j.walk.Partial()
	if out.complete {
		s.finished++
		s.walks = slices.DeleteFunc(s.walks, func(w *strategy.Exhaustive) bool { return w == j.walk })
	}
}

func (s *treeSource) doing() string {
	return fmt.Sprintf("exhaustive-all: %d of %d parts done", s.finished, s.parts)
}

func (s *treeSource) claim() (c claim) {
	switch {
	case !s.split || s.finished != s.parts:
	case s.partial:
		c.text = fmt.Sprintf("all %d orders pass, with some of the possible clock readings", s.runs)
	default:
		c.text, c.exhausted = fmt.Sprintf("exhausted: all %d orders pass", s.runs), true
	}
	return c
}
