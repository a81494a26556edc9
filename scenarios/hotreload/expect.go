package hotreload

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// The variants, by what they have in common.
var (
	// shipped are the builds as they were released; the one of the interesting race first.
	shipped = []string{"V1", "V0", "V2", "V2r", "V2rG"}
	// hardened are the same promise logic on the watcher side of 1.4.
	hardened = []string{"V0w", "V1w", "V1w+U", "V1w+M", "V2w"}
	// proposals are the follow-ups, each on V2w.
	proposals = []string{"V2w+A", "V2w+B", "V2w+C", "V2w+D", "V2w+E", "V2w+F", "V2w+G", "V2w+H", "V2w+I"}

	builds       = slices.Concat(shipped, hardened)
	withProposal = slices.Concat(builds, proposals)
)

// cell is a verdict on some variants.
type cell struct {
	property string // that is found violated; "" for a verdict on all
	rare     bool   // it takes so many schedules that not to find it says nothing
	why      string
	variants []string
}

// found says that a property is violated in some run of each of the variants.
func found(property string, variants ...string) cell {
	return cell{property: property, variants: variants}
}

// rarely says that a property is violated in so few runs of the variants that nobody
// should expect to find it, nor that it holds.
func rarely(property string, variants ...string) cell {
	return cell{property: property, rare: true, variants: variants}
}

// holds says of variants whose verdict was not known beforehand that no run violates
// anything.
func holds(variants ...string) cell { return cell{variants: variants} }

// because gives the reason for a verdict that was found and not given, in a sentence.
func (c cell) because(why string) cell {
	c.why = why
	return c
}

// expect makes expectations of verdicts. Of a variant in which one property is
// violated all others hold, unless they are said to be violated too. A variant that is
// not mentioned passes.
func expect(properties []string, cells ...cell) []sim.Expectation {
	var out []sim.Expectation
	rare := make(map[string][]string) // by variant
	at := func(variant string) *sim.Expectation {
		for i := range out {
			if out[i].Variant == variant {
				return &out[i]
			}
		}
		out = append(out, sim.Expectation{Variant: variant})
		return &out[len(out)-1]
	}
	for _, c := range cells {
		for _, v := range c.variants {
			e := at(v)
			switch {
			case c.rare:
				rare[v] = append(rare[v], c.property)
			case c.property != "":
				e.Fails = append(e.Fails, c.property)
			}
			if c.why != "" && e.Why != "" {
				e.Why += " "
			}
			e.Why += c.why
		}
	}
	for i := range out {
		if e := &out[i]; len(e.Fails) > 0 {
			for _, p := range properties {
				if !slices.Contains(e.Fails, p) && !slices.Contains(rare[e.Variant], p) {
					e.Holds = append(e.Holds, p)
				}
			}
		}
	}
	return out
}

// without is the variants but those named.
func without(variants []string, named ...string) []string {
	var out []string
	for _, v := range variants {
		if !slices.Contains(named, v) {
			out = append(out, v)
		}
	}
	return out
}
