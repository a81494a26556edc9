package hotreload

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// saveDuringAwait saves while generation 0 awaits a timer at top level.
func saveDuringAwait(t *testing.T, name string) *world {
	w, _, _ := boot(t, name, "await 1s")
	w.wait(100 * ms)
	w.take()
	w.write("hot.js", "// two\nok")
	w.wait(2 * time.Second)
	return w
}

func TestAReplacedGenerationGoesOn(t *testing.T) {
	saveDuringAwait(t, "V0w").expect(`
		F read inotify: MODIFY hot.js, MODIFY
		F poll inotify: false
		F publish 2
		F wake J
		J load generation 1
		J open . = 4
		J readdir 4
		J open hot.js = 5
		J read 5, 16384 = 9
		J read 5, 16375 = 0
		J close 5
		J map of generation 1, 1 mappings: overwritten
		J evaluate generation 1
		J generation 1 fulfilled
		J timer of generation 0
		J continue generation 0
		J generation 0 fulfilled, but replaced
`)
}

// The reload that report() performs outside a tick has only queued its first
// microtask. Without another wake-up, a heartbeat for one, the loop parks on it.
func TestARequestWaitsForTheAwait(t *testing.T) {
	w := saveDuringAwait(t, "V2w")
	w.expect(`
		F read inotify: MODIFY hot.js, MODIFY
		F poll inotify: false
		F publish 2
		F wake J
		J defer: generation 0 is pending
		J timer of generation 0
		J continue generation 0
		J generation 0 fulfilled
		J load generation 1
`)
	w.sys.Deps.Loop.Wake()
	w.wait(ms)
	w.expect(`
		W wake J
		J open . = 4
		J readdir 4
		J open hot.js = 5
		J read 5, 16384 = 9
		J read 5, 16375 = 0
		J close 5
		J map of generation 1, 1 mappings: overwritten
		J evaluate generation 1
		J generation 1 fulfilled
`)
}

// An awaiting module is past the loader: #38613 does not wait for it.
func TestAnAwaitIsNotWaitedFor(t *testing.T) {
	saveDuringAwait(t, "V2w+F").expect(`
		F read inotify: MODIFY hot.js, MODIFY
		F poll inotify: false
		F publish 2
		F wake J
		J load generation 1
		J open . = 4
		J readdir 4
		J open hot.js = 5
		J read 5, 16384 = 9
		J read 5, 16375 = 0
		J close 5
		J map of generation 1, 1 mappings: overwritten
		J evaluate generation 1
		J generation 1 fulfilled
		J timer of generation 0
		J continue generation 0
		J generation 0 fulfilled, but replaced
`)
}

// Observed on Bun 1.3.14: of three saves none is evaluated while the entry
// module awaits for ever. 1.3.13 evaluates all three.
func TestAwaitForEver(t *testing.T) {
	got := map[uint32][]string{}
	for _, v := range Variants() {
		w, _, _ := boot(t, v.Name, "never")
		w.settle()
		for range 3 {
			w.write("hot.js", "// again\nnever")
			w.wait(100 * ms)
		}
		g := w.sys.State().Generation
		got[g] = append(got[g], v.Name)
	}
	assert.Equal(t, map[uint32][]string{
		0: {"V1", "V2", "V2r", "V2rG", "V1w", "V1w+U", "V1w+M", "V2w", "V2w+G", "V2w+H", "V2w+I", "V2w+I0", "V2w+I1", "V2w+I20", "V1+U", "V1+M"},
		3: {"V0", "V0w", "V2w+A", "V2w+B", "V2w+C", "V2w+D", "V2w+E", "V2w+F"},
	}, got)
}

func TestOneErrorStopsAllTimers(t *testing.T) {
	for _, c := range []struct {
		variant string
		ticks   int
	}{{"V0", 0}, {"V2", 0}, {"V2r", 0}, {"V2rG", 13}, {"V2w+G", 13}} {
		w, _, _ := boot(t, c.variant, "ok")
		w.wait(ms)
		w.write("hot.js", "throw E1")
		w.wait(ms)
		w.write("hot.js", "// fixed\ninterval 50ms")
		w.wait(700 * ms)
		require.Equal(t, c.ticks, strings.Count(w.take(), "timer of generation"), c.variant)
	}
}

func TestWatchBeforeRead(t *testing.T) {
	for _, c := range []struct{ variant, golden string }{
		{"V2w+WatchBeforeRead", `
			J load generation 0
			J open . = 3
			J watch . = wd 1
			J watch hot.js = wd 2
			J open hot.js = 4
			J read 4, 16384 = 2
			J read 4, 16382 = 0
			J close 4
			J map of generation 0, 1 mappings: stored
			J evaluate generation 0
			J generation 0 fulfilled
`}, {"V2+WatchBeforeRead", `
			J load generation 0
			J open . = 3
			J watch . = wd 1
			J watch hot.js = wd 2
			J open hot.js = 4
			J read 4, 16384 = 2
			J read 4, 16382 = 0
			J map of generation 0, 1 mappings: stored
			J evaluate generation 0
			J generation 0 fulfilled
`}} {
		w, _, _ := boot(t, c.variant, "ok")
		w.settle()
		w.expect(c.golden)
		_, fd, _ := w.sys.Watched("hot.js")
		assert.Equal(t, w.sys.Config().LendFd, fd == 4, "%s: the list has the number that was opened", c.variant)
	}
}

// A source that does not parse is watched, but has no map.
func TestParseErrors(t *testing.T) {
	w := newWorld(t, variant(t, "V2w"))
	w.create("hot.js", "ok")
	w.sys.Deps.Compile = func(path string, _ env.Data) Unit {
		return Unit{Err: &Error{Text: "Unexpected end of file", Path: path, At: Position{1, 2}}}
	}
	w.start("J", w.sys.RunMain)
	w.settle()
	w.expect(`
		J load generation 0
		J open hot.js = 3
		J read 3, 16384 = 2
		J read 3, 16382 = 0
		J close 3
		J open . = 3
		J watch . = wd 1
		J watch hot.js = wd 2
		J generation 0 rejected with Unexpected end of file
		J open hot.js = 4
		J read 4, 16384 = 2
		J read 4, 16382 = 0
		J close 4
		J stderr: 1 | ok
		J stderr: error: Unexpected end of file
		J stderr:       at hot.js:1:2
`)
}

// The error of generation 0 is owed when generation 1 truncates the map it
// needs: with #29740 the map stays, and so does the position.
func TestAFileCutShortKeepsTheMap(t *testing.T) {
	for _, c := range []struct{ variant, line string }{
		{"V1w+U", "map of generation 1, 0 mappings: overwritten"},
		{"V2w", "map of generation 1, 0 mappings: kept"},
	} {
		w, _, _ := boot(t, c.variant, "// one\nthrow E0")
		w.settle()
		w.write("hot.js", "")
		w.wait(ms)
		require.Contains(t, w.take(), c.line)
	}
}
