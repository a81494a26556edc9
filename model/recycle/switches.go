package recycle

import (
	"fmt"
	"strconv"
	"strings"
)

// Switches are the decisions of the logic, one field each. The zero value is v0:
// the fleet before June 2026. Every combination runs.
type Switches struct {
	// Signal: tokens are reported, echoed and looked at. Off, nobody knows of them.
	Signal bool
	// ReportAt is when a booting task reports its shell.
	ReportAt ReportAt
	// HookReport: the hook after a deploy reports too.
	HookReport bool
	// ReportTarget is where reports go.
	ReportTarget ReportTarget
	// Baseline is what a server takes for the token of the pages it has warmed.
	Baseline Baseline
	// TokenHygiene is what the manager does to a token that is reported.
	TokenHygiene TokenHygiene
	// RetryOnModuleError: a module error on a reused page costs that page, and the
	// module is rendered once more before the result is given (#5094, first try).
	RetryOnModuleError bool
	// FreshHint is what a revalidation asks of the page pool (#5094, later tries).
	FreshHint FreshHint
	// Job is the job that replaces all prerender tasks at the end of a train.
	Job Job
	// Generation: the manager counts reports, and servers compare the count too.
	Generation bool
	// Verify: a server is warmed against a token only if all its pages name it.
	Verify bool

	// What follows is for users' own fixes.

	// Coalesce is whose restart joins one that is under way.
	Coalesce Coalesce
	// Beats is what several heartbeats at once do.
	Beats Beats
	// Budget is how many servers may recycle at once; 0 is unlimited. The manager
	// echoes no token to more.
	Budget int
	// JitterMs spreads recycles by up to so many milliseconds, by a hash of the
	// server's address; 0 is none.
	JitterMs int
	// NotReadyWhileRecycling: a server that recycles says in its heartbeats that it
	// is draining, one of them sent at either end, and turns renders away.
	NotReadyWhileRecycling bool
	// CloseTimeout bounds the closing of pages and of Chrome.
	CloseTimeout bool
	// CloseBeforeExit: after SIGTERM the process ends when the pool is closed and the
	// manager was told, not before.
	CloseBeforeExit bool
}

// ReportAt is when a booting realm task reports.
type ReportAt uint8

// The moments.
const (
	AfterSmoke  ReportAt = iota // right after its smoke test, before it listens
	AfterStart                  // when all pinned realms are indexed
	NeverReport                 // not at boot
)

// ReportTarget is where a realm task sends its reports.
type ReportTarget uint8

// The targets.
const (
	RightTarget ReportTarget = iota // the manager, as for renders
	WrongTarget                     // a variable set only on prerender tasks: this very host, which refuses
)

// Baseline is how a prerender server comes by its first token.
type Baseline uint8

// The ways.
const (
	AdoptFirst   Baseline = iota // the first token that a heartbeat brings
	SeedBaseline                 // it asks for one at startup
	RecycleFirst                 // none: the first token that comes recycles
)

// TokenHygiene is what the manager does to a reported token.
type TokenHygiene uint8

// The ways.
const (
	NoHygiene TokenHygiene = iota // stores it as it came
	Trim64                        // trims blanks, and refuses more than 64 characters
)

// FreshHint is what a request for a fresh page does in a pool.
type FreshHint uint8

// The ways.
const (
	HintOff     FreshHint = iota // nobody asks
	HintCounted                  // a page that is being created counts as one that is there
	HintAwaited                  // waits for the pool to be full
)

// Job is what has to be done before all prerender tasks are replaced.
type Job uint8

// The jobs.
const (
	NoJob      Job = iota // there is no such job
	GateHook              // after the hook was answered
	GateDeploy            // after the realm servers were rolled
)

// Coalesce is whose restart joins one that is under way.
type Coalesce uint8

// The rules.
const (
	CoalesceAny      Coalesce = iota // everybody's
	CoalesceByTarget                 // whose target is the same; another one comes after it
)

// Beats is what becomes of heartbeats that overlap.
type Beats uint8

// The rules.
const (
	BeatsOverlapping  Beats = iota // each answer is looked at when it comes
	BeatsSingleFlight              // no beat while one is under way
	BeatsSequenced                 // an answer older than one that was looked at is dropped
)

// SwitchDoc documents a switch.
type SwitchDoc struct {
	Name    string
	Options []string // its values, the default first
	Doc     string
}

var offOn = []string{"off", "on"}

// SwitchDocs documents all switches, in the order of the fields. Numbers have the
// values that are worth trying.
func SwitchDocs() []SwitchDoc {
	return []SwitchDoc{
		{"signal", offOn, "tokens are reported, echoed and looked at"},
		{"reportAt", []string{"after-smoke", "after-start", "never"}, "when a booting realm task reports"},
		{"hookReport", offOn, "the hook after a deploy reports too"},
		{"reportTarget", []string{"right", "wrong"}, "where reports go"},
		{"baseline", []string{"adopt-first", "seed", "recycle-first"}, "what a server takes for the token of its first pages"},
		{"tokenHygiene", []string{"none", "trim64"}, "what the manager does to a reported token"},
		{"retryOnModuleError", offOn, "a module error on a reused page is tried once more on a new one"},
		{"freshHint", []string{"off", "counted", "awaited"}, "what a revalidation asks of the pool"},
		{"job", []string{"none", "gate-hook", "gate-deploy"}, "what replaces all prerender tasks waits for"},
		{"generation", offOn, "the manager counts reports, and servers compare the count"},
		{"verify", offOn, "a server is warmed against a token only if its pages name it"},
		{"coalesce", []string{"any", "by-target"}, "whose restart joins one that is under way"},
		{"beats", []string{"overlapping", "single-flight", "sequenced"}, "what becomes of heartbeats that overlap"},
		{"budget", []string{"0", "1", "2"}, "servers that may recycle at once; 0 is unlimited"},
		{"jitterMs", []string{"0", "5000", "60000"}, "by how much recycles are spread"},
		{"notReadyWhileRecycling", offOn, "a server that recycles takes no renders"},
		{"closeTimeout", offOn, "closing a page or Chrome is bounded"},
		{"closeBeforeExit", offOn, "after SIGTERM the pool is closed before the process ends"},
	}
}

// Set sets the switch called name, as in SwitchDocs, from text.
func (s *Switches) Set(name, value string) error {
	if err := s.set(name, value); err != nil {
		return fmt.Errorf("set switch %q: %w", name, err)
	}
	return nil
}

func (s *Switches) set(name, value string) error {
	for _, d := range SwitchDocs() {
		if d.Name != name {
			continue
		}
		switch name {
		case "budget":
			return number(&s.Budget, value)
		case "jitterMs":
			return number(&s.JitterMs, value)
		}
		for i, o := range d.Options {
			if o == value {
				s.put(name, uint8(i))
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", value, strings.Join(d.Options, ", "))
	}
	return fmt.Errorf("there is none of that name")
}

// put sets a switch to the i-th of its options.
func (s *Switches) put(name string, i uint8) {
	switch name {
	case "signal":
		s.Signal = i == 1
	case "reportAt":
		s.ReportAt = ReportAt(i)
	case "hookReport":
		s.HookReport = i == 1
	case "reportTarget":
		s.ReportTarget = ReportTarget(i)
	case "baseline":
		s.Baseline = Baseline(i)
	case "tokenHygiene":
		s.TokenHygiene = TokenHygiene(i)
	case "retryOnModuleError":
		s.RetryOnModuleError = i == 1
	case "freshHint":
		s.FreshHint = FreshHint(i)
	case "job":
		s.Job = Job(i)
	case "generation":
		s.Generation = i == 1
	case "verify":
		s.Verify = i == 1
	case "coalesce":
		s.Coalesce = Coalesce(i)
	case "beats":
		s.Beats = Beats(i)
	case "notReadyWhileRecycling":
		s.NotReadyWhileRecycling = i == 1
	case "closeTimeout":
		s.CloseTimeout = i == 1
	case "closeBeforeExit":
		s.CloseBeforeExit = i == 1
	}
}

func number(n *int, value string) error {
	v, err := strconv.Atoi(value)
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no number from 0", value)
	}
	*n = v
	return nil
}
