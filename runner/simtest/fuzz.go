package simtest

import (
	"os"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// Fuzz lets Go's coverage-guided fuzzer choose: every choice of a run takes a byte of
// the input, and what the input does not reach is boring. A failing input is made small
// by our own minimiser, told, and written to testdata/simrun like any other failure.
//
//	func FuzzTornConfig(f *testing.F) { simtest.Fuzz(f, TornConfig(), simtest.Config{}) }
//
// The fuzzer sees the coverage of the logic under test, so it finds states that no
// strategy aims at; it knows nothing of orders. Of cfg the first of Variants counts.
func Fuzz(f *testing.F, s *sim.Scenario, cfg Config) {
	f.Helper()
	if cfg.Getenv == nil {
		cfg.Getenv = os.Getenv
	}
	if err := cfg.complete(s); err != nil {
		f.Fatal(err)
	}
	if cfg.Bubble {
		f.Fatalf("fuzz scenario %q: the fuzzer runs outside of bubbles; use Check", s.Name)
	}
	variant := ""
	if len(cfg.Variants) > 0 {
		variant = cfg.Variants[0]
	} else if len(s.Variants) > 0 {
		variant = s.Variants[0]
	}
	f.Add([]byte{})
	f.Add([]byte{1, 0, 1, 0, 1, 0, 1, 0})
	o := runner.Options{Scenario: s, Variant: variant, Profile: cfg.Profile, Params: cfg.Params, Judge: cfg.Judge}
	f.Fuzz(func(t *testing.T, input []byte) {
		r, err := runner.Run(o, sim.Config{
			Variant: variant, Profile: cfg.Profile, Params: cfg.Params, Judge: cfg.Judge, Chooser: &bytesChooser{input}, Record: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Verdict.Failed() {
			return
		}
		small, _, err := runner.Minimise(t.Context(), o, r.Trace)
		if err != nil {
			t.Fatal(err)
		}
		c := &check{s: s, cfg: cfg, options: o}
		t.Fatal(c.tell(t, &runner.Failure{Signature: small.Signature, Found: r.Trace, Minimal: small}))
	})
}

// bytesChooser chooses by a string of bytes.
type bytesChooser struct{ left []byte }

// Choose takes the next byte.
func (b *bytesChooser) Choose(p *sim.Point) int {
	if len(b.left) == 0 || p.Kind == sim.KindOption {
		return 0
	}
	v := int(b.left[0])
	b.left = b.left[1:]
	return v % p.N
}
