package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// UnwatchedMain: the entry is away for a moment while it is saved. The watch of the old
// inode dies with it, the reload finds no file to watch, and when the new one comes only
// its directory tells of it.
func UnwatchedMain() *sim.Scenario {
	s := unwatched(mainPath)
	s.Name, s.Doc = "hotreload/unwatched-main", "the entry is away for a moment while it is saved: is it seen again?"
	s.Expect = expect([]string{propL2, propL5}, found(propL2, "V0", "V1", "V2"), found(propL5, "V0", "V1", "V2"))
	return s
}

// UnwatchedImport is the same for a module that the entry imports: nobody looks for it.
func UnwatchedImport() *sim.Scenario {
	s := unwatched(depPath)
	s.Name, s.Doc = "hotreload/unwatched-import", "an import is away for a moment while it is saved: is it seen again?"
	s.Expect = expect([]string{propL2, propL5}, found(propL2, builds...), found(propL5, builds...))
	return s
}

// Modules that the entry imports.
const (
	depPath   = "dep.js"
	otherPath = "other.js"
)

func unwatched(target string) *sim.Scenario {
	judged := []string{propL2, propL5}
	return &sim.Scenario{
		Variants: builds,
		Profiles: profiles(),
		Params:   params(sim.ParamDoc{Label: "plan", Doc: "how the file is saved", Options: away[:2]}),

		Properties: docs(judged...),
		Build: func(w *sim.World) {
			h := newWorldMasking(w, true)
			plan := w.Draw().Pick("plan", away[:2]...)
			s := setup{judged: judged}
			if target == mainPath {
				s.first = source(programOK, 0, false, h.disk.NewVersion())
			} else {
				s.first = source(programOK, 0, false, h.disk.NewVersion(), target)
				s.imports = []file{{target, source(programOK, 0, false, h.disk.NewVersion())}}
			}
			s.write = func(p *sim.Proc) {
				h.save(p, plan, target, source(programOK, 1, false, h.disk.NewVersion()))
			}
			h.build(s)
		},
	}
}
