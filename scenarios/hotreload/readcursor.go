package hotreload

import (
	"strconv"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// manyFiles is how many files come and go at once: two records each, and more than fit
// into one callback of 128.
const manyFiles = 70

// ReadCursor is Bun #27667: more records than fit into one callback leave a cursor
// behind that was never reset, and nothing was read any more.
func ReadCursor() *sim.Scenario {
	judged := []string{propL2}
	off := []string{"V0-CursorReset", "V1-CursorReset", "V2-CursorReset", "V2r-CursorReset", "V2w-CursorReset"}
	return &sim.Scenario{
		Name:       "hotreload/read-cursor",
		Doc:        "more changes at once than one callback takes: is the next save still seen? (Bun #27667)",
		Variants:   append(off[:len(off):len(off)], builds...),
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propL2, off...), found(propL2, "V0", "V1", "V2").because("Not the cursor: "+lentOld)),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged, endless: true,
				writer: buildTool,
				write: func(p *sim.Proc) {
					h.litter(manyFiles)
					p.Sleep("wait", 50*time.Millisecond)
					h.saveMain(p, planTempRename, programOK, 1, false)
				},
			})
		},
	}
}

// litter makes and removes files.
func (h *hotWorld) litter(n int) {
	for i := range n {
		name := "out" + strconv.Itoa(i)
		fd, err := h.writer.Open(name, env.WriteOnly|env.Create)
		if err != nil {
			continue // a full descriptor table is not part of this world
		}
		_ = h.writer.Close(fd)
		_ = h.writer.Unlink(name)
	}
}
