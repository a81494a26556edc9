package hotreload

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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
	assert.Equal(w.t, strings.ReplaceAll(golden, "\t", ""), w.take())
}

const ms = time.Millisecond

func TestFirstLoadReadsThenWatchesThenEvaluates(t *testing.T) {
	w := newWorld(t, variant(t, "V2"))
	w.create("hot.js", "")
	w.inodes["hot.js"].data = env.Fill("// comment\n", 2<<20, 1).Append(env.Text("throw E0", 1))
	w.start("J", w.sys.RunMain).to("seek")
	w.expect(`
		J load generation 0
		J open hot.js = 3
		J read 3, 16384 = 16384
		J fstat 3 = 2097158 bytes
		J read 3, 2080775 = 2080774
		J read 3, 1 = 0
		J open . = 4
		J watch . = wd 1
		J watch hot.js = wd 2
		J map of generation 0, 1 mappings: stored
		J evaluate generation 0
		J generation 0 rejected with E0
`)
}

func TestWatcherPublishesBeforeItCloses(t *testing.T) {
	w, _, _ := boot(t, "V2", "ok")
	w.settle()
	w.take()
	w.write("hot.js", "// two\nok")
	w.wait(ms)
	w.expect(`
		F read inotify: MODIFY hot.js, MODIFY
		F poll inotify: false
		F publish 2
		F wake J
		F close 3
		F evict hot.js
		J load generation 1
		J open . = 3
		J readdir 3
		J open hot.js = 5
		J read 5, 16384 = 9
		J read 5, 16375 = 0
		J watch hot.js = wd 2
		J map of generation 1, 1 mappings: overwritten
		J evaluate generation 1
		J generation 1 fulfilled
`)
}

func TestHardenedWatcherHasNothingToClose(t *testing.T) {
	w, _, _ := boot(t, "V2r", "ok")
	w.settle()
	w.take()
	w.write("hot.js", "// two\nok")
	w.wait(ms)
	w.expect(`
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
`)
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
	w.expect(`
		F read inotify: CREATE hot.js.next
		F poll inotify: true
		F read inotify: MODIFY hot.js.next, MOVED_TO hot.js
		F publish 1
		F wake J
		F close 3
		F evict hot.js
		F read inotify: DELETE_SELF, IGNORED
		J load generation 1
		J open . = 3
		J readdir 3
		J open hot.js = 5
		J read 5, 16384 = 15
		J read 5, 16369 = 0
		J watch hot.js = wd 3
		J map of generation 1, 1 mappings: overwritten
		J evaluate generation 1
		J generation 1 rejected with E1
		J seek 5
		J read 5, 16384 = 15
		J read 5, 16369 = 0
		J stderr: 2 | throw E1
		J stderr: error: E1
		J stderr:       at hot.js:2:7
		F poll inotify: false
`)
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
	w.expect(`
		F read inotify: CREATE hot.js.next
		F poll inotify: true
		F read inotify: MODIFY hot.js.next, MOVED_TO hot.js, DELETE_SELF, IGNORED
		F evict hot.js
		F publish 3
		F wake J
		J load generation 1
		J open . = 4
		J readdir 4
		J open hot.js = 5
		J read 5, 16384 = 15
		J read 5, 16369 = 0
		J close 5
		J watch hot.js = wd 3
		J map of generation 1, 1 mappings: overwritten
		J evaluate generation 1
		J generation 1 rejected with E1
		J open hot.js = 5
		J read 5, 16384 = 15
		J read 5, 16369 = 0
		J close 5
		J stderr: 2 | throw E1
		J stderr: error: E1
		J stderr:       at hot.js:2:7
`)
}

// dropRace runs the shortest race: generation 0 overwrites its own file and
// throws; the watcher publishes before the tick is over.
func dropRace(t *testing.T, name string) *world {
	w, f, j := boot(t, name, "selftruncate E0")
	j.past("ftruncate")
	w.take()
	f.idle()
	w.now += ms // the poll for more records times out
	f.idle()
	w.wait(ms)
	return w
}

func TestAnErrorIsLostWithoutThePatch(t *testing.T) {
	for _, name := range []string{"V0w", "V1w", "V1w+M"} {
		w := dropRace(t, name)
		require.Contains(t, w.take(), "J generation 0 replaced: its error is lost", name)
	}
	dropRace(t, "V1w").expect(`
		F read inotify: MODIFY hot.js, MODIFY, MODIFY hot.js, MODIFY
		F poll inotify: false
		F publish 3
		F wake J
		J close 4
		J generation 0 rejected with E0
		J generation 0 replaced: its error is lost
		J load generation 1
		J open . = 4
		J readdir 4
		J open hot.js = 5
		J read 5, 16384 = 10
		J read 5, 16374 = 0
		J close 5
		J map of generation 1, 0 mappings: overwritten
		J evaluate generation 1
		J generation 1 fulfilled
`)
}

func TestAnErrorIsPrintedBeforeItsReload(t *testing.T) {
	dropRace(t, "V2w").expect(`
		F read inotify: MODIFY hot.js, MODIFY, MODIFY hot.js, MODIFY
		F poll inotify: false
		F publish 3
		F wake J
		J close 4
		J generation 0 rejected with E0
		J defer: generation 0 is rejected
		J open hot.js = 4
		J read 4, 16384 = 10
		J read 4, 16374 = 0
		J close 4
		J stderr: 1 | // stub 9
		J stderr: error: E0
		J stderr:       at hot.js:1:7
		J load generation 1
`)
}

func TestRequestBeforeRejectIsTakenInTheSameTick(t *testing.T) {
	for _, name := range []string{"V2", "V2w", "V2r", "V1w+U", "V2w+A", "V2w+B", "V2w+C", "V2w+D", "V2w+E", "V2w+F", "V2w+G", "V2w+H"} {
		log := dropRace(t, name).take()
		require.NotContains(t, log, "lost", name)
		require.Contains(t, log, "stderr: error: E0", name)
		require.Contains(t, log, "J load generation 1", name)
	}
}

// A reader that looks the entry up between publish and evict reads the inode
// that was replaced, and no record will come for the new one (Bun #30453).
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
	j.to("lock M") // has read the old inode to its end
	w.wait(ms)
	w.expect(`
		F read inotify: MODIFY hot.js.next, MOVED_TO hot.js
		F poll inotify: false
		F publish 1
		F wake J
		J load generation 1
		J open . = 5
		J readdir 5
		J seek 3
		J read 3, 16384 = 2
		J read 3, 16382 = 0
		F close 3
		F evict hot.js
		F read inotify: DELETE_SELF, IGNORED
		J watch hot.js = wd 3
		J map of generation 1, 1 mappings: overwritten
		J evaluate generation 1
		J generation 1 fulfilled
		F poll inotify: false
`)
	// The entry watches the new inode and lends a number that is free.
	_, fd, ok := w.sys.Watched("hot.js")
	assert.True(t, ok)
	assert.EqualValues(t, 3, fd)
	assert.Nil(t, w.fds[3])
}

func TestUnlinkedEntryIsNeverSeenAgain(t *testing.T) {
	w, _, _ := boot(t, "V2", "ok")
	w.settle()
	w.take()
	w.unlink("hot.js")
	w.wait(ms)
	w.create("hot.js", "// two\nok")
	w.wait(10 * ms)
	w.expect(`
		F read inotify: DELETE hot.js
		F poll inotify: false
		F publish 1
		F wake J
		F close 3
		F evict hot.js
		F read inotify: DELETE_SELF, IGNORED
		J load generation 1
		J open . = 3
		J readdir 3
		J open hot.js = ENOENT
		J generation 1 rejected with Module not found "hot.js"
		J stderr: error: Module not found "hot.js"
		J watch hot.js = ENOENT
		F poll inotify: false
		F read inotify: CREATE hot.js, MODIFY hot.js
		F poll inotify: false
`)
}

func TestUnlinkedEntryIsSeenAgainHardened(t *testing.T) {
	w, _, _ := boot(t, "V2w", "ok")
	w.settle()
	w.take()
	w.unlink("hot.js")
	w.wait(ms)
	w.create("hot.js", "// two\nok")
	w.wait(10 * ms)
	w.expect(`
		F read inotify: DELETE_SELF, IGNORED, DELETE hot.js
		F poll inotify: false
		F evict hot.js
		F publish 1
		F wake J
		J load generation 1
		J open . = 4
		J readdir 4
		J open hot.js = ENOENT
		J generation 1 rejected with Module not found "hot.js"
		J stderr: error: Module not found "hot.js"
		J watch hot.js = ENOENT
		F read inotify: CREATE hot.js, MODIFY hot.js
		F poll inotify: false
		F publish 1
		F wake J
		J load generation 2
		J open . = 5
		J readdir 5
		J open hot.js = 6
		J read 6, 16384 = 9
		J read 6, 16375 = 0
		J close 6
		J watch hot.js = wd 3
		J map of generation 2, 1 mappings: overwritten
		J evaluate generation 2
		J generation 2 fulfilled
`)
}
