package hotreload

import (
	"strconv"

	"github.com/seed-3519b94c/simrun/sim"
)

// SlowAgent is a flake that is no race: upstream's older test on an emulated machine. No
// order of steps decides whether it ends in time, only how fast the machine is. It is
// for sampled runs: without a clock nothing can be late.
func SlowAgent() *sim.Scenario {
	judged := []string{propLimit}
	return &sim.Scenario{
		Name:     "hotreload/slow-agent",
		Doc:      "upstream's older test on an emulated machine: does it end in time? For sampled runs",
		Variants: []string{"V2w", "V2w+B", "V2w+D", "V2w+E"},
		Profiles: []*sim.Profile{emulated()},
		Params: params(savesParam, fullParam,
			sim.ParamDoc{Label: "speed", Doc: "how slow the machine is, as a quantile of agents; drawn from the seed unless pinned", Options: speeds()}),
		Properties: docs(judged...),
		Build: func(w *sim.World) {
			h := newWorld(w)
			saves := drawSaves(w, 2, 50)
			w.Slow(slowness[quantileOf(w)])
			if err := h.cfg.Set("Cache", "miss"); err != nil {
				w.Mistake("%w", err)
			}
			d := &driver{h: h, saves: saves, plans: []string{planTempRename}, program: programThrow, limit: generationLimit}
			h.build(setup{
				first: source(programThrow, 0, true, h.disk.NewVersion()), judged: judged, write: d.run,
			})
		},
	}
}

// slowness is how many thousandths of a laptop's time an emulated machine takes: the 64
// quantiles of a log-normal distribution with median 8.4 and sigma 0.15.
var slowness = [64]int64{
	5845, 6235, 6449, 6607, 6734, 6844, 6940, 7028,
	7108, 7183, 7254, 7321, 7385, 7447, 7506, 7564,
	7620, 7674, 7728, 7780, 7832, 7883, 7933, 7983,
	8033, 8082, 8131, 8180, 8229, 8277, 8326, 8375,
	8425, 8474, 8524, 8575, 8626, 8678, 8731, 8784,
	8839, 8894, 8951, 9009, 9069, 9131, 9194, 9260,
	9329, 9401, 9475, 9554, 9638, 9727, 9823, 9927,
	10040, 10167, 10310, 10478, 10680, 10941, 11317, 12072,
}

// speeds are the values of the parameter: drawn, or a quantile.
func speeds() []string {
	out := []string{"drawn"}
	for i := range slowness {
		out = append(out, "q"+strconv.Itoa(i))
	}
	return out
}

// quantileOf is the quantile of slowness of this run: the median where nothing is drawn.
func quantileOf(w *sim.World) int {
	if v := w.Draw().Option("speed", speeds()...); v != "drawn" {
		q, _ := strconv.Atoi(v[1:])
		return q
	}
	if w.Mode() == sim.Timed {
		return len(slowness) / 2
	}
	return int(w.Sample("speed") >> 58)
}
