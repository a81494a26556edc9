package sim_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// Mistakes of a scenario's author are errors that name the scenario, the label
// and the value, never panics, and the world can be used again.
func TestMistakesInAScenario(t *testing.T) {
	body := func(f func(w *sim.World, p *sim.Proc)) func(w *sim.World) {
		return func(w *sim.World) { w.Process("A", func(p *sim.Proc) { f(w, p) }) }
	}
	for name, c := range map[string]struct {
		build func(w *sim.World)
		want  string
	}{
		"blocking in Build":      {func(w *sim.World) { w.NewMutex("m").Lock() }, `m.lock: called by "world", which is not a process with a body and so cannot block`},
		"blocking in a handler":  {func(w *sim.World) { handle(w, func() { w.NewMutex("m").Lock() }) }, `m.lock: called by "K", which is not a process with a body and so cannot block`},
		"step of another":        {func(w *sim.World) { stepOfAnother(w) }, `step "s" of "A": called while "B" runs. A process makes its steps itself: no other one does, nor a goroutine that it starts`},
		"unlock of what is free": {body(func(w *sim.World, p *sim.Proc) { w.NewMutex("m").Unlock() }), `m.unlock by "A": it does not hold the mutex`},
		"unlock of another's":    {func(w *sim.World) { foreignUnlock(w) }, `m.unlock by "B": it does not hold the mutex`},
		"empty range":            {func(w *sim.World) { w.Draw().Int("n", 3, 2) }, `draw "n": from 3 to 2 is no range`},
		"two ranges of a label":  {func(w *sim.World) { w.Draw().Int("n", 1, 5); w.Draw().Int("m", 0, 1); w.Draw().Int("n", 0, 9) }, `draw "n": from 0 to 9, and before from 1 to 5: give two parameters two labels`},
		"no options":             {func(w *sim.World) { w.Draw().Pick("color") }, `draw "color": from 0 to -1 is no range`},
		"range in a body":        {body(func(w *sim.World, p *sim.Proc) { w.Draw().Int("n", 3, 2) }), `draw "n": from 3 to 2 is no range`},
		"restart of the living":  {body(func(w *sim.World, p *sim.Proc) { p.Restart() }), `restart process "A": it is still running`},
		"unknown mark":           {body(func(w *sim.World, p *sim.Proc) { p.Elapsed(7, 0) }), `mark 7 of "A": unknown or released`},
		"released mark":          {body(func(w *sim.World, p *sim.Proc) { m := p.Mark(); p.Release(m); p.Elapsed(m, 0) }), `mark 1 of "A": unknown or released`},
		"released twice":         {body(func(w *sim.World, p *sim.Proc) { m := p.Mark(); p.Release(m); p.Release(m) }), `mark 1 of "A": unknown or released`},
		"colon in a label":       {body(func(w *sim.World, p *sim.Proc) { p.Step("read:x") }), `label "read:x": it must not contain a colon or a line break, for events are called process:label#occurrence`},
		"colon in a draw":        {func(w *sim.World) { w.Draw().Int("read:x", 1, 2) }, `label "read:x": it must not contain a colon or a line break, for events are called process:label#occurrence`},
		"window, latest first":   {body(func(w *sim.World, p *sim.Proc) { p.StepFor(w.Label("s"), sim.Micros(3, 3, 2)) }), `window "A:s" is 3µs / 3µs / 2µs; want 0 <= earliest <= nominal <= latest`},
		"window before now":      {func(w *sim.World) { w.Actor("K").After(w.Label("s"), sim.Exactly(-ms), nil, 0) }, `window "K:s" is -1ms / -1ms / -1ms; want 0 <= earliest <= nominal <= latest`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, `scenario "test": `+c.want, mistake(t, build(c.build), sim.Config{}))
			require.Equal(t, `scenario "test": `+c.want, mistake(t, build(c.build), sim.Config{Mode: sim.Sampled}))
		})
	}
}

func handle(w *sim.World, f func()) {
	w.Actor("K").After(w.Label("l"), sim.Exactly(ms), fire(func(*sim.World, int64) { f() }), 0)
}

func stepOfAnother(w *sim.World) {
	a := w.Process("A", func(p *sim.Proc) { p.Sleep("nap", time.Second) })
	w.Process("B", func(p *sim.Proc) { a.Step("s") })
}

func foreignUnlock(w *sim.World) {
	m := w.NewMutex("m")
	w.Process("A", func(p *sim.Proc) { m.Lock() })
	w.Process("B", func(p *sim.Proc) { p.Sleep("nap", ms); m.Unlock() })
}

// What the caller asks for is checked before anything runs; near misses are named.
func TestMistakesInAConfig(t *testing.T) {
	s := &sim.Scenario{
		Name: "shop/race", Variants: []string{"before-17", "after-17"},
		Params: []sim.ParamDoc{{Label: "customers"}, {Label: "goods"}},
		Build:  func(w *sim.World) { w.Draw().Int("customers", 1, 3) },
	}
	for name, c := range map[string]struct {
		cfg  sim.Config
		want string
	}{
		"variant":           {sim.Config{Variant: "before-71"}, `scenario shop/race has no variant "before-71"; did you mean "before-17"? It has: before-17, after-17`},
		"variant, far off":  {sim.Config{Variant: "zzz"}, `scenario shop/race has no variant "zzz". It has: before-17, after-17`},
		"profile":           {sim.Config{Profile: "laptob"}, `scenario shop/race has no profile "laptob"; did you mean "laptop"? It has: laptop, ci-loaded`},
		"parameter":         {sim.Config{Params: map[string]int64{"custmers": 2}}, `scenario shop/race has no parameter "custmers"; did you mean "customers"? It has: customers, goods`},
		"parameter's value": {sim.Config{Params: map[string]int64{"customers": 4}}, `scenario "shop/race": parameter "customers": 4 is outside of 1 to 3`},
		"pending":           {sim.Config{Limits: sim.Limits{Pending: 5000}}, `limit of 5000 pending events: at most 1008 in timed mode`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newWorld(t).Run(s, c.cfg)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestMistakesInAProfile(t *testing.T) {
	good := sim.Laptop()
	for name, c := range map[string]struct {
		change func(p *sim.Profile)
		want   string
	}{
		"row":   {func(p *sim.Profile) { p.Windows = map[string]sim.Window{"A:read": sim.Micros(5, 5, 4)} }, `window "A:read" is 5µs / 5µs / 4µs`},
		"step":  {func(p *sim.Profile) { p.Step = sim.Micros(5, 4, 9) }, `window "step" is 5µs / 4µs / 9µs`},
		"timer": {func(p *sim.Profile) { p.Timer = sim.Micros(-1, 0, 0) }, `window "timer" is -1µs / 0s / 0s`},
	} {
		t.Run(name, func(t *testing.T) {
			bad := *good
			c.change(&bad)
			s := &sim.Scenario{Name: "test", Profiles: []*sim.Profile{good, &bad}, Build: office}
			bad.Name = "bad"
			_, err := newWorld(t).Run(s, sim.Config{Profile: "bad"})
			require.EqualError(t, err, `scenario "test": profile "bad": `+c.want+`; want 0 <= earliest <= nominal <= latest`)
		})
	}
}

// A chooser that answers out of range is told where.
func TestMistakesOfAChooser(t *testing.T) {
	s := programme(ops("A", ""), ops("B", ""))
	for _, answer := range []int{-1, 2} {
		_, err := newWorld(t).Run(s, sim.Config{Chooser: choose(func(*sim.Point) int { return answer })})
		require.ErrorContains(t, err, `scenario "test": step 0: the chooser returned alternative`)
	}
	s = build(func(w *sim.World) { w.Draw().Int("n", 0, 2) })
	require.Equal(t, `scenario "test": choose draw "world:n#1": the chooser returned alternative 3 of 3`,
		mistake(t, s, sim.Config{Chooser: choose(func(p *sim.Point) int { return p.N })}))
}

// A scenario that documents no parameter may have any, and says which those are.
func TestPinnedAndNotDocumented(t *testing.T) {
	s := &sim.Scenario{Name: "shop/race", Build: func(w *sim.World) {
		w.Draw().Int("customers", 1, 3)
		w.Draw().Option("till", "one", "two")
	}}
	r, err := newWorld(t).Run(s, sim.Config{Params: map[string]int64{"customers": 2, "till": 0}})
	require.NoError(t, err)
	require.Equal(t, []sim.Param{{Label: "customers", Value: 2, Lo: 1, Hi: 3}}, r.Params)
	_, err = newWorld(t).Run(s, sim.Config{Params: map[string]int64{"custmers": 2}})
	require.EqualError(t, err, `scenario "shop/race": its Build has no parameter "custmers"; did you mean "customers"? It has: customers`)
}

// A name of which half the letters are others is no near miss.
func TestNearest(t *testing.T) {
	require.Equal(t, "checked", sim.Nearest("chekced", []string{"naive", "checked"}))
	require.Empty(t, sim.Nearest("nope", []string{"naive", "checked"}))
}

// The name of a scenario is a folder too, and not one elsewhere.
func TestNameOfAScenario(t *testing.T) {
	for _, good := range []string{"cart/total", "noslash", "a b/c"} {
		require.NoError(t, (&sim.Scenario{Name: good}).Check())
	}
	for _, bad := range []string{"", ".", "../evil", "/etc", "cart/", "cart//total", "cart/\ntotal"} {
		require.ErrorContains(t, (&sim.Scenario{Name: bad}).Check(), "want words with slashes between them", bad)
	}
}

// A name means one thing.
func TestNamesThatMeanTwoThings(t *testing.T) {
	nothing := func(*sim.World) {}
	for want, s := range map[string]sim.Scenario{
		`variants "a"`:   {Variants: []string{"a", "b", "a"}},
		`profiles "one"`: {Profiles: []*sim.Profile{{Name: "one"}, {Name: "two"}, {Name: "one"}}},
		`parameters "n"`: {Params: []sim.ParamDoc{{Label: "n"}, {Label: "n"}}},
		`properties "p"`: {Properties: []sim.PropertyDoc{{Name: "p"}, {Name: "p"}}},
		`expectations of "a under laptop"`: {Variants: []string{"a"}, Expect: []sim.Expectation{
			{Variant: "a"}, {Variant: "a", Profile: "laptop"}, {Variant: "a", Profile: "laptop"},
		}},
	} {
		s.Name, s.Build = "test/names", nothing
		require.EqualError(t, s.Check(), "scenario test/names has two "+want+": leave one away, or call it otherwise")
	}
}
