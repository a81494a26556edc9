package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
)

// lookAtPairs is how many pairs that were seen in one order only a run command looks at,
// and maxPairs how many of them it lists.
const (
	lookAtPairs = 64
	maxPairs    = 8
	perLine     = 3
)

type armLine struct {
	Name    string `json:"name"`
	Runs    int    `json:"runs"`
	Classes int    `json:"classes"`
	Once    int    `json:"once"`  // classes that it met once
	Twice   int    `json:"twice"` // and twice
	// The chance that its next run shows a class that it has not met, with its 95 %
	// interval. Not for what does not draw its runs independently.
	NewClass *float64 `json:"new_class,omitempty"`
	Low      *float64 `json:"low,omitempty"`
	High     *float64 `json:"high,omitempty"`
}

type pairLine struct {
	First    string `json:"first"`
	Second   string `json:"second"`
	Resource string `json:"resource"`
	Why      string `json:"why"` // it was not seen the other way round
	Tries    int    `json:"tries"`
	StallNs  int64  `json:"stall_ns,omitempty"` // more lateness than the profile allows
	Late     string `json:"late,omitempty"`     // an event that needs it
}

func armLines(arms []runner.Arm) (out []armLine) {
	for _, a := range arms {
		l := armLine{Name: a.Name, Runs: a.Runs, Classes: a.Classes, Once: a.Once, Twice: a.Twice}
		if a.Independent {
			l.NewClass, l.Low, l.High = &a.NewClass, &a.Low, &a.High
		}
		out = append(out, l)
	}
	return out
}

func pairLines(pairs []runner.Pair) (out []pairLine) {
	for _, p := range pairs {
		out = append(out, pairLine{p.First, p.Second, p.Resource, p.Why.String(), p.Tries, int64(p.Stall), p.Late})
	}
	return out
}

// unseen says what a campaign without failures has not shown: how likely a new order
// still is, for each strategy that draws its runs independently, and which conflicting
// pairs came in one order only.
func (e *exploration) unseen(r *runner.Report) {
	var chances []string
	for _, a := range r.Arms {
		if a.Independent && a.Runs > 0 {
			chances = append(chances, fmt.Sprintf("%s %s (%s to %s)", a.Name, percent(a.NewClass), percent(a.Low), percent(a.High)))
		}
	}
	for i, key := 0, "new"; i < len(chances); i, key = i+perLine, "" {
		text := strings.Join(chances[i:min(i+perLine, len(chances))], ", ")
		if i == 0 {
			e.printf("%schance that the next run shows another order, with its 95 %% interval:\n", pad(key, 11))
			key = ""
		}
		e.printf("%s%s\n", pad(key, 13), text)
	}
	if len(r.OneOrder) == 0 {
		return
	}
	limit := ""
	if r.Pairs == runner.MaxPairs {
		limit = ", where counting stopped,"
	}
	e.printf("%s%s of %s%s came in one order only\n", pad("pairs", 11), comma(len(r.OneOrder)), plural(r.Pairs, "conflicting pair"), limit)
	forced := 0
	for i, p := range r.OneOrder {
		if p.Why == runner.Forced {
			forced = len(r.OneOrder) - i // they are the last
			break
		}
		if i == maxPairs {
			e.printf("%sand %s more\n", pad("", 13), comma(len(r.OneOrder)-i))
			return
		}
		e.printf("%s%s before %s, on %s: %s\n", pad("", 13), p.First, p.Second, p.Resource, whyOneOrder(p))
	}
	if forced > 0 {
		e.printf("%s%s: the one leads to the other\n", pad("", 13), plural(forced, "pair"))
	}
}

// whyOneOrder says what is known of the other order.
func whyOneOrder(p runner.Pair) string {
	switch {
	case p.Why == runner.OutOfReach:
		return fmt.Sprintf("this profile rules out the other; it needs %s %s later than that allows", p.Late, short(p.Stall))
	case p.Why == runner.NotLooked:
		return "nobody has looked at the other"
	case p.Tries > 0:
		return fmt.Sprintf("the other is possible as far as time goes, and was tried in vain, %s", times(p.Tries))
	}
	return "the other is possible as far as time goes, and was not tried"
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// short is a duration without digits that nobody needs.
func short(d time.Duration) time.Duration {
	for unit := 1000 * time.Second; unit > 1; unit /= 10 {
		if d >= 100*unit {
			return d.Round(unit)
		}
	}
	return d
}
