package runner

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Report is what a campaign found.
type Report struct {
	Scenario, Variant, Profile, Strategy string
	Seed                                 uint64

	Runs    int
	Steps   int64
	Classes int // distinct happens-before classes; counting stops at MaxClasses
	Elapsed time.Duration

	Failures []*Failure
	Failing  int // runs that failed, those with a known signature included
	// Goals are the `Sometimes` goals of the scenario; Reached says in how many
	// runs each was reached.
	Goals   []string
	Reached []int

	// Arms are the strategies of the campaign and what each has shown, as far as classes
	// were counted. Pairs is the number of conflicting pairs that were seen, at most
	// MaxPairs; OneOrder are those that were seen in one order only, the most interesting
	// first. It is not filled in after an interrupt.
	Arms     []Arm
	Pairs    int
	OneOrder []Pair

	// Stated is the number of properties and goals that the scenario stated, at most
	// in one run.
	Stated int

	// Exhausted: there is nothing left to try. AllOrders: every order of events has been
	// tried, with the parameters, faults and clock readings of the nominal run. Claim says
	// in words what has been shown, such as "no violation with at most 1 deviation".
	Exhausted   bool
	AllOrders   bool
	Claim       string
	Interrupted bool // ended by the context
	OutOfTime   bool // ended by Options.Budget
}

// Failure is a failure of one signature.
type Failure struct {
	Signature string
	// Run is the number of the schedule that showed it first, from 1; Count how
	// many did. One that was met only while another was minimised has that one's
	// Run and a Count of 0.
	Run, Count int
	// Found is the run as it was found. Minimal is the smallest story: the same
	// as Found if it was not minimised.
	Found, Minimal *sim.Trace
	// Executions is the number of runs that minimising took.
	Executions int
	// Same are the signatures of failures that are the same bug: the same pair of steps
	// decides, in processes whose names differ in a number only.
	Same []string
}

// reached is the number of runs that reached a goal.
func (r *Report) reached(goal string) int {
	for i, g := range r.Goals {
		if g == goal {
			return r.Reached[i]
		}
	}
	return 0
}

// unreached is the number of goals that no run has reached.
func (r *Report) unreached() (n int) {
	for _, reached := range r.Reached {
		if reached == 0 {
			n++
		}
	}
	return n
}

// NoProperty is what Vacuous says of a scenario that states nothing: only what
// always is wrong, a panic or a deadlock, can be found in it.
const NoProperty = "any property: the scenario states none"

// Vacuous lists the goals that no run reached. A scenario that states nothing that
// could be violated, and documents nothing, is vacuous as a whole.
func (r *Report) Vacuous() []string {
	var out []string
	if r.Stated == 0 {
		out = append(out, NoProperty)
	}
	for i, g := range r.Goals {
		if r.Reached[i] == 0 {
			out = append(out, g)
		}
	}
	return out
}
