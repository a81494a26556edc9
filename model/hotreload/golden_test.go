package hotreload

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
)

func variant(t *testing.T, name string) Config {
	t.Helper()
	c, err := Find(name)
	require.NoError(t, err)
	c.Heartbeats = false
	return c
}

// boot starts J and F on hot.js, but runs neither.
func boot(t *testing.T, name, text string) (w *world, f, j *proc) {
	t.Helper()
	w = newWorld(t, variant(t, name))
	w.create("hot.js", text)
	j = w.start("J", w.sys.RunMain)
	f = w.start("F", w.sys.RunWatcher)
	return w, f, j
}

func (w *world) expect(golden string) {
	w.t.Helper()
	require.Equal(w.t, strings.ReplaceAll(golden, "\t", ""), w.take())
}

const ms = time.Millisecond

func TestFirstLoadReadsThenWatchesThenEvaluates(t *testing.T) {
	w := newWorld(t, variant(t, "V2"))
	w.create("hot.js", "")
	w.inodes["hot.js"].data = env.Fill("// comment\n", 2<<20, 1).Append(env.Text("throw E0", 1))
	w.start("J", w.sys.RunMain).to("seek")
	w.expect(``)
}

func TestWatcherPublishesBeforeItCloses(t *testing.T) {
	w, _, _ := boot(t, "V2", "ok")
	w.settle()
	w.take()
	w.write("hot.js", "// two\nok")
	w.wait(ms)
	w.expect(``)
}

func TestHardenedWatcherHasNothingToClose(t *testing.T) {
	w, _, _ := boot(t, "V2r", "ok")
	w.settle()
	w.take()
	w.write("hot.js", "// two\nok")
	w.wait(ms)
	w.expect(``)
}

func TestRenameOverTheEntry(t *testing.T) {
	w, f, _ := boot(t, "V2", "throw E0")
	w.settle()
	w.take()
	w.create("hot.js.next", "")
	f.past("readin")
	w.write("hot.js.next", "// two\nthrow E1")
	w.rename("hot.js.next", "hot.js")
	w.wait(ms)
	w.expect(``)
}

func TestRenameOverTheEntryHardened(t *testing.T) {
	w, f, _ := boot(t, "V2r", "throw E0")
	w.settle()
	w.take()
	w.create("hot.js.next", "")
	f.past("readin")
	w.write("hot.js.next", "// two\nthrow E1")
	w.rename("hot.js.next", "hot.js")
	w.wait(ms)
	w.expect(``)
}

// dropRace runs the shortest race: generation 0 overwrites its own file and
// throws; the watcher publishes before the tick is over.
func dropRace(t *testing.T, name string) *world {
	w, f, j := boot(t, name, "selftruncate E0")
	j.past("close")
	w.take()
	for f.runnable() || w.now < ms {
		f.idle()
		w.now += ms
	}
	w.wait(ms)
	return w
}

func TestAnErrorIsLostWithoutThePatch(t *testing.T) {
	for _, name := range []string{"V0w", "V1w", "V1w+M"} {
		w := dropRace(t, name)
		require.Contains(t, w.take(), "J generation 0 replaced: its error is lost", name)
	}
	dropRace(t, "V1w").expect(``)
}

func TestAnErrorIsPrintedBeforeItsReload(t *testing.T) {
	dropRace(t, "V2w").expect(``)
}

func TestRequestBeforeRejectIsTakenInTheSameTick(t *testing.T) {
	for _, name := range []string{"V2", "V2w", "V2r", "V1w+U", "V2w+A", "V2w+B", "V2w+C", "V2w+D", "V2w+E", "V2w+F", "V2w+G", "V2w+H"} {
		log := dropRace(t, name).take()
		require.NotContains(t, log, "lost", name)
		require.Contains(t, log, "stderr: error: E0", name)
		require.Contains(t, log, "generation 1 fulfilled", name)
	}
}

func TestStaleInode(t *testing.T) {
	w, f, j := boot(t, "V2", "ok")
	w.settle()
	w.create("hot.js.next", "")
	w.wait(ms)
	w.take()
	w.write("hot.js.next", "// two\nok")
	w.rename("hot.js.next", "hot.js")
	f.idle()
	w.now += ms
	f.past("wake J")
	f.to("close")
	j.to("hop") // has read the old inode to its end
	w.wait(ms)
	w.expect(``)
}

func TestUnlinkedEntryIsNeverSeenAgain(t *testing.T) {
	w, _, _ := boot(t, "V2", "ok")
	w.settle()
	w.take()
	w.unlink("hot.js")
	w.wait(ms)
	w.create("hot.js", "// two\nok")
	w.wait(10 * ms)
	w.expect(``)
}

func TestUnlinkedEntryIsSeenAgainHardened(t *testing.T) {
	w, _, _ := boot(t, "V2w", "ok")
	w.settle()
	w.take()
	w.unlink("hot.js")
	w.wait(ms)
	w.create("hot.js", "// two\nok")
	w.wait(10 * ms)
	w.expect(``)
}

func TestAwaitingProgramAndASave(t *testing.T) {
	for _, c := range []struct{ variant, golden string }{
		{"V0w", ``},
		{"V2w", ``},
		{"V2w+B", ``},
	} {
		t.Run(c.variant, func(t *testing.T) {
			w, _, _ := boot(t, c.variant, "await 1s")
			w.wait(100 * ms)
			w.take()
			w.write("hot.js", "// two\nok")
			w.wait(2 * time.Second)
			w.expect(c.golden)
		})
	}
}

func TestAwaitForEver(t *testing.T) {
	got := map[string]int{}
	for _, v := range Variants() {
		w, _, _ := boot(t, v.Name, "never")
		w.settle()
		for range 3 {
			w.write("hot.js", "// again\nnever")
			w.wait(100 * ms)
		}
		got[v.Name] = int(w.sys.State().Generation)
	}
	t.Log(got)
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
