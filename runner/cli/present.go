package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

type failureLine struct {
	line
	Seed   uint64 `json:"seed"`
	Run    int    `json:"run,omitempty"`    // the number of the schedule that showed it first
	Count  int    `json:"count,omitempty"`  // how many schedules did
	Was    string `json:"was,omitempty"`    // the hash of the trace that was made smaller
	Runs   int    `json:"runs,omitempty"`   // that making it smaller took
	Replay string `json:"replay,omitempty"` // the command
	// Same are the signatures of failures with other names that are the same race.
	Same []string `json:"same,omitempty"`
	traceFields
}

type campaignLine struct {
	line
	Scenario    string         `json:"scenario"`
	Variant     string         `json:"variant"`
	Profile     string         `json:"profile"`
	Strategy    string         `json:"strategy"`
	Seed        uint64         `json:"seed"`
	Runs        int            `json:"runs"`
	Of          int            `json:"of"`
	Steps       int64          `json:"steps"`
	Classes     int            `json:"classes"` // distinct happens-before classes
	Arms        []armLine      `json:"arms,omitempty"`
	Pairs       int            `json:"pairs"`               // conflicting pairs
	OneOrder    []pairLine     `json:"one_order,omitempty"` // of them, those that came in one order only
	Failing     int            `json:"failing"`             // runs
	Failures    int            `json:"failures"`
	Kept        int            `json:"kept,omitempty"` // runs that were kept whole, because of --keep
	ElapsedNs   int64          `json:"elapsed_ns"`
	Goals       map[string]int `json:"goals,omitempty"` // runs that reached each
	Vacuous     []string       `json:"vacuous,omitempty"`
	Exhausted   bool           `json:"exhausted"`
	Claim       string         `json:"claim,omitempty"`
	Interrupted bool           `json:"interrupted"`
	OutOfTime   bool           `json:"out_of_time"`
}

// maxStories of one campaign are told whole; the others are named.
const maxStories = 3

// present prints what a campaign found.
func (e *exploration) present(r *runner.Report, found []*loaded) error {
	for _, l := range found {
		c := verdictCode(l.trace.Verdict)
		if c == OK { // it failed once, and then not again by the same choices
			c = Diverged
		}
		e.raise(c)
	}
	if e.json {
		return e.presentJSON(r, found)
	}
	if e.apart {
		e.printf("\n")
	}
	if e.apart = len(e.seeds) == 1; e.apart {
		e.summary(r)
	} else {
		e.printf("%s, seed %d: %s\n", title(r), r.Seed, brief(r))
	}
	return e.stories(r, found)
}

// stories tells the failures that have not been told yet in this exploration.
func (e *exploration) stories(r *runner.Report, found []*loaded) error {
	told := 0
	for i, l := range found {
		key := r.Variant + "\x00" + r.Failures[i].Signature
		if e.told[key] {
			continue
		}
		e.told[key], e.apart = true, true
		if told++; told > maxStories && l.ref != "" {
			e.printf("\nalso       %s, in %s: %s show %s%s\n", r.Failures[i].Signature, plural(r.Failures[i].Count, "run"), e.Program, l.ref, e.dbArgument())
			continue
		}
		e.printf("\n")
		var commands []reports.Command
		if l.ref != "" { // it is in the store
			commands = e.commands(l)
		}
		commands = append(commands, reports.Command{Name: "again", Line: e.again(e.Program, r.Variant, r.Seed) + e.dbArgument()})
		if l.trace.Verdict == sim.Budget && l.trace.Failure.Property == "steps" {
			commands = append(commands, reports.Command{Name: "longer", Line: e.longer(l.trace.Failure.Step, r)})
		}
		if err := e.tell(l, e.full, commands...); err != nil {
			return err
		}
		for _, same := range r.Failures[i].Same {
			e.printf("same race  %s\n", same)
		}
	}
	return nil
}

// summary says what has been shown, and what has not.
func (e *exploration) summary(r *runner.Report) {
	e.printf("%s: %s\n", title(r), brief(r))
	key := func(k, format string, args ...any) { e.printf("%s%s\n", pad(k, 11), fmt.Sprintf(format, args...)) }
	if len(r.Failures) == 0 {
		switch {
		case r.Claim == "":
			key("shown", "these runs pass; other orders have not been tried")
		case r.Exhausted:
			key("shown", "%s", r.Claim)
		default:
			key("shown", "%s", r.Claim)
			key("", "beyond that, only the orders of these runs have been tried")
		}
	}
	key("explored", "%s, %s in %s (%s, seed %d, profile %s)", plural(r.Classes, "distinct order"), plural(int(r.Steps), "step"),
		seconds(r.Elapsed), r.Strategy, r.Seed, e.options.Profile)
	if e.runs > 0 {
		key("kept", "%s as they ran: %s traces%s", plural(e.runs, "run"), e.Program, e.dbArgument())
	}
	if len(r.Failures) == 0 && !r.Exhausted {
		e.unseen(r)
	}
	for _, g := range r.Vacuous() {
		if g == runner.NoProperty {
			key("vacuous", "the scenario states no property: nothing but a panic, a circle of locks or a limit could have been found")
			continue
		}
		key("vacuous", "no run reached %q: nothing has been shown about what comes after it", g)
	}
	x := e.options.Scenario.Expected(r.Variant, e.options.Profile)
	if len(x.Fails) > 0 && !x.Open && len(r.Failures) == 0 {
		key("expected", "%s violated, says the scenario of this variant; %s", strings.Join(x.Fails, ", "), e.whatMayFind(r))
		key("look", "%s --keep all, and then %s traces: how a run goes", e.once(r), e.Program)
	}
	for _, f := range r.Failures {
		if fail := f.Minimal; len(e.options.Scenario.Expect) > 0 && !x.Allows(fail.Verdict, fail.Failure.Property) {
			key("unexpected", "%s: the scenario says that %s", f.Signature, promise(&x, fail.Failure.Property))
		}
	}
}

// promise is what a scenario says of a variant that failed otherwise.
func promise(x *sim.Expectation, property string) string {
	switch {
	case x.Passes():
		return "this variant passes"
	case slices.Contains(x.Holds, property):
		return "this property holds in this variant"
	}
	return "this variant fails, and not so"
}

// longer is the command line of a campaign in which a run may take ten times as many steps.
func (e *exploration) longer(steps int, r *runner.Report) string {
	p := *e.plan
	p.options.Limits.Steps = 10 * steps
	return p.again(e.Program, r.Variant, r.Seed) + e.dbArgument()
}

// once is the command line of one run of a campaign.
func (e *exploration) once(r *runner.Report) string {
	p := *e.plan
	p.options.Runs = 1
	return p.again(e.Program, r.Variant, r.Seed) + e.dbArgument()
}

// whatMayFind says what could show a failure that was expected and not found. Where all
// orders have been tried, more of them are not it.
func (e *exploration) whatMayFind(r *runner.Report) string {
	switch {
	case !r.Exhausted && r.AllOrders:
		return "every order passes with the parameters, faults and clock readings as they are: others, or another profile, may show it"
	case !r.Exhausted:
		return "more runs or another seed may find it"
	case len(e.pinned) > 0:
		return "no order of it is left with " + strings.Join(e.pinned, ", ") + ": other parameters or another profile may show it"
	}
	return "no order is left: another profile may show it, or the scenario expects what cannot be"
}

func title(r *runner.Report) string {
	if r.Variant == "" {
		return r.Scenario
	}
	return r.Scenario + ", variant " + r.Variant
}

// brief is what a campaign came to, in a line.
func brief(r *runner.Report) string {
	text := "no violation in " + plural(r.Runs, "run")
	if len(r.Failures) > 0 {
		text = fmt.Sprintf("%s in %s of %s", plural(len(r.Failures), "kind")+" of failure", comma(r.Failing), plural(r.Runs, "run"))
	}
	switch {
	case r.Interrupted:
		text += ", then interrupted"
	case r.OutOfTime:
		text += ", then out of time"
	case r.Exhausted && len(r.Failures) == 0 && (r.Strategy == "exhaustive" || r.Strategy == "exhaustive-dpor"):
		text += ", which stand for all there are"
	case r.Exhausted && len(r.Failures) == 0:
		text += ", which are all there are"
	}
	return text
}

func (e *exploration) presentJSON(r *runner.Report, found []*loaded) error {
	for i, l := range found {
		f := failureLine{
			line: newLine("failure"), Seed: r.Seed, Run: r.Failures[i].Run, Count: r.Failures[i].Count,
			Runs: r.Failures[i].Executions, Same: r.Failures[i].Same, traceFields: fieldsOf(l.hash, l.trace),
		}
		if l.ref != "" {
			f.Replay = e.replayLine(l, "")
		}
		if err := e.emit(f); err != nil {
			return err
		}
	}
	c := campaignLine{
		line: newLine("campaign"), Scenario: r.Scenario, Variant: r.Variant, Profile: e.options.Profile, Strategy: r.Strategy, Seed: r.Seed,
		Runs: r.Runs, Of: e.options.Runs, Steps: r.Steps, Classes: r.Classes, Failing: r.Failing, Failures: len(r.Failures),
		ElapsedNs: int64(r.Elapsed), Vacuous: r.Vacuous(), Exhausted: r.Exhausted, Claim: r.Claim,
		Interrupted: r.Interrupted, OutOfTime: r.OutOfTime,
		Kept: e.runs, Arms: armLines(r.Arms), Pairs: r.Pairs, OneOrder: pairLines(r.OneOrder),
	}
	for i, g := range r.Goals {
		if c.Goals == nil {
			c.Goals = make(map[string]int)
		}
		c.Goals[g] = r.Reached[i]
	}
	return e.emit(c)
}
