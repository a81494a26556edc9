package runner

import (
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// portfolio is the default of a campaign. No strategy wins everywhere, so it begins
// with the schedules near the nominal one, every second batch until those with one hold
// are done, and goes on with those with two; they have a tenth of the budget. It shares
// the rest between all that sample.
type portfolio struct {
	sampler
	delays delaySource
	turn   int
	near   int // runs of delays
	bandit bandit
	corpus corpus
}

// arms of the portfolio, and their floors in percent: 5, and more for the two families
// that find what nobody else does, uniform walks and few changes of priority. An equal
// split of nine arms is nine times worse than the best of them, and where everything is
// new, or the best finder shows the least that is new, the bandit learns nothing.
func arms() []banditArm {
	return []banditArm{
		{name: "random", floor: 5}, {name: "pct", floor: 11}, {name: "tapct", floor: 12}, {name: "pos", floor: 6},
		{name: "urw", floor: 20}, {name: "surw", floor: 22}, {name: "stalls", floor: 5},
		{name: "novelty", floor: 5}, {name: "reverse", floor: 5},
	}
}

func newPortfolio(base sampler) *portfolio {
	return &portfolio{
		sampler: base, delays: delaySource{sampler: base, walk: strategy.NewDelays()},
		bandit: bandit{arms: arms(), rand: sim.NewRand(base.o.Seed ^ 0x706f7274666f6c69)},
	}
}

func (s *portfolio) fill(n int) ([]job, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	turn := s.turn
	s.turn++
	if s.isNear(turn) {
		s.delays.number, s.delays.learned = s.number, s.learned
		jobs, err := s.delays.fill(n)
		s.number = s.delays.number
		s.near += len(jobs)
		if err != nil || len(jobs) > 0 {
			return jobs, err
		}
	}
	var jobs []job
	candidates := s.candidates()
	for _, arm := range s.bandit.share(n, func(arm string) bool {
		return arm == "novelty" && s.corpus.idle() || arm == "reverse" && len(candidates) == 0
	}) {
		j := s.job(arm)
		j.keeps, j.keep = true, j.number%keepEvery == 0
		switch arm {
		case "novelty":
			j.schedule, j.follows = s.corpus.mutant(s.bandit.rand)
		case "reverse":
			if len(candidates) > 0 {
				j.schedule, j.follows = reverse(candidates[0]), true
				candidates = candidates[1:]
			}
		}
		if j.arm = arm; !j.follows && (arm == "novelty" || arm == "reverse") {
			j.arm = "random"
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// minNear is how many schedules near the nominal one are tried first in any case.
const minNear = 256

// isNear reports whether a batch is about schedules near the nominal one. When their
// share is used up, what is left with one hold is finished all the same, in time.
func (s *portfolio) isNear(turn int) bool {
	one, left := s.delays.walk.Level() < 2, s.near < max(minNear, s.o.Runs/10)
	every := 0
	switch {
	case s.delays.done:
	case one && left:
		every = 2
	case left:
		every = 10
	case one:
		every = 20
	}
	return every > 0 && turn%every == 0
}

// keepEvery is how often a run that shows something new is kept to be mutated: in a
// space in which all is new, keeping each would cost more than it gains.
const keepEvery = 4

// maxTries is how often the other order of a pair is tried.
const maxTries = 3

// candidates are the pairs whose other order is to be tried, those that were tried
// least often first.
func (s *sampler) candidates() (open []*pair) {
	for _, p := range s.cover.pairs.order {
		if !p.reversed() && p.tries < maxTries {
			open = append(open, p)
		}
	}
	slices.SortStableFunc(open, func(a, b *pair) int { return a.tries - b.tries })
	return open
}

// reverse is the schedule that tries the other order of a pair: that of a run in which
// it was seen, and one more hold. It is race-directed testing (Sen, PLDI'08), one run
// a pair.
func reverse(p *pair) sim.Schedule {
	p.tries++
	s := slices.DeleteFunc(slices.Clone(p.witness.schedule), func(d sim.Deviation) bool {
		return d.Kind == sim.KindSchedule && d.Event == p.witness.first
	})
	return append(s, sim.Deviation{Kind: sim.KindSchedule, Event: p.witness.first, After: p.witness.second})
}

func (s *portfolio) learn(j *job, out *outcome) {
	s.sampler.learn(j, out)
	if j.arm == "delays" {
		s.delays.walked(j, out)
		return
	}
	won := out.fresh > 0 || out.reversed > 0 || out.goal
	s.bandit.reward(j.arm, won)
	if won {
		s.corpus.add(out.schedule, out.order, out.reversed > 0 || out.goal)
	}
}

func (s *portfolio) doing() string {
	if s.delays.walk.Level() < 2 && !s.delays.done {
		return "portfolio, " + s.delays.doing()
	}
	best := slices.Clone(s.bandit.arms)
	slices.SortStableFunc(best, func(a, b banditArm) int {
		return int(1000*b.won/(b.won+b.lost+1)) - int(1000*a.won/(a.won+a.lost+1))
	})
	return "portfolio, mostly " + strings.Join([]string{best[0].name, best[1].name}, " and ")
}

func (s *portfolio) claim() claim {
	c := s.delays.claim()
	c.exhausted = false
	return c
}

// following are the strategies that follow what others found.
var following = []string{"novelty", "reverse"}

// followerSource hands out mutants of what showed something new, or the other orders of
// pairs; and random walks, to have something to begin with, and where there is nothing.
type followerSource struct {
	sampler
	corpus corpus
	rand   *sim.Rand
}

func (s *followerSource) fill(n int) ([]job, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	candidates := s.candidates()
	var jobs []job
	for range n {
		j := s.job(s.arm)
		j.keeps, j.keep = s.arm == "novelty", s.arm == "novelty"
		switch {
		case j.number%8 == 0: // there must always be something else
		case s.arm == "novelty":
			j.schedule, j.follows = s.corpus.mutant(s.rand)
		case len(candidates) > 0:
			j.schedule, j.follows = reverse(candidates[0]), true
			candidates = candidates[1:]
		}
		if !j.follows {
			j.arm = "random"
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

func (s *followerSource) learn(j *job, out *outcome) {
	s.sampler.learn(j, out)
	if out.fresh > 0 || out.reversed > 0 || out.goal {
		s.corpus.add(out.schedule, out.order, out.reversed > 0 || out.goal)
	}
}
