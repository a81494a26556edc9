package sim_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/seed-3519b94c/simrun"

// layers says who may import whom, of the packages of this module and of other
// modules. The first row whose pattern matches decides; `x/...` is x and all
// below it. The standard library is open to all, but see bannedPackages.
var layers = []layer{
	// The logic under test does not know that it is simulated, so that the same
	// code runs on a real clock, disk and network.
	{in: "sim/env", why: "the interfaces of the logic know no simulator"},
	{in: "model/...", ours: "sim/env model/...", why: "the logic under test does not know that it is simulated"},

	{in: "sim/simclock", ours: "sim sim/env sim/coro", theirs: "github.com/benbjohnson/clock", why: "parts of the engine stand on the engine alone"},
	{in: "sim/linear", ours: "sim", theirs: "github.com/anishathalye/porcupine", why: "a property stands on the engine and a checker"},
	{in: "sim/...", ours: "sim/...", why: "the engine and its parts stand on themselves alone"},

	{in: "scenarios/...", ours: "sim/... model/... scenarios/...", why: "a scenario wires a model to a world; what runs it is not its business"},
	{in: "reports", ours: "sim", theirs: "google.golang.org/protobuf/encoding/protowire", why: "a report is a function of a trace"},

	// The runner never imports scenarios: a user's own binary is cli.Main(myScenarios...).
	{in: "runner/strategy", ours: "sim sim/timed", why: "a strategy sees the choices of a world, and time where it keeps it for the world"},
	{in: "runner/store", ours: "sim", theirs: "github.com/benbjohnson/clock modernc.org/sqlite modernc.org/sqlite/lib modernc.org/sqlite/vtab", why: "the store keeps traces"},
	{in: "runner/flake", ours: "sim runner runner/strategy", theirs: "github.com/benbjohnson/clock gonum.org/v1/gonum/mathext gonum.org/v1/gonum/stat gonum.org/v1/gonum/stat/distuv", why: "scenarios are the user's"},
	{in: "runner/matrix", ours: "sim runner", why: "scenarios are the user's"},
	{in: "runner/simtest/golden", theirs: "github.com/stretchr/testify/require", why: "the tests of every package use it"},
	{in: "runner/simtest/usermodule", theirs: "github.com/stretchr/testify/require", why: "a user's module is made of files"},
	{in: "runner/simtest", ours: "sim runner/... reports", theirs: "pgregory.net/rapid", why: "scenarios are the user's"},
	{in: "runner/cli", ours: "sim runner/... reports", theirs: "github.com/benbjohnson/clock github.com/spf13/cobra github.com/spf13/cobra/doc github.com/spf13/pflag golang.org/x/term", why: "scenarios are the user's"},
	{in: "runner/simrun", ours: "runner/cli scenarios", why: "the binary only joins the command and the scenarios"},
	{in: "runner", ours: "sim reports runner/strategy", theirs: "github.com/benbjohnson/clock", why: "the runner knows no scenario and no front end"},
}

type layer struct {
	in           string // packages below the module's root
	ours, theirs string // patterns, separated by spaces
	why          string
}

// deterministic are the packages in which the same choices must always give the
// same run.
const deterministic = "sim/... model/... scenarios/..."

// bannedPackages are those that bring in something that is not the same in every
// run. The path itself and all below it.
var bannedPackages = map[string]string{
	"os":            "take files and settings through sim/env or as arguments",
	"net":           "take connections through sim/env",
	"syscall":       "take files through sim/env",
	"sync":          "a world runs one process at a time: use env.Mutex, env.Queue, env.Waker",
	"math/rand":     "draw through the world's Chooser, or use sim.Rand with a seed",
	"crypto/rand":   "draw through the world's Chooser, or use sim.Rand with a seed",
	"hash/maphash":  "its seed differs from run to run: use a fixed hash",
	"runtime/trace": "the world writes its own traces",
}

// bannedCalls are functions of time that read or wait for the real clock.
var bannedCalls = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

func TestImportsFollowTheLayers(t *testing.T) {
	var found findings
	for _, f := range moduleFiles(t) {
		i := slices.IndexFunc(layers, func(l layer) bool { return matches(l.in, f.dir) })
		if i < 0 {
			found.add(f, f.syntax.Package, "package %q is in no layer: add a row to `layers` in sim/policy_test.go", f.dir)
			continue
		}
		f.checkImports(layers[i], &found)
	}
	found.report(t)
}

func TestDeterministicPackages(t *testing.T) {
	var found findings
	types := newTypes(moduleFiles(t))
	for _, f := range moduleFiles(t) {
		if matches(deterministic, f.dir) {
			f.checkDeterminism(types, &found)
		}
	}
	found.report(t)
}

func TestLayersAreAllInUse(t *testing.T) {
	for _, l := range layers {
		if l.in == "sim/simclock" {
			continue // its place is kept
		}
		used := slices.ContainsFunc(moduleFiles(t), func(f *goFile) bool { return matches(l.in, f.dir) })
		require.True(t, used, "no package matches %q", l.in)
	}
}

// matches reports whether one of the patterns, separated by spaces, matches pkg.
func matches(patterns, pkg string) bool {
	for p := range strings.FieldsSeq(patterns) {
		below, tree := strings.CutSuffix(p, "/...")
		if pkg == below || tree && strings.HasPrefix(pkg, below+"/") {
			return true
		}
	}
	return false
}

// The checks must find what they are there to find.
func TestPolicyFindsWhatItShould(t *testing.T) {
	for name, c := range map[string]struct {
		dir, src string
		want     []string
	}{
		"clean": {dir: "sim", src: "import \"time\"\n\nvar x = 3 * time.Second"},
		"wall clock": {dir: "model/x", src: "import \"time\"\n\nvar x = time.Now()\nvar y = time.After", want: []string{
			"model/x/f.go:5: time.Now reads the real clock; use env.Proc, or end the line with `//simrun:allow time.Now: reason`",
			"model/x/f.go:6: time.After reads the real clock; use env.Proc, or end the line with `//simrun:allow time.After: reason`",
		}},
		"wall clock under another name": {dir: "sim", src: "import t \"time\"\n\nvar x = t.Now()", want: []string{
			"sim/f.go:5: time.Now reads the real clock; use env.Proc, or end the line with `//simrun:allow time.Now: reason`",
		}},
		"goroutine and select": {dir: "scenarios", src: "func f() {\n\tgo f()\n\tselect {}\n}", want: []string{
			"scenarios/f.go:4: `go` lets the Go scheduler decide an order; make a process of the world, or end the line with `//simrun:allow go: reason`",
			"scenarios/f.go:5: `select` lets the Go scheduler decide an order; make a process of the world, or end the line with `//simrun:allow select: reason`",
		}},
		"packages": {dir: "sim", src: "import (\n\t\"math/rand/v2\"\n\t\"net/http\"\n\t\"sync/atomic\" //simrun:allow sync/atomic: read by the watch of another goroutine\n)", want: []string{
			"sim/f.go:4: package math/rand/v2 is not the same in every run; draw through the world's Chooser, or use sim.Rand with a seed, or end the line with `//simrun:allow math/rand/v2: reason`",
			"sim/f.go:5: package net/http is not the same in every run; take connections through sim/env, or end the line with `//simrun:allow net/http: reason`",
		}},
		"a look-alike is another package": {dir: "sim", src: "import _ \"network\""},
		"map": {dir: "model/x", src: "func f(m map[string]int) (n int) {\n\tfor _, v := range m {\n\t\tn += v\n\t}\n\treturn n\n}", want: []string{
			"model/x/f.go:4: range over a map comes in another order in every run; collect its keys and sort them, or end the line with `//simrun:allow map: reason`",
		}},
		"map in a named type": {dir: "model/x", src: "import \"time\"\n\ntype set map[time.Duration]bool\n\ntype s struct{ all set }\n\nfunc f(x *s) {\n\tfor range x.all {\n\t\tprintln()\n\t}\n}", want: []string{
			"model/x/f.go:10: range over a map comes in another order in every run; collect its keys and sort them, or end the line with `//simrun:allow map: reason`",
		}},
		"map through package maps": {dir: "sim", src: "import (\n\t\"maps\"\n\t\"slices\"\n)\n\nvar a = slices.Sorted(maps.Keys(map[int]int{}))\nvar b = slices.Collect(maps.Values(map[int]int{}))", want: []string{
			"sim/f.go:9: maps.Values comes in another order in every run; sort it with slices.Sorted, or end the line with `//simrun:allow map: reason`",
		}},
		"map whose keys are sorted": {dir: "sim", src: "import \"slices\"\n\nfunc f(m map[string]int) []string {\n\tvar keys []string\n\tfor k := range m {\n\t\tkeys = append(keys, k)\n\t}\n\tslices.Sort(keys)\n\treturn keys\n}"},
		"map whose keys are not": {dir: "sim", src: "func f(m map[string]int) []string {\n\tvar keys []string\n\tfor k := range m {\n\t\tkeys = append(keys, k)\n\t}\n\treturn keys\n}", want: []string{
			"sim/f.go:5: range over a map comes in another order in every run; collect its keys and sort them, or end the line with `//simrun:allow map: reason`",
		}},
		"map that fills a map": {dir: "sim", src: "func f(m, to map[string]int) {\n\tfor k, v := range m {\n\t\tto[k] = v\n\t}\n}"},
		"map that fills something else": {dir: "sim", src: "func f(m, to map[string]int) {\n\tfor k, v := range m {\n\t\tto[k], to[\"last\"] = v, v\n\t}\n}", want: []string{
			"sim/f.go:4: range over a map comes in another order in every run; collect its keys and sort them, or end the line with `//simrun:allow map: reason`",
		}},
		"reason": {dir: "sim", src: "func f(m map[string]int) (n int) {\n\tfor _, v := range m { //simrun:allow map: a sum has no order\n\t\tn += v\n\t}\n\treturn n\n}"},
		"no reason": {dir: "sim", src: "func f(m map[string]int) (n int) {\n\tfor _, v := range m { //simrun:allow map\n\t\tn += v\n\t}\n\treturn n\n}", want: []string{
			"sim/f.go:4: `//simrun:allow map` gives no reason; write `//simrun:allow WHAT: reason`",
		}},
		"stale reason": {dir: "sim", src: "var x = 1 //simrun:allow time.Now: for a reason long gone", want: []string{
			"sim/f.go:3: nothing here needs `//simrun:allow time.Now`; delete it",
		}},
		"layer": {dir: "reports", src: "import (\n\t_ \"github.com/seed-3519b94c/simrun/runner\"\n\t_ \"github.com/seed-3519b94c/simrun/sim\"\n\t_ \"github.com/spf13/cobra\"\n)", want: []string{
			"reports/f.go:4: reports may not import runner: a report is a function of a trace",
			"reports/f.go:6: reports may not import github.com/spf13/cobra: it is not one of the libraries that reports is given in sim/policy_test.go",
		}},
		"the logic knows no simulator": {dir: "model/x", src: "import _ \"github.com/seed-3519b94c/simrun/sim\"", want: []string{
			"model/x/f.go:3: model/x may not import sim: the logic under test does not know that it is simulated",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := parseGo(t, path.Join(c.dir, "f.go"), "package x\n\n"+c.src+"\n")
			var found findings
			f.checkImports(layers[slices.IndexFunc(layers, func(l layer) bool { return matches(l.in, c.dir) })], &found)
			if matches(deterministic, c.dir) {
				f.checkDeterminism(newTypes([]*goFile{f}), &found)
			}
			require.Equal(t, c.want, []string(found))
		})
	}
}
