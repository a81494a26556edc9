package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

// checkScenarios refuses a binary in which a name means two things, or none.
func (s *invocation) checkScenarios() error {
	seen := make(map[string]bool)
	for _, sc := range s.Scenarios {
		if seen[sc.Name] {
			return usage(fmt.Errorf("two scenarios of this binary are called %q: give each a name of its own", sc.Name))
		}
		seen[sc.Name] = true
		if err := sc.Check(); err != nil {
			return usage(err)
		}
	}
	return nil
}

func (s *invocation) scenario(name string) (*sim.Scenario, error) {
	var known []string
	for _, sc := range s.Scenarios {
		if sc.Name == name {
			return sc, nil
		}
		known = append(known, sc.Name)
	}
	return nil, &sim.UnknownError{Where: "this binary", Kind: "scenario", Name: name, Known: known}
}

// all is the name that stands for every variant.
const all = "all"

// variants are those that --variant means: "" is the first, "all" is every one.
func variants(sc *sim.Scenario, name string) ([]string, error) {
	switch {
	case slices.Contains(sc.Variants, name):
		return []string{name}, nil
	case name == all && len(sc.Variants) > 0:
		return sc.Variants, nil
	case (name == "" || name == all) && len(sc.Variants) == 0:
		return []string{""}, nil
	case name == "":
		return sc.Variants[:1], nil
	case len(sc.Variants) == 0:
		return nil, usage(fmt.Errorf("scenario %s has no variants, and so no variant %q: leave --variant away", sc.Name, name))
	}
	return nil, &sim.UnknownError{Where: "scenario " + sc.Name, Kind: "variant", Name: name, Known: sc.Variants}
}

// profile resolves --profile: "" is the scenario's first.
func profile(sc *sim.Scenario, name string) (string, error) {
	var known []string
	for _, p := range sc.AllProfiles() {
		if p.Name == name || name == "" {
			return p.Name, nil
		}
		known = append(known, p.Name)
	}
	return "", &sim.UnknownError{Where: "scenario " + sc.Name, Kind: "profile", Name: name, Known: known}
}

// checkProperties refuses a --property that the scenario does not document.
func checkProperties(sc *sim.Scenario, names []string) error {
	var known []string
	for _, p := range sc.Properties {
		known = append(known, p.Name)
	}
	for _, name := range names {
		if len(known) == 0 {
			return usage(fmt.Errorf("scenario %s documents no property, and so --property %s cannot be checked: list what it states in its Properties", sc.Name, name))
		}
		if !slices.Contains(known, name) {
			return &sim.UnknownError{Where: "scenario " + sc.Name, Kind: "property", Name: name, Known: known}
		}
	}
	return nil
}

func checkStrategy(name string) error {
	if slices.Contains(strategy.Names(), name) {
		return nil
	}
	return &sim.UnknownError{Where: "simrun", Kind: "strategy", Name: name, Known: strategy.Names()}
}

// params reads `k=v` pairs. A value is a number, the name of an option of Pick,
// or true and false.
func params(sc *sim.Scenario, pairs []string) (map[string]int64, error) {
	out := make(map[string]int64)
	for _, pair := range pairs {
		label, value, ok := strings.Cut(pair, "=")
		if !ok || label == "" || value == "" {
			return nil, usage(fmt.Errorf("parameter %q: want label=value", pair))
		}
		doc, err := paramDoc(sc, label)
		if err != nil {
			return nil, err
		}
		if _, twice := out[label]; twice {
			return nil, usage(fmt.Errorf("parameter %q: pinned twice", label))
		}
		if out[label], err = paramValue(doc, value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// paramDoc is what the scenario says of a parameter. One that documents none may have any:
// a run says which it draws.
func paramDoc(sc *sim.Scenario, label string) (*sim.ParamDoc, error) {
	if len(sc.Params) == 0 {
		return &sim.ParamDoc{Label: label}, nil
	}
	var known []string
	for i := range sc.Params {
		if sc.Params[i].Label == label {
			return &sc.Params[i], nil
		}
		known = append(known, sc.Params[i].Label)
	}
	return nil, &sim.UnknownError{Where: "scenario " + sc.Name, Kind: "parameter", Name: label, Known: known}
}

func paramValue(doc *sim.ParamDoc, value string) (int64, error) {
	if i := slices.Index(doc.Options, value); i >= 0 {
		return int64(i), nil
	}
	v, err := strconv.ParseInt(value, 0, 64)
	switch {
	case err == nil && (doc.Options == nil || v >= 0 && v < int64(len(doc.Options))):
		return v, nil
	case doc.Options != nil:
		return 0, &sim.UnknownError{Where: "parameter " + doc.Label, Kind: "option", Name: value, Known: doc.Options}
	case value == "true":
		return 1, nil
	case value == "false":
		return 0, nil
	}
	return 0, usage(fmt.Errorf("parameter %q: value %q: want a whole number", doc.Label, value))
}

// completeScenario offers the names of scenarios to the shell.
func (s *invocation) completeScenario(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, sc := range s.Scenarios {
		names = append(names, sc.Name+"\t"+sc.Doc)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeVariant offers the variants of the scenario named first.
func (s *invocation) completeVariant(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	sc, err := s.scenario(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return append(slices.Clone(sc.Variants), all), cobra.ShellCompDirectiveNoFileComp
}
