package hotreload

import (
	"strconv"

	"github.com/seed-3519b94c/simrun/sim"
)

// KqueueIndex is Bun #29524 and #29529: kqueue hands back the position that an entry had
// when it was watched. An eviction moves the last entry into the gap, and its changes
// are taken for those of another, or dropped.
func KqueueIndex() *sim.Scenario {
	judged := []string{propL1, propL2}
	return &sim.Scenario{
		Name:       "hotreload/kqueue-index",
		Doc:        "an entry moves in the watch list, its events do not: is its save seen? (Bun #29524, #29529)",
		Variants:   []string{"V2w+RegisteredIndex", "V2w+RegisteredIndex+Reregister"},
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propL2, "V2w+RegisteredIndex")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion(), depPath, otherPath), judged: judged,
				imports: []file{
					{depPath, source(programOK, 0, true, h.disk.NewVersion())}, // large: it is away from the list for longer
					{otherPath, source(programOK, 0, false, h.disk.NewVersion())},
				},
				write: func(p *sim.Proc) {
					h.save(p, planTempRename, depPath, source(programOK, 1, true, h.disk.NewVersion()))
					p.Step("react")
					h.save(p, planInPlace, otherPath, source(programOK, 1, false, h.disk.NewVersion()))
				},
			})
		},
	}
}

// KqueueVim: an editor renames the entry and creates it anew. A request for the rename
// makes a reload that finds nothing.
func KqueueVim() *sim.Scenario {
	judged := []string{propFound}
	return &sim.Scenario{
		Name:       "hotreload/kqueue-vim",
		Doc:        "the entry is renamed and created anew: does a reload come in between?",
		Variants:   []string{"V2w", "V2w+AwaitRecreate"},
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propFound, "V2w")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged,
				write: func(p *sim.Proc) { h.saveMain(p, planVim, programOK, 1, false) },
			})
		},
	}
}

// Overflow is Bun #42936: the watcher's queue is full, what comes is dropped, and the
// notice of it is ignored or taken for the end.
func Overflow() *sim.Scenario {
	judged := []string{propL2}
	return &sim.Scenario{
		Name:       "hotreload/overflow",
		Doc:        "more changes than the system's queue holds: is the save among them seen? (Bun #42936)",
		Variants:   []string{"V2w", "V2w+Overflow=shutdown", "V2w+Overflow=reloads"},
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propL2, "V2w", "V2w+Overflow=shutdown")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged, queue: smallQueue, writer: buildTool,
				write: func(p *sim.Proc) {
					h.litter(smallQueue)
					h.saveMain(p, planInPlace, programOK, 1, false)
				},
			})
		},
	}
}

// smallQueue is a queue of records that is full sooner than Linux's.
const smallQueue = 16

// LateArm is Bun #40017: the watcher is said to have started before it listens.
func LateArm() *sim.Scenario {
	judged := []string{propL2}
	return &sim.Scenario{
		Name:       "hotreload/late-arm",
		Doc:        "a save between the start of the watcher and its first wait: is it seen? (Bun #40017)",
		Variants:   []string{"V2w+LateArm", "V2w"},
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propL2, "V2w+LateArm")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged, starts: afterWatching,
				write: func(p *sim.Proc) { h.saveMain(p, planInPlace, programOK, 1, false) },
			})
		},
	}
}

// taskFiles is how many files change at once: at 8 a request, more requests than two
// ticks of 8 refills take.
const taskFiles = 2*8*8 + 9

// RefillLimit is Bun #42968: a tick ends after 8 refills of its queue with tasks left,
// and the loop waits all the same.
func RefillLimit() *sim.Scenario {
	judged := []string{propL1, propL2}
	return &sim.Scenario{
		Name:       "hotreload/refill-limit",
		Doc:        "more changed files than a tick takes requests: are they loaded? (Bun #42968)",
		Variants:   []string{"V2w+RefillLimit=8", "V2w+RefillLimit=8+ZeroWait"},
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propL1, "V2w+RefillLimit=8"), found(propL2, "V2w+RefillLimit=8")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			var names []string
			var files []file
			for i := range taskFiles {
				name := "m" + strconv.Itoa(i) + ".js"
				names = append(names, name)
				files = append(files, file{name, source(programOK, 0, false, h.disk.NewVersion())})
			}
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion(), names...), judged: judged, imports: files, writer: buildTool,
				write: func(p *sim.Proc) {
					for _, name := range names {
						h.save(p, planInPlace, name, source(programOK, 1, false, h.disk.NewVersion()))
					}
				},
			})
		},
	}
}

// RmRename is what Bun #29735 and #30412 do on Windows, where an open file can not be
// replaced: a reload in the gap finds nothing.
func RmRename() *sim.Scenario {
	judged := []string{propFound, propL2}
	return &sim.Scenario{
		Name:       "hotreload/rm-rename",
		Doc:        "the entry is removed, and its successor renamed into its place: does it recover? (Bun #29735, #30412)",
		Variants:   builds,
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propFound, builds...), found(propL2, "V0", "V1", "V2")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged,
				write: func(p *sim.Proc) { h.saveMain(p, planRmRename, programOK, 1, false) },
			})
		},
	}
}
