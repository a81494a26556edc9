package sim

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Scenario is a world to explore: what it is made of, and what must hold in it.
type Scenario struct {
	// Name is `package of the logic/what happens`, such as hotreload/drop. It is also the
	// folder, below testdata/simrun, in which failures are kept.
	Name string
	// Doc says in one line what happens.
	Doc string
	// Variants of the logic under test, the interesting one first. None is one
	// variant without a name.
	Variants []string
	// Profiles that the scenario can run under, the default first. None is
	// Laptop and CILoaded.
	Profiles []*Profile
	// Params documents the parameters that Build draws: all of them, or none.
	Params []ParamDoc
	// Properties documents the properties that Build states: all of them, or none, and
	// then none can be asked about alone.
	Properties []PropertyDoc
	// Expect says what each variant should come to. A variant that is not
	// mentioned should pass.
	Expect []Expectation
	// Build makes the processes and states the properties, the same way every
	// time. It runs before every run, and draws through w.Draw.
	Build func(w *World)
}

// Expectation is what the author of a scenario expects of a variant.
type Expectation struct {
	Variant string
	// Profile is the one that this is said of; "": every profile of which nothing
	// is said apart.
	Profile string
	// Fails are the properties that exploration must find violated, each when it
	// alone is judged. None: every run should pass.
	Fails []string
	// Rarely are properties that so few schedules violate, fewer than one in some
	// thousands, that exploration may find it or not: both are as expected.
	Rarely []string
	// Holds are properties that no run violates although others fail. With Fails or
	// Rarely, nothing is promised about properties in no list; without, all hold.
	Holds []string
	// Open: nobody knows yet. Fails, Rarely and Holds are ignored.
	Open bool
	// Why says, of a verdict that was found and not given, in a sentence what
	// makes it so.
	Why string
}

// Expected is what s says of a variant under a profile; "" is its first one.
func (s *Scenario) Expected(variant, profile string) Expectation {
	if profile == "" {
		profile = s.AllProfiles()[0].Name
	}
	out := Expectation{Variant: variant, Profile: profile}
	for _, e := range s.Expect {
		if e.Variant == variant && e.Profile == profile {
			return e
		}
		if e.Variant == variant && e.Profile == "" {
			out = e
		}
	}
	return out
}

// Check reports a name that can be no folder, a name that two variants, profiles, parameters
// or properties have, and the first expectation of a variant, a profile or a documented
// property that the scenario does not have: it would never be looked at. Names of
// properties are checked where Properties documents any.
func (s *Scenario) Check() error {
	if !fs.ValidPath(s.Name) || s.Name == "." || strings.ContainsAny(s.Name, "\r\n") {
		return fmt.Errorf("scenario name %q: want words with slashes between them, such as cart/total", s.Name)
	}
	var profiles, properties []string
	for _, p := range s.AllProfiles() {
		profiles = append(profiles, p.Name)
	}
	for _, p := range s.Properties {
		properties = append(properties, p.Name)
	}
	var params, expected []string
	for _, p := range s.Params {
		params = append(params, p.Label)
	}
	for _, e := range s.Expect {
		if err := s.checkExpectation(&e, profiles, properties); err != nil {
			return fmt.Errorf("an expectation cannot be met: %w", err)
		}
		about := e.Variant
		if e.Profile != "" {
			about += " under " + e.Profile
		}
		expected = append(expected, about)
	}
	return cmp.Or(s.checkTwice("variants", s.Variants), s.checkTwice("profiles", profiles), s.checkTwice("parameters", params),
		s.checkTwice("properties", properties), s.checkTwice("expectations of", expected))
}

// checkTwice refuses a name that means two things.
func (s *Scenario) checkTwice(kinds string, names []string) error {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("scenario %s has two %s %q: leave one away, or call it otherwise", s.Name, kinds, name)
		}
	}
	return nil
}

func (s *Scenario) checkExpectation(e *Expectation, profiles, properties []string) error {
	where := "scenario " + s.Name
	if !slices.Contains(s.Variants, e.Variant) && (e.Variant != "" || len(s.Variants) > 0) {
		return notOneOf(where, "variant", e.Variant, s.Variants)
	}
	if e.Profile != "" && !slices.Contains(profiles, e.Profile) {
		return notOneOf(where, "profile", e.Profile, profiles)
	}
	for _, name := range slices.Concat(e.Fails, e.Rarely, e.Holds) {
		if len(properties) > 0 && !slices.Contains(properties, name) {
			return notOneOf(where, "property", name, properties)
		}
	}
	return nil
}

// Allows reports whether a run may come to this verdict by this property: the
// property is expected to fail, or nothing is promised about it. Nobody expects a
// panic, a limit or two runs that differ, unless by name.
func (e Expectation) Allows(v Verdict, property string) bool {
	switch {
	case !v.Failed() || slices.Contains(e.Fails, property):
		return true
	case v != Violation && v != Deadlock || slices.Contains(e.Holds, property):
		return false
	}
	return !e.Passes()
}

// Passes reports whether every run should pass, whatever is judged.
func (e Expectation) Passes() bool { return !e.Open && len(e.Fails) == 0 && len(e.Rarely) == 0 }

// ParamDoc documents a parameter.
type ParamDoc struct {
	Label string
	Doc   string
	// Options are the names of the values of Pick, in order; nil for numbers.
	Options []string
}

// PropertyDoc documents a property.
type PropertyDoc struct {
	Name string
	Doc  string
}

// AllProfiles is Profiles or its default.
func (s *Scenario) AllProfiles() []*Profile {
	if len(s.Profiles) == 0 {
		return []*Profile{Laptop(), CILoaded()}
	}
	return s.Profiles
}

func (s *Scenario) variant(name string) (string, error) {
	switch {
	case name == "" && len(s.Variants) == 0, slices.Contains(s.Variants, name):
		return name, nil
	case name == "":
		return s.Variants[0], nil
	}
	return "", notOneOf("scenario "+s.Name, "variant", name, s.Variants)
}

func (s *Scenario) profile(profiles []*Profile, name string) (*Profile, error) {
	var all []string
	for _, p := range profiles {
		if p.Name == name || name == "" {
			return p, nil
		}
		all = append(all, p.Name)
	}
	return nil, notOneOf("scenario "+s.Name, "profile", name, all)
}

// checkJudge refuses properties that s does not document; a scenario that
// documents none may have any.
func (s *Scenario) checkJudge(judge []string) error {
	if len(judge) == 0 { // as in nearly every run: no list is made for it
		return nil
	}
	var all []string
	for _, d := range s.Properties {
		all = append(all, d.Name)
	}
	for _, name := range judge {
		if len(all) > 0 && !slices.Contains(all, name) {
			return notOneOf("scenario "+s.Name, "property", name, all)
		}
	}
	return nil
}

// checkParams refuses parameters that s does not document; of a scenario that documents
// none those count that Build draws, see World.checkPinned.
func (s *Scenario) checkParams(pinned map[string]int64) error {
	if len(pinned) == 0 || len(s.Params) == 0 {
		return nil
	}
	for _, label := range sortedKeys(pinned) {
		known := slices.ContainsFunc(s.Params, func(d ParamDoc) bool { return d.Label == label })
		if !known {
			var all []string
			for _, d := range s.Params {
				all = append(all, d.Label)
			}
			return notOneOf("scenario "+s.Name, "parameter", label, all)
		}
	}
	return nil
}
