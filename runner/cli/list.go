package cli

import (
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

type scenarioLine struct {
	line
	Name       string          `json:"name"`
	Doc        string          `json:"doc"`
	Variants   []variantFields `json:"variants"`
	Profiles   []string        `json:"profiles"`
	Params     []paramFields   `json:"params"`
	Properties []docFields     `json:"properties"`
}

type variantFields struct {
	Name   string   `json:"name"`
	Fails  []string `json:"fails,omitempty"`  // the properties that should be violated
	Rarely []string `json:"rarely,omitempty"` // those that few schedules violate
	Open   bool     `json:"open,omitempty"`   // nobody knows what it should come to
}

type paramFields struct {
	docFields
	Options []string `json:"options,omitempty"`
}

type docFields struct {
	Name string `json:"name"`
	Doc  string `json:"doc,omitempty"`
}

func (s *invocation) listCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "list",
		Short: "List scenarios, their variants, parameters and properties",
		Args:  exactly(),
		RunE: func(*cobra.Command, []string) error {
			for i, sc := range s.Scenarios {
				if s.json {
					if err := s.emit(describe(sc)); err != nil {
						return err
					}
					continue
				}
				if i > 0 {
					s.printf("\n")
				}
				s.list(sc)
			}
			if len(s.Scenarios) == 0 {
				s.warn("this binary has no scenarios")
			}
			return nil
		},
	}
	s.jsonFlag(c)
	return c
}

func (s *invocation) list(sc *sim.Scenario) {
	s.printf("%s  %s\n", sc.Name, sc.Doc)
	key := func(k, text string) {
		s.printf("%s\n", strings.TrimRight("  "+pad(k, 12)+text, " "))
	}
	d := describe(sc)
	k := "variants"
	for _, v := range d.Variants {
		expect := "should pass"
		switch {
		case v.Open:
			expect = "open: nobody knows yet"
		case len(v.Fails) > 0:
			expect = "should violate " + strings.Join(v.Fails, ", ")
		}
		if len(v.Rarely) > 0 {
			expect += "; may rarely violate " + strings.Join(v.Rarely, ", ")
		}
		key(k, pad(orElse(v.Name, "(one)"), 20)+"  "+expect)
		k = ""
	}
	k = "properties"
	for _, p := range d.Properties {
		key(k, pad(p.Name, 20)+"  "+p.Doc)
		k = ""
	}
	k = "parameters"
	for _, p := range d.Params {
		text := p.Doc
		if p.Options != nil {
			text = strings.TrimSpace(text + " (" + strings.Join(p.Options, " | ") + ")")
		}
		key(k, pad(p.Name, 20)+"  "+text)
		k = ""
	}
	key("profiles", strings.Join(d.Profiles, ", "))
}

func describe(sc *sim.Scenario) scenarioLine {
	l := scenarioLine{
		line: newLine("scenario"), Name: sc.Name, Doc: sc.Doc,
		Variants: []variantFields{}, Params: []paramFields{}, Properties: []docFields{},
	}
	names, _ := variants(sc, all) // every scenario has them
	for _, v := range names {
		e := sc.Expected(v, "")
		f := variantFields{Name: v, Open: e.Open}
		if !e.Open {
			f.Fails, f.Rarely = e.Fails, e.Rarely
		}
		l.Variants = append(l.Variants, f)
	}
	for _, p := range sc.AllProfiles() {
		l.Profiles = append(l.Profiles, p.Name)
	}
	for _, p := range sc.Params {
		l.Params = append(l.Params, paramFields{docFields{p.Label, p.Doc}, p.Options})
	}
	for _, p := range sc.Properties {
		l.Properties = append(l.Properties, docFields{p.Name, p.Doc})
	}
	return l
}

// pad fills s with blanks up to n characters.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-len([]rune(s))))
}
