package hotreload

import (
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/writers"
)

// Ways in which W saves a file: plans of package writers by shape.
const (
	planTruncate1  = "truncate1"  // truncate, a gap, one write
	planTruncateN  = "truncateN"  // truncate, then chunks with gaps
	planInPlace    = "inPlace"    // one write over the old bytes, then cut to size
	planTempRename = "tempRename" // write n.next, rename it over n (Bun #29735)
	planRmCreate   = "rmCreate"   // unlink, a gap, create, write
	planVim        = "vim"        // rename n to n~, create, write, unlink n~
	planRmRename   = "rmRename"   // write n.next, unlink n, a gap, rename (Bun #30412)
)

// plans lists them, the plain ones first.
func plans() []string {
	return []string{planTruncate1, planTruncateN, planInPlace, planTempRename, planRmCreate, planVim, planRmRename}
}

// chunk is how much of a file truncateN writes at once.
const chunk = 64 << 10

// smallChunks is in how many pieces truncateN writes a file that is smaller than
// a few chunks.
const smallChunks = 3

// save saves content over the entry, by a plan, and says so when the last byte
// is there.
func (h *hotWorld) save(p *sim.Proc, plan string, content env.Data, version uint32) {
	how := truncateN(content.Len())
	for _, p := range h.plans {
		if p.Name == plan && plan != planTruncateN {
			how = p
		}
	}
	// That a step fails is part of the story: the program may have touched its own file.
	_ = how.RunTelling(p, h.writer, hotMain, content, func() { h.facts.saved(version) })
}

// truncateN has a gap before every chunk, a long one before the first, and more than one chunk
// also of a small file.
func truncateN(size int) writers.Plan {
	step := chunk
	if size < smallChunks*chunk {
		step = (size + smallChunks - 1) / smallChunks
	}
	return writers.Plan{Name: planTruncateN, Evidence: writers.Shape, Steps: []writers.Step{
		{Do: writers.Open, Flags: env.WriteOnly | env.Truncate},
		{Do: writers.Gap, Label: "truncgap"}, {Do: writers.Write, Chunk: step, Label: "gap"}, {Do: writers.Close},
	}}
}
