package hotreload

import (
	"strconv"
	"strings"
	"time"

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
	planTwice      = "twice"      // one write over the old bytes, and 2 ms later once more
	planTouch      = "touch"      // the times, and nothing else
	planUnrelated  = "unrelated"  // another file comes and goes
)

// plans lists those that save, the plain ones first.
var plans = []string{planTruncate1, planTruncateN, planInPlace, planTempRename, planRmCreate, planVim, planRmRename}

// away are the plans during which the file is not there for a while.
var away = []string{planRmCreate, planVim, planRmRename}

// chunk is how much of a file truncateN writes at once.
const chunk = 64 << 10

// smallChunks is in how many pieces truncateN writes a file that is smaller than a few
// chunks.
const smallChunks = 3

// save saves content over a file, by a plan, and says so when the last byte is there.
func (h *hotWorld) save(p *sim.Proc, plan, path string, content env.Data) {
	h.facts.wrote(path, content)
	h.facts.begins()
	how := h.plan(plan, content.Len())
	// That a step fails is part of the story: the program may have touched its own file.
	_ = how.RunTelling(p, h.writer, path, content, func() { h.facts.saved(path, content) })
}

// plan is the plan of that name for content of that size.
func (h *hotWorld) plan(name string, size int) writers.Plan {
	switch name {
	case planTruncateN:
		return truncateN(size)
	case planTwice:
		return twice
	}
	for _, p := range h.plans {
		if p.Name == name {
			return p
		}
	}
	h.w.Mistake("no plan %q", name)
	return writers.Plan{}
}

// twice is what a program does that saves the same file two times in a row.
var twice = writers.Plan{Name: planTwice, Evidence: writers.Shape, Steps: []writers.Step{
	{Do: writers.Open, Flags: env.WriteOnly}, {Do: writers.Write}, {Do: writers.Close}, {Do: writers.Gap, Label: "writegap"},
	{Do: writers.Open, Flags: env.WriteOnly}, {Do: writers.Write}, {Do: writers.Fit}, {Do: writers.Close},
}}

// buildTool is the name of a W that does much in no time.
const buildTool = "B"

// saveMain saves version n of a program over the entry.
func (h *hotWorld) saveMain(p *sim.Proc, plan, program string, n int, large bool, imports ...string) {
	h.save(p, plan, mainPath, source(program, n, large, h.disk.NewVersion(), imports...))
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

// How soon one save follows another.
const (
	paceReactive = "reactive" // when its error was read
	paceSlow     = "slow"     // 40 ms later
	paceBlind    = "blind"    // by a timer
	paceTwice    = "3 ms"     // as from an editor that saves twice
)

const (
	slowPause  = 40 * time.Millisecond
	blindPause = 10 * time.Millisecond
	twicePause = 3 * time.Millisecond
)

var paceParam = sim.ParamDoc{Label: "pace", Doc: "when the next save comes", Options: paces}

var paces = []string{paceReactive, paceSlow, paceBlind, paceTwice}

// pause waits between the save of version n, which throws, and the next.
func (h *hotWorld) pause(p *sim.Proc, pace string, n int) {
	switch pace {
	case paceReactive:
		h.awaitError(p, n)
		p.Step("react")
	case paceSlow:
		p.Sleep("slow", slowPause)
	case paceBlind:
		p.Sleep("blind", blindPause)
	case paceTwice:
		p.Sleep("twice", twicePause)
	}
}

// awaitError reads standard error until it has the error of version n. If that never
// comes, W saves no more.
func (h *hotWorld) awaitError(p *sim.Proc, n int) {
	want := "error: E" + strconv.Itoa(n) + "\n"
	for {
		if _, rest, ok := strings.Cut(h.lines, want); ok {
			h.lines = rest
			return
		}
		h.lines += h.stderr.Read()
	}
}
