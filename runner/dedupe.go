package runner

import (
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// raceClass is equal for failures that are one bug with other names: the same verdict and
// property, decided by the order of the same steps on the same kind of resource, in
// processes of the same class (their names without the digits at their end). "" for a failure of
// which no pair is known to decide.
func raceClass(t *sim.Trace) string {
	if len(t.Races) == 0 || t.Verdict == sim.Nondeterminism {
		return ""
	}
	names := slices.Clone(t.Processes)
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // no name inside another one first
	class := func(text string) string {
		for _, name := range names {
			if c := strings.TrimRight(name, "0123456789"); c != name && c != "" {
				text = strings.ReplaceAll(text, name, c)
			}
		}
		return text
	}
	var pairs []string
	for _, r := range t.Races {
		i, j := int(r.First), int(r.Second)
		if a, b, on := conflictOf(t, i, j); on >= 0 {
			i, j = a, b
		}
		sides := []string{class(site(t.EventName(i))), class(site(t.EventName(j)))}
		slices.Sort(sides) // a lost update is the same from either side
		pair := strings.Join(sides, " and ") + " on " + strings.TrimRight(r.Resource, "0123456789")
		if !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
	}
	slices.Sort(pairs)
	return class(t.Signature) + "\n" + strings.Join(pairs, "\n")
}

// twin is the earlier failure that f is the same bug as; nil if there is none.
func (c *campaign) twin(f *Failure) *Failure {
	class := raceClass(f.Minimal)
	if class == "" {
		return nil
	}
	for _, other := range c.report.Failures {
		if other != f && raceClass(other.Minimal) == class {
			return other
		}
	}
	return nil
}

// join makes f a part of the failure that it is the same bug as; the smaller story stays.
func (c *campaign) join(f, twin *Failure) {
	twin.Same = append(twin.Same, f.Signature)
	twin.Count += f.Count
	twin.Executions += f.Executions
	a, b := sizeOf(f.Minimal.Schedule, len(f.Minimal.Events)), sizeOf(twin.Minimal.Schedule, len(twin.Minimal.Events))
	if a.less(b) {
		twin.Minimal, twin.Found = f.Minimal, f.Found
		twin.Signature, twin.Same[len(twin.Same)-1] = f.Signature, twin.Signature
	}
	for signature, known := range c.known { // only pointers change: no order shows
		if known == f {
			c.known[signature] = twin
		}
	}
	c.report.Failures = slices.DeleteFunc(c.report.Failures, func(other *Failure) bool { return other == f })
}
