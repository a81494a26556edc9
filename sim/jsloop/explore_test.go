package jsloop_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/jsloop/internal/program"
)

// lateClock is a clock that jumps when it is read: how long each piece of code takes
// is just what the readings of the loop's clock can tell, so choosing the jumps
// explores all timings.
type lateClock struct {
	rng   *rand.Rand
	now   time.Duration
	often int             // a reading in how many jumps; 0: none does
	far   int64           // jumps are at most so many microseconds
	jumps []time.Duration // made, or to be made again
	at    int             // readings so far
}

// draw chooses how slow the machine is.
func (c *lateClock) draw() {
	c.often = []int{0, 8, 4, 2, 1}[c.rng.IntN(5)]
	c.far = []int64{1, 2, 4, 12, 40}[c.rng.IntN(5)] * 1000
}

func (c *lateClock) read() time.Duration {
	if c.at == len(c.jumps) {
		jump := time.Duration(0)
		if c.often > 0 && c.rng.IntN(c.often) == 0 {
			jump = time.Duration(1+c.rng.Int64N(c.far)) * time.Microsecond
		}
		c.jumps = append(c.jumps, jump)
	}
	c.now += c.jumps[c.at]
	c.at++
	return c.now
}

// explorer runs one program under many timings.
type explorer struct {
	r    *program.Recording
	f    jsloop.Flavour
	rng  *rand.Rand
	pool *coro.Pool
	runs int
	err  error
	seen map[string]bool // outcomes produced
	// codes: exit codes of the process count. Recordings have none.
	codes bool
	// Of the last run:
	last  program.Outcome
	reads []int // clock readings before each line of the order
	jumps []time.Duration
}

func newExplorer(r *program.Recording, f jsloop.Flavour) *explorer {
	return &explorer{r: r, f: f, rng: rand.New(rand.NewPCG(1, 2)), pool: &coro.Pool{}, seen: map[string]bool{}}
}

func (x *explorer) close() { x.pool.Close() }

func key(o program.Outcome) string {
	return strings.Join(o.Order, " ") + fmt.Sprint(" exit ", o.Exit, " code ", o.Code)
}

// run runs the program with the given jumps first. Some of what was observed is of
// programs with longer timers, hence scale.
func (x *explorer) run(scale float64, jumps []time.Duration) {
	if x.runs++; x.runs%500 == 0 { // programs leave async functions that wait for ever
		x.pool.Close()
		x.pool = &coro.Pool{}
	}
	clock := &lateClock{rng: x.rng, jumps: jumps}
	clock.draw()
	m := program.Load(x.r, program.Options{Flavour: x.f, Scale: scale, Now: clock.read, Pool: x.pool})
	x.reads = x.reads[:0]
	for range stepLimit {
		s := m.Loop.Next()
		if s.Kind == jsloop.StepDone {
			break
		}
		if s.Wait {
			clock.now = max(clock.now, s.Deadline)
		}
		before := clock.at
		m.Loop.Step()
		for len(x.reads) < len(m.Log) {
			x.reads = append(x.reads, before)
		}
	}
	x.jumps = clock.jumps
	o := program.Outcome{Order: m.Log, Exit: m.Exit}
	if x.codes {
		o.Code = m.Code
	}
	x.seen[key(o)] = true
	x.last = o
	if m.Err != nil {
		x.err = m.Err
	}
}

// scales alternates between programs as they are and with the timers of det_sep.
func scales(i int) float64 { return []float64{1, 1, 8}[i%3] }

// wander tries random timings.
func (x *explorer) wander(runs int) {
	for i := range runs {
		x.run(scales(i), nil)
	}
}

// aim looks for a timing that gives want, by keeping the jumps up to where the best
// run so far left it and drawing the rest anew.
func (x *explorer) aim(want program.Outcome, runs int) bool {
	for _, scale := range []float64{1, 8} {
		var best []time.Duration
		matched, cut := -1, 0
		for i := 0; i < runs && !x.seen[key(want)]; i++ {
			if i%1000 == 999 { // stuck: start again
				matched, best, cut = -1, nil, 0
			}
			x.run(scale, x.vary(best, cut))
			n := 0
			for n < len(x.last.Order) && n < len(want.Order) && x.last.Order[n] == want.Order[n] {
				n++
			}
			if n >= matched {
				matched, best, cut = n, x.jumps, len(x.jumps)
				if n < len(x.reads) {
					cut = x.reads[n]
				}
			}
		}
	}
	return x.seen[key(want)]
}

// vary keeps the jumps up to a little, or some way, before cut; or keeps all up to cut
// but moves time from one jump to another.
func (x *explorer) vary(best []time.Duration, cut int) []time.Duration {
	from := cut
	switch x.rng.IntN(4) {
	case 0:
		from = x.rng.IntN(cut + 1)
	case 1, 2:
		for from > 0 && x.rng.IntN(3) > 0 {
			from--
		}
	}
	jumps := slices.Clone(best[:from])
	if from == cut && cut > 1 {
		i, j := x.rng.IntN(cut), x.rng.IntN(cut)
		some := time.Duration(x.rng.Int64N(int64(jumps[i]) + 1))
		jumps[i] -= some
		if x.rng.IntN(2) == 0 {
			jumps[j] += some
		}
	}
	return jumps
}

// explore returns which of the observed outcomes cannot be produced, and how many
// others can.
func explore(r *program.Recording, f jsloop.Flavour, observed []program.Outcome, runs int) (missing []program.Outcome, novel int, err error) {
	x := newExplorer(r, f)
	defer func() { x.close() }()
	x.codes = r.Ends
	x.wander(300)
	novel = len(x.seen)
	for _, o := range observed {
		if x.seen[key(o)] {
			novel--
		} else if !x.aim(o, runs) {
			missing = append(missing, o)
		}
	}
	return missing, novel, x.err
}

// checkRacy explores the programs of all corpora for which observed is not empty.
func checkRacy(t *testing.T, what string, f jsloop.Flavour, observed func(*program.Recording) []program.Outcome) {
	const runs = 30_000 // to each outcome that wandering did not give; most take a few hundred
	for _, file := range corpora() {
		var y tally
		total, novel := 0, 0
		for _, r := range readCorpus(t, file) {
			outcomes := observed(r)
			if len(outcomes) == 0 {
				continue
			}
			missing, more, err := explore(r, f, outcomes, runs)
			total += len(outcomes)
			novel += more
			switch {
			case err != nil:
				y.unsupported = append(y.unsupported, r.Name+": "+err.Error())
			case len(missing) == 0:
				y.agree++
			default:
				y.differ = append(y.differ, explain(r, program.Outcome{}, missing))
			}
		}
		y.report(t, what, file)
		fmt.Printf("  %s, %s: %d outcomes observed; 300 random timings each produce %d that were never observed\n",
			what, filepath.Base(file), total, novel)
	}
}

// TestConformanceRacy: everything that was observed of a program whose order depends
// on time can be produced by exploring how long its pieces take.
func TestConformanceRacy(t *testing.T) {
	checkRacy(t, "node racy", jsloop.Node, func(r *program.Recording) []program.Outcome { return r.Outcomes })
}

// TestConformanceBunRacy is the same for Bun.
func TestConformanceBunRacy(t *testing.T) {
	checkRacy(t, "bun racy", jsloop.Bun, func(r *program.Recording) []program.Outcome {
		if r.Class == "det" {
			return nil
		}
		return r.Bun
	})
}
