package depopt

import (
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// cell is what exploration found in a cell that was open: the properties that fail within
// a few hundred schedules under each profile, and those that do so but rarely.
type cell struct{ scenario, variant, laptop, ci, rare string }

// cells are the open cells of the matrix, as measured by 2,000 schedules of each property
// (crowd: 150, cascade: 200).
var cells = []cell{
	// state of the matrix of known verdicts, where the merged fix was open
	{"state", "after-832", "S4", "S4", ""},

	// halves
	{"halves", "ghost+graph+send+retry", "L1(1) S3 S5", "L1(1) S3 S5", ""},
	{"halves", "ghost+graph+send", "L1(1) S3", "L1(1) S3", ""},
	{"halves", "ghost+graph+retry", "L1(1) S3 S5", "L1(1) S3 S5", ""},
	{"halves", "ghost+graph", "L1(1) S3", "L1(1) S3", ""},
	{"halves", "ghost+send+retry", "L1 L1(1) L4 L5 S5", "L1 L1(1) L4 L5 S5", ""},
	{"halves", "ghost+send", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"halves", "ghost+retry", "L1 L1(1) L4 L5 S5", "L1 L1(1) L4 L5 S5", ""},
	{"halves", "ghost", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"halves", "graph+send+retry", "L1 L1(1) L4 L5 S1 S5", "L1 L1(1) L4 L5 S1 S5", ""},
	{"halves", "graph+send", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"halves", "graph+retry", "L1 L1(1) L4 L5 S1 S5", "L1 L1(1) L4 L5 S1 S5", ""},
	{"halves", "graph", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"halves", "send+retry", "L1 L1(1) L4 L5 S5", "L1 L1(1) L4 L5 S5", ""},
	{"halves", "send", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"halves", "retry", "L1 L1(1) L4 L5 S5", "L1 L1(1) L4 L5 S5", ""},
	{"halves", "none", "L1 L1(1) L5", "L1 L1(1) L5", ""},

	// order-ssr
	{"order-ssr", "after-832", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-ssr", "before-832", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-ssr", "attempt-27", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-ssr", "attempt-31", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-ssr", "attempt-47", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-ssr", "attempt-48", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-ssr", "attempt-49", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-ssr", "attempt-51", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},

	// order-bridge
	{"order-bridge", "after-832", "L1(1) S2 S3 S5", "L1(1) S2 S3 S5", "S6"},
	{"order-bridge", "before-832", "L1 L1(1) L5 S2", "L1 L1(1) L5 S2", "S6"},
	{"order-bridge", "attempt-27", "L1 L1(1) L4 L5 S1 S2 S5", "L1 L1(1) L4 L5 S1 S2 S5", "S6"},
	{"order-bridge", "attempt-31", "L1 L1(1) L5", "L1 L1(1) L5 S2", "S6"},
	{"order-bridge", "attempt-47", "L1 L1(1) L5 S1 S2", "L1 L1(1) L5 S1 S2", "S6"},
	{"order-bridge", "attempt-48", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-bridge", "attempt-49", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"order-bridge", "attempt-51", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},

	// policy
	{"policy", "strict-content", "L1(1) S2 S3 S4", "L1(1) S2 S3 S4", "S6"},
	{"policy", "strict-stable", "L1(1) S2 S3", "L1(1) S2 S3", "S6"},
	{"policy", "unversioned-content", "S2 S3 S4 S6", "S2 S3 S4 S6", ""},
	{"policy", "unversioned-stable", "S2 S3 S6", "S2 S3 S6", ""},
	{"policy", "ignore-content", "S2 S3 S4 S6", "S2 S3 S4 S6", ""},
	{"policy", "ignore-stable", "S2 S3 S6", "S2 S3 S6", ""},

	// placement
	{"placement", "prebundle-strict", "L1(1) S2 S4", "L1(1) S2 S4", ""},
	{"placement", "prebundle-unversioned", "S2 S3 S4 S6", "S2 S3 S4 S6", ""},
	{"placement", "prebundle-ignore", "S2 S3 S4 S6", "S2 S3 S4 S6", ""},
	{"placement", "virtual-strict", "L1(1) S2 S4", "L1(1) S2 S4", ""},
	{"placement", "virtual-unversioned", "S2 S3 S4 S6", "S2 S3 S4 S6", ""},
	{"placement", "virtual-ignore", "S2 S3 S4 S6", "S2 S3 S4 S6", ""},
	{"placement", "global-strict", "L1(1) S2", "L1(1) S2", ""},
	{"placement", "global-unversioned", "S2 S3 S6", "S2 S3 S6", ""},
	{"placement", "global-ignore", "S2 S3 S6", "S2 S3 S6", ""},

	// position
	{"position", "after-111", "L1(1) S3 S5", "L1(1) S3 S5", ""},
	{"position", "after-110", "L1(1) S3", "L1(1) S3", ""},
	{"position", "after-101", "L1 L1(1) L4 L5 S5", "L1 L1(1) L4 L5 S5", ""},
	{"position", "after-100", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"position", "after-011", "L1 L1(1) L4 L5 S1 S5", "L1 L1(1) L4 L5 S1 S5", ""},
	{"position", "after-010", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"position", "after-001", "L1 L1(1) L4 L5 S5", "L1 L1(1) L4 L5 S5", ""},
	{"position", "after-000", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"position", "before-111", "L1(1) S3", "L1(1) S3", ""},
	{"position", "before-110", "L1(1) S3", "L1(1) S3", ""},
	{"position", "before-101", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"position", "before-100", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"position", "before-011", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"position", "before-010", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"position", "before-001", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"position", "before-000", "L1 L1(1) L5", "L1 L1(1) L5", ""},

	// noise
	{"noise", "after-832", "L1(1) L3 S3 S5", "L1(1) L3 S3 S5", ""},
	{"noise", "before-832", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"noise", "attempt-27", "L1 L1(1) L4 L5 S1 S5", "L1 L1(1) L4 L5 S1 S5", ""},
	{"noise", "attempt-31", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"noise", "attempt-47", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"noise", "attempt-48", "L1(1) S3", "L1(1) S3", ""},
	{"noise", "attempt-49", "L1(1) S3", "L1(1) S3", ""},
	{"noise", "attempt-51", "L1(1) S3", "L1(1) S3", ""},

	// cascade
	{"cascade", "after-832", "L1(1) L4 S3 S5", "L1(1) L4 S3 S5", ""},
	{"cascade", "before-832", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"cascade", "attempt-27", "L1 L1(1) L4 L5 S1 S5", "L1 L1(1) L4 L5 S1 S5", ""},
	{"cascade", "attempt-31", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"cascade", "attempt-47", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"cascade", "attempt-48", "L1(1) S3", "L1(1) S3", ""},
	{"cascade", "attempt-49", "L1(1) S3", "L1(1) S3", ""},
	{"cascade", "attempt-51", "L1(1) S3", "L1(1) S3", ""},

	// crowd
	{"crowd", "after-832", "L1(1) S3 S5", "L1(1) S3 S5", ""},
	{"crowd", "before-832", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"crowd", "attempt-27", "L1 L1(1) L4 L5 S1 S5", "L1 L1(1) L4 L5 S1 S5", ""},
	{"crowd", "attempt-31", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"crowd", "attempt-47", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1 S3", ""},
	{"crowd", "attempt-48", "L1(1) S3", "L1(1) S3", ""},
	{"crowd", "attempt-49", "L1(1) S3", "L1(1) S3", ""},
	{"crowd", "attempt-51", "L1(1) S3", "L1(1) S3", ""},

	// reopt-twice
	{"reopt-twice", "after-832", "A1 L1(1) S2 S3", "A1 L1(1) S2 S3", "L1 S6"},
	{"reopt-twice", "before-832", "A1 L1(1) S2 S3", "A1 L1(1) S2 S3", "L1 S6"},
	{"reopt-twice", "attempt-27", "A1 L1(1) S2 S3", "A1 L1(1) S2 S3", "L1 S6"},
	{"reopt-twice", "attempt-31", "A1 L1(1) S2 S3", "A1 L1(1) S2 S3", "L1 S6"},
	{"reopt-twice", "attempt-47", "A1 L1(1) S2 S3", "A1 L1(1) S2 S3", "L1 S6"},
	{"reopt-twice", "attempt-48", "A1 L1(1) S2 S3", "A1 L1(1) S2 S3", "L1 S6"},
	{"reopt-twice", "attempt-49", "A1 L1(1) S2 S3", "A1 L1(1) S2 S3", "L1 S6"},
	{"reopt-twice", "attempt-51", "A1 L1(1) S2 S3", "A1 L1(1) S2 S3", "L1 S6"},

	// hook-latency
	{"hook-latency", "keep", "L1(1) S3", "L1(1) S2 S3", ""},
	{"hook-latency", "clear", "L1 L1(1) S3", "L1 L1(1) S2 S3", ""},

	// pair
	{"pair", "content", "L1(1) S3", "A1 L1 L1(1) S2 S3 S6", "L1"},
	{"pair", "stable", "L1(1) S3", "L1(1) S2 S3", ""},

	// burst
	{"burst", "content", "L2", "A1 L1(1) L2 S2 S3 S6", "L1"},
	{"burst", "stable", "L2", "L1(1) L2 S2 S3", ""},

	// early
	{"early", "guarded", "L1 L1(1) L2", "L1 L1(1) L2 S6", ""},
	{"early", "unguarded", "L1 L1(1)", "L1 L1(1) S2 S6", ""},

	// lost-message-ssr
	{"lost-message-ssr", "after-832", "L1(1) S2 S3", "L1(1) S2 S3", ""},
	{"lost-message-ssr", "before-832", "L1(1) S2 S3", "L1(1) S2 S3", ""},
	{"lost-message-ssr", "attempt-27", "L1(1) S2 S3", "L1(1) S2 S3", ""},
	{"lost-message-ssr", "attempt-31", "L1(1) S2 S3", "L1(1) S2 S3", ""},
	{"lost-message-ssr", "attempt-47", "L1(1) S2 S3", "L1(1) S2 S3", ""},
	{"lost-message-ssr", "attempt-48", "L1(1) S2 S3", "L1(1) S2 S3", ""},
	{"lost-message-ssr", "attempt-49", "L1(1) S2 S3", "L1(1) S2 S3", ""},
	{"lost-message-ssr", "attempt-51", "L1(1) S2 S3", "L1(1) S2 S3", ""},

	// lost-message-bridge
	{"lost-message-bridge", "after-832", "L1(1) S3 S5", "L1(1) S3 S5", ""},
	{"lost-message-bridge", "before-832", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"lost-message-bridge", "attempt-27", "L1 L1(1) L4 L5 S1 S5", "L1 L1(1) L4 L5 S1 S5", ""},
	{"lost-message-bridge", "attempt-31", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"lost-message-bridge", "attempt-47", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"lost-message-bridge", "attempt-48", "L1(1) S3", "L1(1) S3", ""},
	{"lost-message-bridge", "attempt-49", "L1(1) S3", "L1(1) S3", ""},
	{"lost-message-bridge", "attempt-51", "L1(1) S3", "L1(1) S3", ""},

	// slow-hot
	{"slow-hot", "after-832", "L1(1) S3 S5", "L1(1) S3 S5", ""},
	{"slow-hot", "before-832", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"slow-hot", "attempt-27", "L1 L1(1) L4 L5 S1 S5", "L1 L1(1) L4 L5 S1 S5", ""},
	{"slow-hot", "attempt-31", "L1 L1(1) L5", "L1 L1(1) L5", ""},
	{"slow-hot", "attempt-47", "L1 L1(1) L5 S1", "L1 L1(1) L5 S1", ""},
	{"slow-hot", "attempt-48", "L1(1) S3", "L1(1) S3", "S2"},
	{"slow-hot", "attempt-49", "L1(1) S3", "L1(1) S3", "S2"},
	{"slow-hot", "attempt-51", "L1(1) S3", "L1(1) S3", ""},
}

// measured is what exploration found in a cell that was open.
func measured(scenario, variant string, judged []property) []sim.Expectation {
	for _, c := range cells {
		if c.scenario == scenario && c.variant == variant {
			return c.expectations(judged)
		}
	}
	return []sim.Expectation{{Variant: variant, Open: true}}
}

// expectations are the cell as data: one for all profiles, and one for ci-loaded where that
// differs. What no run violated of that which a user notices first is said to hold.
func (c cell) expectations(judged []property) []sim.Expectation {
	var holds []string
	fails := strings.Fields(c.laptop + " " + c.ci + " " + c.rare)
	for _, p := range []property{pL1, pL5, pAnswered, pHandled} {
		if name := propertyDocs[p].Name; slices.Contains(judged, p) && !slices.Contains(fails, name) {
			holds = append(holds, name)
		}
	}
	out := []sim.Expectation{{Variant: c.variant, Fails: strings.Fields(c.laptop), Holds: holds, Why: c.why(c.laptop)}}
	if c.ci != c.laptop {
		out = append(out, sim.Expectation{
			Variant: c.variant, Profile: "ci-loaded", Fails: strings.Fields(c.ci), Holds: holds, Why: c.why(c.ci),
		})
	}
	return out
}

// why says in a sentence for each property what makes it fail.
func (c cell) why(fails string) string {
	var out []string
	for _, p := range strings.Fields(fails) {
		reason, ok := reasons[c.scenario+" "+p]
		if !ok {
			reason = reasons[p]
		}
		out = append(out, p+": "+reason)
	}
	if c.rare != "" {
		out = append(out, "now and then also "+c.rare)
	}
	return strings.Join(out, "; ")
}

// reasons are what makes a property fail, in general or in one scenario.
var reasons = map[string]string{
	"S1":    "the bridge asks for its entry by a bare name, and the cache of URLs keeps the node with the old version",
	"S2":    "who holds on to modules of before the reload combines them with modules of after it",
	"S3":    "an evaluation that began before the reload goes on in the maps of the new generation, with the names that it had",
	"S4":    "the module that keeps the state is evaluated again like any other, and the request began with its old instance",
	"S5":    "a redirect runs the handler again from its start",
	"S6":    "nothing is checked after the read, so that a file which passed the gate can be that of the next commit",
	"L1":    "the graph of worker keeps what it has transformed, or the bridge finds a ghost: every attempt fails the same way",
	"L1(1)": "the request that brings the discovery is half evaluated when the commit comes, and needs a file by its old name",
	"L4":    "nothing converges, so that every attempt is sent back",
	"L5":    "no invalidation reaches the graph of worker, or none the cache of URLs of ssr",
	"A1":    "a second commit comes while the roots are imported again after the first",

	"policy S6":    "a gate that compares nothing lets a file through under the name that it had before the commit",
	"placement S6": "a gate that compares nothing lets a file through under the name that it had before the commit",
	"noise L3":     "every transform in any environment restarts the wait for quiet, and there is no longest wait",
	"cascade L4":   "each of more than 20 stages costs an attempt of the same chain of redirects",
	"cascade S1":   "the bridge asks for its entry by a bare name, and the cache of URLs keeps the node with the old version",
	"pair L1":      "the two discoveries end up in two commits, and each costs an attempt",
	"burst L1":     "the discoveries end up in several commits, and each costs an attempt",
	"burst L2":     "every discovery restarts the debounce, and there is no longest wait",
	"hook-latency L1": "the late answer to a fetch that was forgotten puts its old code over the newer one, and the graph, " +
		"which has the newer one, answers that what the runner has is good",
	"early L1": "what was discovered before the initialization is dropped, but the graph keeps modules with its names baked in, and " +
		"nothing that could replace them is discovered",
	"early L2": "what is discovered before the end of the initialization schedules nothing, and with a valid cache nobody else does",
	"early S2": "modules of before the initialization name dependencies by versions that were dropped, those of after it by the new ones",
}
