package simtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/matrix"
	"github.com/seed-3519b94c/simrun/sim"
	"pgregory.net/rapid"
)

// Config says how to check. The zero Config is right for most.
type Config struct {
	// Runs is the number of schedules per draw of parameters. 0: 100, or 20 with
	// -short.
	Runs int
	// Variants to check. None: all of the scenario.
	Variants []string
	// Profile to check under. "": the first of the scenario.
	Profile string
	// Params pins parameters.
	Params map[string]int64
	// Judge are the properties that count. None: all.
	Judge []string
	// Bubble runs everything in bubbles of testing/synctest, as scenarios need whose
	// logic waits on channels in goroutines of its own (simclock.NewBubble). It takes
	// one worker, whatever else is asked for. Regression has no Config: call it in
	// synctest.Test.
	Bubble bool
	// Dir holds the kept regressions. "": testdata/simrun.
	Dir string
	// Getenv reads the environment. nil: os.Getenv.
	Getenv func(string) string

	seed     uint64
	strategy string
	workers  int
}

// Check explores s, each variant in a subtest of its own.
func Check(t *testing.T, s *sim.Scenario, cfg Config) {
	t.Helper()
	if cfg.Getenv == nil {
		cfg.Getenv = os.Getenv
	}
	if err := cfg.complete(s); err != nil {
		t.Fatal(err)
	}
	variants := cfg.Variants
	if len(variants) == 0 {
		variants = s.Variants
	}
	if len(variants) == 0 {
		checkVariant(t, s, "", cfg)
		return
	}
	for _, v := range variants {
		t.Run(v, func(t *testing.T) { checkVariant(t, s, v, cfg) })
	}
}

// checkVariant replays what was kept, and then asks each question that the
// scenario's expectation raises.
func checkVariant(t *testing.T, s *sim.Scenario, variant string, cfg Config) {
	t.Helper()
	asked := matrix.Questions(s.Expected(variant, cfg.Profile), cfg.Judge)
	for i, q := range asked {
		c := newCheck(s, variant, q, cfg)
		if i == 0 {
			if c.corpus(t); t.Failed() {
				return // rapid refuses to go on, and the news is there
			}
		}
		if len(asked) == 1 {
			c.run(t)
			return
		}
		name := q.Name
		if name == "" {
			name = "holds"
		}
		t.Run(name, c.run)
	}
}

// check is one question asked of one variant.
type check struct {
	s       *sim.Scenario
	cfg     Config
	options runner.Options
	asked   matrix.Question
	found   bool            // the expected failure
	worst   *runner.Failure // the smallest unexpected one
	mistake error           // in the scenario: nothing more is to be learned from it
	goals   map[string]int
	runs    int
	stated  int
}

func newCheck(s *sim.Scenario, variant string, q matrix.Question, cfg Config) *check {
	if cfg.Bubble {
		cfg.workers = 1 // who waits until all others are blocked must be alone
	}
	return &check{
		s: s, cfg: cfg, asked: q, goals: make(map[string]int),
		options: runner.Options{
			Scenario: s, Variant: variant, Profile: cfg.Profile, Params: cfg.Params, Judge: q.Judge, Strategy: cfg.strategy,
			Seed: cfg.seed, Runs: cfg.Runs, Workers: cfg.workers, StopAtFirst: true,
		},
	}
}

func (c *check) run(t *testing.T) {
	t.Cleanup(func() { // rapid ends a failing test by itself
		if c.worst != nil {
			t.Log(c.tell(t, c.worst))
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		if c.found || c.mistake != nil {
			return // the rest of the draws have nothing to add
		}
		if f := c.example(t, rt); f != nil {
			rt.Fatalf("%s", f.Signature)
		}
	})
	switch {
	case c.mistake != nil:
		t.Error(c.mistake)
	case c.asked.Open:
	case c.asked.Finds != "" && !c.found:
		t.Errorf("%s: %s was expected to be violated, and %d schedules did not show it",
			c.title(), c.asked.Finds, c.runs)
	case c.stated == 0:
		t.Errorf("%s: vacuous: it states no property, so only panics and circles of locks could be found; if Build calls World.Fail, name the property in Scenario.Properties",
			c.title())
	case c.asked.Finds == "":
		for _, g := range sortedGoals(c.goals) {
			if c.goals[g] == 0 {
				t.Errorf("%s: vacuous: no run reached %q in %d schedules", c.title(), g, c.runs)
			}
		}
	}
}

// title is what is checked, for messages.
func (c *check) title() string {
	if c.options.Variant == "" {
		return c.s.Name
	}
	return c.s.Name + ", variant " + c.options.Variant
}

// example explores one draw of the parameters. It returns a failure that was
// not expected.
func (c *check) example(t *testing.T, rt *rapid.T) *runner.Failure {
	o := c.options
	if c.asked.Finds != "" || c.asked.Open {
		o.Minimise = -1
	}
	var report *runner.Report
	var err error
	drawn := &drawer{rt: rt, draws: make(map[sim.EventID]int64)}
	c.inside(t, func() {
		ctx := context.Background()
		if !c.cfg.Bubble { // which knows no context from outside
			ctx = rt.Context()
		}
		o.Draws = drawn.draws
		if err = c.draw(drawn); err == nil {
			report, err = runner.Explore(ctx, o)
		}
	})
	if err != nil { // not told to rapid, which would try again and again to make it small
		if c.mistake = err; len(drawn.names) > 0 {
			c.mistake = fmt.Errorf("%w (with %s)", err, strings.Join(drawn.names, ", "))
		}
		return nil
	}
	c.runs += report.Runs
	c.stated = max(c.stated, report.Stated)
	for i, g := range report.Goals {
		c.goals[g] += report.Reached[i]
	}
	for _, f := range report.Failures {
		switch property := f.Minimal.Failure.Property; {
		case c.asked.Finds != "" && property == c.asked.Finds:
			c.found = true
			continue
		case c.asked.Open && sim.Expectation{Open: true}.Allows(f.Minimal.Verdict, property):
			continue
		}
		if c.worst == nil || len(f.Minimal.Schedule) < len(c.worst.Minimal.Schedule) {
			c.worst = f
		}
		return f
	}
	return nil
}

// draw lets rapid draw the parameters that the scenario asks for.
func (c *check) draw(d *drawer) error {
	_, err := runner.Run(c.options, sim.Config{
		Variant: c.options.Variant, Profile: c.options.Profile, Params: c.options.Params, Judge: c.options.Judge, Chooser: d,
	})
	return err
}

// drawer is a nominal run with the parameters from rapid.
type drawer struct {
	rt    *rapid.T
	draws map[sim.EventID]int64
	names []string // what was drawn, such as `world:clerks#1 = 3`
}

// Choose draws parameters and takes the boring alternative otherwise.
func (d *drawer) Choose(p *sim.Point) int {
	if p.Kind != sim.KindDraw {
		return 0
	}
	alt := rapid.IntRange(0, p.N-1).Draw(d.rt, p.Name())
	d.draws[p.ID] = p.Value(alt)
	d.names = append(d.names, fmt.Sprintf("%s = %d", p.Name(), p.Value(alt)))
	return alt
}

// tell writes the file of a failure and returns its story, which is among the artifacts
// of the test too.
func (c *check) tell(t *testing.T, f *runner.Failure) string {
	t.Attr("simrun.trace", f.Minimal.Hash())
	t.Attr("simrun.signature", strings.ReplaceAll(f.Minimal.Signature, "\n", " "))
	if f.Minimal.Verdict == sim.Budget { // says nothing of the scenario, and would say it for ever
		return c.story(f.Minimal) + "\nnot kept: a limit was reached, and nothing is known of what would have come after it\n"
	}
	path, err := runner.SaveSim(c.cfg.Dir, f.Minimal)
	if err != nil {
		return c.story(f.Minimal) + fmt.Sprintf("\nthe story could not be kept: %v\n", err)
	}
	story := c.story(f.Minimal, replays(t, path)...)
	artifact := filepath.Join(t.ArtifactDir(), f.Minimal.Hash()+".txt")
	err = runner.WriteWhole(artifact, func(w io.Writer) error {
		_, err := io.WriteString(w, story)
		return err
	})
	if err != nil {
		story += fmt.Sprintf("\nthe story is not among the artifacts: %v\n", err)
	}
	return story + fmt.Sprintf("\nkept in %s: commit it, and it is replayed in every test run\n", path)
}

// story tells a trace, and what to do next.
func (c *check) story(tr *sim.Trace, commands ...reports.Command) string {
	var b bytes.Buffer
	b.WriteByte('\n')
	if err := reports.Text(&b, tr, reports.Options{Properties: c.s.Properties, Commands: commands}); err != nil {
		fmt.Fprintln(&b, err)
	}
	return b.String()
}

// replays are the commands that replay what a test keeps: go test, which does so first and
// knows the scenario wherever it is, and a command that has been given the scenario. path is
// "" if the test itself keeps it.
func replays(t *testing.T, path string) []reports.Command {
	var pattern []string
	for _, part := range strings.Split(t.Name(), "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(part)+"$")
	}
	list := []reports.Command{{Name: "replay", Line: "go test -run '" + strings.Join(pattern, "/") + "' " + testedPackage()}}
	if path != "" {
		list = append(list, reports.Command{Name: "or", Line: "simrun replay " + path})
	}
	return list
}

// testedPackage is the package whose tests run, so that a command to paste works from
// anywhere in its module; "." if the build does not say.
func testedPackage() string {
	if b, ok := debug.ReadBuildInfo(); ok {
		if path, ok := strings.CutSuffix(b.Path, ".test"); ok && path != "command-line-arguments" {
			return path
		}
	}
	return "."
}

// corpus replays the kept regressions of this variant. None is passed over: one
// that cannot be followed any more is run leniently, and said so.
func (c *check) corpus(t *testing.T) {
	files, err := runner.Regressions(c.cfg.Dir, c.s.Name)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		trace, err := runner.LoadSim(path)
		if err != nil {
			t.Errorf("kept regression: %v", err)
			continue
		}
		if trace.Variant != "" && !slices.Contains(c.s.Variants, trace.Variant) {
			t.Errorf("kept regression %s: it is of variant %q, which the scenario does not have any more: rename it in the file, or delete the file", path, trace.Variant)
			continue
		}
		if trace.Variant != c.options.Variant {
			continue
		}
		var r *runner.Replayed
		c.inside(t, func() {
			r, err = runner.Replay(runner.Options{Scenario: c.s}, trace, false)
			if err == nil && r.Outcome == runner.Diverged {
				t.Logf("kept regression %s %s; running it leniently", path, r.Divergence)
				r, err = runner.Replay(runner.Options{Scenario: c.s}, trace, true)
			}
		})
		if err != nil {
			t.Errorf("kept regression %s: %v", path, err)
			continue
		}
		c.judge(t, path, trace, r)
	}
}

func (c *check) judge(t *testing.T, path string, trace *sim.Trace, r *runner.Replayed) {
	broken := c.asked.Finds != "" || c.asked.Open
	switch {
	case broken && r.Outcome != runner.Reproduced:
		t.Errorf("kept regression %s: %s; expected %q, which this variant is known for", path, r.Outcome, trace.Signature)
	case broken:
		c.found = c.found || trace.Failure.Property == c.asked.Finds
	case r.Outcome == runner.Reproduced, r.Outcome == runner.FailsOther, r.Outcome == runner.Nondeterministic:
		if r.Outcome == runner.Reproduced {
			r.Trace.Races = runner.KeptRaces(path, r.Trace)
		}
		t.Errorf("kept regression %s: %s\n%s", path, r.Outcome, c.story(r.Trace, replays(t, path)...))
	}
}

func sortedGoals(m map[string]int) []string {
	var names []string
	for g := range m {
		names = append(names, g)
	}
	slices.Sort(names)
	return names
}
