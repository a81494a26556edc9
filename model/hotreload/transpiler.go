package hotreload

import "github.com/seed-3519b94c/simrun/sim/env"

// RunTranspiler is T, a thread of the pool that reads and transpiles imported
// modules. Bun has more; two show all there is to show. It never returns.
//
// A job looks at the generation when it starts, and only then: one that is
// under way when a reload happens ends up in the load that asked for it.
func (s *System) RunTranspiler(p env.Proc) {
	t := thread{s: s, p: p, fs: s.Deps.TranspilerFS, who: Transpiler}
	for {
		m := s.Deps.Jobs.Pop().module
		p.Step("start")
		done := Task{module: m}
		s.touch.Reads(ResourceGeneration)
		if m.load.gen != s.g {
			s.probe.JobStale(m.load.gen, m.path)
			done.stale = true
		} else {
			done.err = t.fetch(m)
		}
		s.Deps.Tasks.Push(done)
		s.Deps.Loop.Wake()
	}
}
