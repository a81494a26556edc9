package depopt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// schedules runs a scenario nominally and then under many schedules: half of them walk at
// random, half delay a few events. f looks at each run.
func schedules(t *testing.T, s *sim.Scenario, cfg sim.Config, n int, f func(i int)) {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	if cfg.Judge == nil {
		cfg.Judge = []string{"answered"}
	}
	walk := strategy.NewRandomWalk()
	for i := range n {
		cfg.Chooser = nil
		if i > 0 {
			walk.Begin(strategy.Info{Seed: uint64(i)})
			cfg.Chooser = strategy.Chooser(walk, strategy.Data{})
		}
		r, err := w.Run(s, cfg)
		require.NoError(t, err)
		require.Equal(t, sim.Pass, r.Verdict, r.Failure.Message)
		f(i)
	}
}

// budget is full, or less with -short.
func budget(full int) int {
	if testing.Short() {
		return max(full/20, 20)
	}
	return full
}

// option is the value of a pinned switch.
func option(name, value string) int64 {
	for _, s := range switches {
		if s.name == name {
			for i, o := range s.options {
				if o == value {
					return int64(i)
				}
			}
		}
	}
	panic("no option " + value + " of " + name)
}

// pinBits pins the three parts of the fix, as upstream compared them.
func pinBits(params map[string]int64, bits string) {
	value := map[byte]string{'0': "false", '1': "true"}
	params["ghost"] = option("ghost", value[bits[0]])
	params["graph"] = option("graph", value[bits[1]])
	params["send"] = option("send", value[bits[1]])
	params["retry"] = option("retry", value[bits[2]])
}

// The eight combinations of ghost, propagation and retry come to what was measured in
// every trial (20 in process for two releases of Vite, 5 in workerd), in every schedule of
// both profiles, and wherever the runner is.
func TestEightCombinations(t *testing.T) {
	t.Parallel()
	again := func(n int, v int) string { return strings.TrimSpace(strings.Repeat(fmt.Sprintf("%d ", v), n)) }
	rows := []struct {
		bits, attempts string
		old            int
		stale          string // what the gate refuses; * for at every attempt
		worker         int    // evaluations of /worker
	}{
		{"000", again(12, 500), 200, "dep-y", 1},
		{"100", again(12, 500), 200, "dep-y", 1},
		{"010", again(12, 500), 500, "dep-y bridge-dep*", 2},
		{"110", "500 200", 200, "dep-y", 2},
		{"001", again(12, 307), 200, "dep-y", 1},
		{"101", again(12, 307), 200, "dep-y", 1},
		{"011", again(12, 307), 307, "dep-y bridge-dep*", 2},
		{"111", "307 200", 200, "dep-y", 2},
	}
	for _, row := range rows {
		for _, profile := range []string{"laptop", "ci-loaded"} {
			for deploy, where := range []string{"inproc", "workerd"} {
				t.Run(row.bits+"/"+profile+"/"+where, func(t *testing.T) {
					params := map[string]int64{"deploy": int64(deploy), "follow": 0}
					pinBits(params, row.bits)
					out := &outcome{}
					schedules(t, bridge(out), sim.Config{Variant: "before-832", Profile: profile, Params: params}, budget(400), func(i int) {
						require.Equal(t, []int{200, 200}, out.Comp)
						require.Equal(t, row.attempts, words(out.Attempts), "schedule %d", i)
						require.Equal(t, row.old, out.Old)
						require.Equal(t, row.worker, out.count("/worker"))
						if i == 0 {
							require.Equal(t, row.stale, stales(out.Stale))
						}
					})
				})
			}
		}
	}
}

// words are numbers as text.
func words(numbers []int) string {
	return strings.Trim(fmt.Sprint(numbers), "[]")
}

// stales are what the gate refused, the last one with a star if it was so at every later
// attempt.
func stales(names []string) string {
	var out []string
	for _, n := range names {
		switch {
		case len(out) > 0 && strings.TrimSuffix(out[len(out)-1], "*") == n:
			out[len(out)-1] = n + "*"
		default:
			out = append(out, n)
		}
	}
	return strings.Join(out, " ")
}

// On a good day recovery takes as long as the bundle, and with the retry 500 ms more.
func TestRecovery(t *testing.T) {
	took := make(map[string]int64)
	for _, bits := range []string{"110", "111"} {
		params := map[string]int64{"deploy": 0, "follow": 0}
		pinBits(params, bits)
		out := &outcome{}
		schedules(t, bridge(out), sim.Config{Variant: "before-832", Params: params}, 1, func(int) {
			took[bits] = out.Recovery.Milliseconds()
		})
	}
	t.Logf("110: %d ms, 111: %d ms", took["110"], took["111"])
	require.True(t, 110 <= took["110"] && took["110"] <= 180, "%d ms", took["110"])
	require.InDelta(t, took["110"]+500, took["111"], 20)
}

// inflight and lone evaluate what was measured (30 and 10 trials for two releases): the
// request that is half evaluated fails, the next one is good, and both orders of its failure
// and of the end of the re-import occur.
func TestInstanceCounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		late, attempts string
		gen            int
		counts         map[string]int
	}{
		{"U", "500 200 200 200", 2, map[string]int{"dep-a": 2, "dep-x": 2, "dep-b": 2, "dep-y": 1, "/entry": 2}},
		{"L", "500 200 200 200", 2, map[string]int{"dep-a": 2, "dep-x": 2, "dep-b": 2, "/entry": 2}},
		{"N", "200 200 200 200", 1, map[string]int{"dep-a": 1, "dep-x": 1, "dep-lone": 1, "dep-y": 1, "/late": 1, "/entry": 1}},
	} {
		for _, profile := range []string{"laptop", "ci-loaded"} {
			t.Run(row.late+"/"+profile, func(t *testing.T) {
				out := &outcome{}
				s, params := inflight(out), map[string]int64{"late": int64(strings.Index("UL", row.late))}
				if row.late == "N" {
					s, params = lone(out), nil
				}
				schedules(t, s, sim.Config{Profile: profile, Params: params}, budget(1000), func(i int) {
					require.Equal(t, row.attempts, words(out.Attempts), "schedule %d", i)
					require.Equal(t, row.gen, out.Gen)
					if profile != "laptop" {
						return // a request with a discovery hash may come after the commit
					}
					for name, n := range row.counts {
						require.Equal(t, n, out.count(name), "%s, schedule %d: %v", name, i, out.Ran)
					}
				})
			})
		}
	}
}
