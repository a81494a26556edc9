package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Touch: nothing of a file has changed but its times.
func Touch() *sim.Scenario {
	s := quiet(planTouch)
	s.Name, s.Doc = "hotreload/touch", "the entry is touched: nothing is requested"
	return s
}

// Unrelated: another file comes and goes beside the entry.
func Unrelated() *sim.Scenario {
	s := quiet(planUnrelated)
	s.Name, s.Doc = "hotreload/unrelated", "another file comes and goes: nothing is requested"
	return s
}

func quiet(plan string) *sim.Scenario {
	judged := []string{propQuiet}
	return &sim.Scenario{
		Variants:   builds,
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged,
				write: func(p *sim.Proc) {
					if err := h.plan(plan, 0).Run(p, h.writer, mainPath, nil); err != nil {
						w.Mistake("%w", err)
					}
					p.Sleep("negative wait", 200*time.Millisecond)
				},
			})
		},
	}
}
