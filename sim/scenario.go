package sim

import "slices"

// Scenario is a world to explore: what it is made of, and what must hold in it.
type Scenario struct {
	// Name is `package of the logic/what happens`, such as hotreload/drop.
	Name string
	// Doc says in one line what happens.
	Doc string
	// Variants of the logic under test, the interesting one first. None is one
	// variant without a name.
	Variants []string
	// Profiles that the scenario can run under, the default first. None is
	// Laptop and CILoaded.
	Profiles []*Profile
	// Params documents the parameters that Build draws.
	Params []ParamDoc
	// Properties documents the properties that Build states.
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
	// Fails is the property that exploration must find violated; "" if every
	// run should pass.
	Fails string
	// Open: nobody knows yet. Fails is ignored.
	Open bool
}

// Expected is what s says of a variant.
func (s *Scenario) Expected(variant string) Expectation {
	for _, e := range s.Expect {
		if e.Variant == variant {
			return e
		}
	}
	return Expectation{Variant: variant}
}

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

func (s *Scenario) checkParams(pinned map[string]int64) error {
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
