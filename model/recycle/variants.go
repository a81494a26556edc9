package recycle

import (
	"fmt"
	"strings"
)

// Variant is a named set of switches.
type Variant struct {
	Name     string
	Switches Switches
	What     string // what it is in the history, in one line
}

// Variants lists the variants in the order of the history, then the proposed fixes.
// Find knows each of them with a job too, as in v4+jb.
func Variants() []Variant {
	v0 := Switches{}
	with := func(s Switches, change func(*Switches)) Switches {
		change(&s)
		return s
	}
	v0a := with(v0, func(s *Switches) { s.RetryOnModuleError = true })
	v0b := with(v0, func(s *Switches) { s.FreshHint = HintCounted })
	v0c := with(v0, func(s *Switches) { s.FreshHint = HintAwaited })
	v1 := with(v0, func(s *Switches) { s.Signal = true })
	v2 := with(v1, func(s *Switches) { s.Baseline, s.TokenHygiene = SeedBaseline, Trim64 })
	v3 := with(v1, func(s *Switches) { s.ReportTarget, s.TokenHygiene = WrongTarget, Trim64 })
	v4 := with(v1, func(s *Switches) { s.TokenHygiene = Trim64 })
	v5 := with(v4, func(s *Switches) { s.ReportAt, s.HookReport = AfterStart, true })
	v6 := with(v5, func(s *Switches) { s.Baseline = RecycleFirst })
	gen := with(v6, func(s *Switches) { s.Generation = true })
	verify := with(v6, func(s *Switches) { s.Verify = true })
	return []Variant{
		{"v0", v0, "before June 2026"},
		{"v0a", v0a, "#5094, first try: a module error from a reused page is tried once more; reverted, because genuine errors pay too"},
		{"v0b", v0b, "#5094, second try: revalidations ask for a fresh page"},
		{"v0c", v0c, "#5094, third try: and wait for one"},
		{"v1", v1, "#5205, first commit, as its author meant it"},
		{"v2", v2, "the baseline is asked for at startup"},
		{"v3", v3, "what v1 and v2 really did in the cloud: reports went nowhere"},
		{"v4", v4, "target right, seed reverted"},
		{"v5", v5, "#5205 as merged: reports after start, and from the hook"},
		{"v6", v6, "#5902: a first token recycles too"},
		{"gen", gen, "a proposed fix: v6, and reports are counted"},
		{"verify", verify, "a proposed fix: v6, and pages name the token they were made from"},
	}
}

// Find returns the switches of the variant called name, with `+ja` or `+jb` at its
// end those with the job behind the hook or behind the deploy.
func Find(name string) (Switches, error) {
	base, job := name, NoJob
	if b, ok := strings.CutSuffix(name, "+ja"); ok {
		base, job = b, GateHook
	} else if b, ok := strings.CutSuffix(name, "+jb"); ok {
		base, job = b, GateDeploy
	}
	for _, v := range Variants() {
		if v.Name == base {
			v.Switches.Job = job
			return v.Switches, nil
		}
	}
	return Switches{}, fmt.Errorf("find variant %q: no such variant", name)
}
