package simtest_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/runner/simtest/usermodule"
	"github.com/stretchr/testify/require"
)

// project is a module of a user's own.
type project struct {
	*usermodule.Module
	t *testing.T
}

func newProject(t *testing.T) *project { return &project{usermodule.New(t), t} }

// run runs a command in the module, and returns what it prints and its exit code.
func (p *project) run(name string, args ...string) (string, int) {
	p.t.Helper()
	c := p.Command(name, args...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	code := p.Run(c)
	return out.String(), code
}

// find is the path of a file somewhere in the module; "" if there is none.
func (p *project) find(name string) (path string) {
	err := filepath.WalkDir(p.Dir, func(at string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == name {
			path = at
		}
		return err
	})
	require.NoError(p.t, err)
	return path
}

// tutorial is the scenario of the README, as it stands there.
func tutorial(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```go\n(func tornConfig\\(.*?)```").FindSubmatch(readme)
	require.NotNil(t, block, "the README has the tutorial")
	return string(block[1])
}

// A user's own module: the tutorial of the README finds its race under go test, the
// failure is kept and replayed from then on, a regression test can be generated, and a
// command of its own explores it.
func TestAUsersOwnProject(t *testing.T) {
	p := newProject(t)
	p.Write("torn.go", `package mine

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

func Scenarios() []*sim.Scenario {
	return []*sim.Scenario{{Name: "mine/torn-config", Params: []sim.ParamDoc{{Label: "saves"}}, Build: tornConfig}}
}

`+tutorial(t))
	p.Write("torn_test.go", `package mine

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest"
)

func TestTornConfig(t *testing.T) {
	simtest.Check(t, Scenarios()[0], simtest.Config{})
}

func FuzzTornConfig(f *testing.F) { simtest.Fuzz(f, Scenarios()[0], simtest.Config{}) }
`)
	p.Write("cmd/simrun/main.go", `package main

import (
	"os"

	"example.com/mine"
	"github.com/seed-3519b94c/simrun/runner/cli"
)

func main() { os.Exit(cli.Main(mine.Scenarios()...)) }
`)

	out, code := p.run("go", "test", "-run", "Torn", "-simrun.seed", "1", "-artifacts", "-outputdir", p.Dir, ".")
	require.Equal(t, 1, code, "%s", out)
	require.Contains(t, out, "whole violated")
	require.Contains(t, out, "the server serves")
	kept := regexp.MustCompile(`kept in (testdata/simrun/mine/torn-config/[0-9a-f]+\.sim): commit it`).FindStringSubmatch(out)
	require.NotNil(t, kept, "%s", out)
	require.NotEmpty(t, p.find(strings.TrimSuffix(filepath.Base(kept[1]), ".sim")+".txt"), "the story is among the artifacts")

	out, code = p.run("go", "test", "-run", "Torn", "-simrun.runs", "1", "-rapid.checks", "1", ".")
	require.Equal(t, 1, code)
	require.Contains(t, out, "kept regression "+kept[1]+": reproduced", "what was kept is replayed first")
	require.Regexp(t, `Decides +(\* |perhaps ).* before .*\n`, out, "by what its file says of it")
	require.Contains(t, out, "replay     go test -run '^TestTornConfig$' example.com/mine\n")

	out, code = p.run("go", "build", "-o", "simrun", "./cmd/simrun")
	require.Zero(t, code, "%s", out)
	out, code = p.run("./simrun", "replay", kept[1])
	require.Equal(t, 1, code, "%s", out)
	require.Contains(t, out, "reproduced: violation whole")

	out, code = p.run("./simrun", "gotest", kept[1], "--package", "mine", "--call", "Scenarios()[0]", "-o", "regression_test.go")
	require.Zero(t, code, "%s", out)
	out, code = p.run("go", "test", "-run", "Regression", ".")
	require.Equal(t, 1, code, "the race is still there: %s", out)
	require.Contains(t, out, "whole", "%s", out)
	require.Regexp(t, `Decides +(\* |perhaps ).* before .*\n`, out, "by what the file said of it")

	// The fix: the server looks whether the file is complete.
	source := p.Read("torn.go")
	fixed := strings.Replace(source, `w.Variant() != "checked" ||`, "", 1)
	require.NotEqual(t, source, fixed)
	p.Write("torn.go", fixed)
	out, code = p.run("go", "test", "-short", ".")
	require.Zero(t, code, "%s", out)

	p.flags()
	p.network()

	out, code = p.run("go", "test", "-simrun.runs", "none", ".")
	require.Equal(t, 1, code)
	require.Contains(t, out, `-simrun.runs="none": want a whole number, 1 or more`)
}

// flags checks that the flags of go test, ours and their twins in the environment do what
// they say. The tests log what they ran.
func (p *project) flags() {
	t := p.t
	p.Write("flags_test.go", `package mine

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
)

func counting(t *testing.T) *sim.Scenario {
	var mu sync.Mutex
	runs, profiles, values := 0, map[string]bool{}, map[bool]bool{}
	t.Cleanup(func() { t.Logf("%s: %d runs, profiles %v, workers %d, faults %v", t.Name(), runs, profiles, runtime.GOMAXPROCS(0), values) })
	return &sim.Scenario{Name: "mine/counting", Variants: []string{"one", "two"}, Build: func(w *sim.World) {
		mu.Lock()
		runs++
		profiles[w.Profile().Name] = true
		mu.Unlock()
		w.Process("A", func(p *sim.Proc) { p.Step("s") })
		w.Process("B", func(p *sim.Proc) { p.Step("s") })
		w.Always("fine", func() error { return nil })
	}}
}

func TestCountA(t *testing.T) { simtest.Check(t, counting(t), simtest.Config{}) }
func TestCountB(t *testing.T) { simtest.Check(t, counting(t), simtest.Config{}) }

func TestVacuous(t *testing.T) {
	simtest.Check(t, &sim.Scenario{Name: "mine/vacuous", Build: func(w *sim.World) {
		w.Sometimes("it rains")
		w.Process("A", func(p *sim.Proc) { p.Step("s") })
		w.Always("fine", func() error { return nil })
	}}, simtest.Config{})
}

func TestStatesNothing(t *testing.T) {
	simtest.Check(t, &sim.Scenario{Name: "mine/nothing", Build: func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) { p.Step("s") })
	}}, simtest.Config{})
}

func TestBlocks(t *testing.T) {
	simtest.Check(t, &sim.Scenario{Name: "mine/blocks", Build: func(w *sim.World) {
		c := make(chan int)
		w.Process("A", func(p *sim.Proc) { <-c })
		w.Always("fine", func() error { return nil })
	}}, simtest.Config{})
}

func TestLockedBubble(t *testing.T) {
	simtest.Check(t, &sim.Scenario{Name: "mine/locked", Build: func(w *sim.World) {
		b := simclock.NewBubble(w, "clock", synctest.Wait)
		var mu sync.Mutex
		for _, name := range []string{"A", "B"} {
			w.Process(name, func(p *sim.Proc) {
				b.Go(func() {
					mu.Lock()
					b.Sleep(time.Second)
					mu.Unlock()
				})
			})
		}
		w.Always("fine", func() error { return nil })
	}}, simtest.Config{Bubble: true})
}
`)
	build, code := p.run("go", "test", "-c", "-o", "mine.test", ".")
	require.Zero(t, code, "%s", build)
	runs := func(out string, test string) int {
		m := regexp.MustCompile(test + `: (\d+) runs`).FindStringSubmatch(out)
		require.NotNil(t, m, "%s", out)
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		return n
	}
	counted := func(args ...string) (string, int) {
		return p.run("./mine.test", append([]string{"-test.v", "-test.run", "Count", "-rapid.checks", "2"}, args...)...)
	}

	usual, code := counted()
	require.Zero(t, code, "%s", usual)
	short, _ := counted("-test.short")
	require.Less(t, runs(short, "TestCountA"), runs(usual, "TestCountA"))
	require.NotContains(t, p.must("./mine.test", "-test.v", "-test.run", "CountB"), "TestCountA")
	require.Equal(t, 2, strings.Count(p.must("./mine.test", "-test.v", "-test.count", "2", "-test.run", "CountA"), "TestCountA: "))
	require.Contains(t, p.must("./mine.test", "-test.v", "-test.shuffle", "7", "-test.run", "Count"), "-test.shuffle 7")

	// A flag and its twin in the environment do the same, and the flag counts more.
	for _, s := range []struct{ flag, value, other string }{
		{"runs", "3", "50"}, {"profile", "ci-loaded", "laptop"}, {"variant", "two", "one"}, {"seed", "7", "0"},
		{"strategy", "random", "pct"}, {"workers", "1", "2"},
	} {
		env := "SIMRUN_" + strings.ToUpper(s.flag)
		byFlag, code := counted("-simrun."+s.flag, s.value)
		require.Zero(t, code, "%s", byFlag)
		p.Env = []string{env + "=" + s.value}
		byEnv, code := counted()
		require.Zero(t, code, "%s", byEnv)
		require.Equal(t, told(byFlag), told(byEnv), s.flag)
		p.Env = []string{env + "=" + s.other}
		both, _ := counted("-simrun."+s.flag, s.value)
		require.Equal(t, told(byFlag), told(both), s.flag)
		p.Env = []string{env + "=-what?"}
		bad, code := counted()
		if s.flag != "profile" && s.flag != "variant" {
			require.Contains(t, bad, env+`="-what?": `)
		}
		require.Equal(t, 1, code, "%s: %s", s.flag, bad)
		p.Env = nil
	}
	few, _ := counted("-simrun.runs", "3")
	require.Less(t, runs(few, "TestCountA"), runs(usual, "TestCountA"))
	require.Contains(t, p.must("./mine.test", "-test.v", "-test.run", "CountA", "-simrun.profile", "ci-loaded"), "ci-loaded")
	require.NotContains(t, p.must("./mine.test", "-test.v", "-test.run", "CountA", "-simrun.variant", "two"), "TestCountA/one")

	// With the race detector, which builds everything anew, the same runs are made: not in an
	// ordinary run.
	if cgo, _ := p.run("go", "env", "CGO_ENABLED"); simtest.Whole() && strings.TrimSpace(cgo) == "1" {
		raced := p.must("go", "test", "-race", "-v", "-run", "Count", "-rapid.checks", "2", "-simrun.seed", "7", ".")
		plain := p.must("go", "test", "-v", "-run", "Count", "-rapid.checks", "2", "-simrun.seed", "7", ".")
		require.Equal(t, told(plain), told(raced))
	}

	// What shows nothing fails, and what blocks ends with its process and line.
	out, code := p.run("./mine.test", "-test.run", "Vacuous|StatesNothing")
	require.Equal(t, 1, code)
	require.Regexp(t, `mine/vacuous: vacuous: no run reached "it rains" in \d+ schedules`, out)
	require.Contains(t, out, "mine/nothing: vacuous: it states no property")
	out, code = p.run("./mine.test", "-test.run", "Blocks")
	require.Equal(t, 1, code)
	require.Contains(t, out, `process "A": a process does not come back`)
	require.Contains(t, out, "it stands at flags_test.go:50 (chan receive): wait with World.NewWaker instead")
	require.Equal(t, 1, strings.Count(out, "does not come back"), "it is not tried again")
	out, code = p.run("./mine.test", "-test.run", "LockedBubble")
	require.Equal(t, 2, code)
	require.Contains(t, out, `scenario "mine/locked": a goroutine of its bubble has waited for 2s at flags_test.go:`)
}

// network checks the example of a network in the README: it fails as it says, and with
// answers in time it holds.
func (p *project) network() {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(p.t, err)
	block := regexp.MustCompile("(?s)```go\n(func order\\(.*?)```").FindSubmatch(readme)
	require.NotNil(p.t, block, "the README has the example")
	p.Write("network_test.go", `package mine

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

func TestTwice(t *testing.T) {
	in := *slowAnswers
	in.Name, in.Windows = "in time", map[string]sim.Window{"order.reply": {Earliest: time.Millisecond, Nominal: 20*time.Millisecond, Latest: 900*time.Millisecond}}
	simtest.Check(t, &sim.Scenario{Name: "mine/in-time", Profiles: []*sim.Profile{&in}, Build: twice}, simtest.Config{})
	simtest.Check(t, &sim.Scenario{Name: "mine/twice", Profiles: []*sim.Profile{slowAnswers}, Build: twice}, simtest.Config{})
}

`+string(block[1]))
	out, code := p.run("go", "test", "-run", "Twice", "-short", ".")
	require.Equal(p.t, 1, code, "%s", out)
	require.Contains(p.t, out, "mine/twice: once violated")
	require.Contains(p.t, out, "2 orders")
	require.NotContains(p.t, out, "mine/in-time")
	require.Contains(p.t, out, "Decides    * client.net:order.timeout@client#1")
}

// told is what the tests log of themselves.
func told(out string) []string {
	return regexp.MustCompile(`TestCount\w: .*`).FindAllString(out, -1)
}

// must is run of a command that ends well.
func (p *project) must(name string, args ...string) string {
	p.t.Helper()
	out, code := p.run(name, args...)
	require.Zero(p.t, code, "%s", out)
	return out
}
