package depopt

import (
	"github.com/seed-3519b94c/simrun/sim"
	"strings"
)

// table is the expected matrix, for the toolchain vite-7.1.11: what must be found in which
// variant, "" where nothing that is checked may break, "?" where nobody knew. Where L1(1)
// or S3 must be found, the page is there at the second attempt: L1 holds.
var table = map[string][8]string{
	//                  after-832   before-832  attempt-27           -31         -47         -48         -49         -51
	"lone":            {"", "", "", "", "", "", "", ""},
	"client-basic":    {"", "", "", "", "", "", "", ""},
	"client-lazy":     {"L1(1)", "L1(1)", "L1(1)", "L1(1)", "L1(1)", "L1(1)", "L1(1)", "L1(1)"},
	"ghost":           {"", "S1 L1", "S1 L1", "S1 L1", "S1 L1", "", "", ""},
	"desync":          {"L1(1) S3 S5", "L1 L5", "L1(1) S3 S5", "L1 L5", "L1(1) S3", "L1(1) S3", "L1(1) S3", "L1(1) S3"},
	"inflight":        {"L1(1) S3", "L1(1) S3", "L1(1) S3", "L1(1) S3", "L1(1) S3", "L1(1) S3", "L1(1) S3", "L1(1) S3"},
	"bridge":          {"L1(1) S3 S5", "L1 L5", "L1 L4 L5 S1 S5", "L1 L5", "L1 L5 S1", "L1(1) S3", "L1(1) S3", "L1(1) S3"},
	"reimport":        {"", "", "", "", "", "", "", ""},
	"reimport-static": {"", "", "A1 S1", "", "A1 S1", "", "", ""},
	"state":           {"?", "S4", "S4", "S4", "S4", "S4", "S4", "S4"},
	"effects":         {"S5", "", "S5", "", "", "", "", ""},
	"toctou":          {"S6", "S6", "S6", "S6", "S6", "S6", "S6", "S6"},
	"alias":           {"S1 L1", "S1 L1", "S1 L1", "S1 L1", "S1 L1", "", "S1 L1", "S1 L1"},
	"bundle-error":    {"L1", "L1", "L1", "L1", "L1", "L1", "L1", "L1"},
}

// expected is the row of a scenario.
func expected(scenario string, variants []string, judged []property) []sim.Expectation {
	row, known := table[scenario]
	var out []sim.Expectation
	for i, v := range variants {
		e := sim.Expectation{Variant: v}
		switch {
		case !known || row[i] == "?":
			out = append(out, measured(scenario, v, judged)...)
			continue
		case row[i] == "":
			continue
		}
		e.Fails = strings.Fields(row[i])
		if strings.Contains(row[i], "L1(1)") {
			e.Holds = []string{"L1"}
		}
		out = append(out, e)
	}
	if scenario == "client-basic" {
		for _, v := range variants {
			out = append(out, sim.Expectation{
				Variant: v, Profile: "ci-loaded", Fails: []string{"L1(1)"}, Holds: []string{"L1"},
				Why: "the request with the discovery hash may arrive only after the commit",
			})
		}
	}
	return out
}
