package hotreload

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// watching makes a System whose list has the directory and n files, f0.js and
// so on. Their watches are 2, 3, ... and their descriptors 10, 11, ...
func watching(t *testing.T, cfg Config, n int) *world {
	w := newWorld(t, cfg)
	s := w.sys
	s.list = append(s.list, entry{path: ".", name: ".", fd: 4, wd: 1, dir: true})
	for i := range n {
		name := fmt.Sprintf("f%d.js", i)
		s.list = append(s.list, entry{path: name, name: name, hash: Hash(i), fd: env.FD(10 + i), wd: env.WD(2 + i)})
	}
	for len(w.fds) < 10+n {
		w.fds = append(w.fds, &description{ino: &inode{links: 1}})
	}
	return w
}

func (w *world) watcher() thread { return thread{s: w.sys, fs: fakeFS{w}, p: &proc{w: w}} }

func (w *world) paths() (out []string) {
	for _, e := range w.sys.list {
		out = append(out, e.path)
	}
	return out
}

func TestRequestNamesEightFilesThenIsPublished(t *testing.T) {
	for _, c := range []struct {
		files, distinct int
		dedup           bool
		golden          string
	}{
		{files: 1, distinct: 1, golden: "[1]"},
		{files: 8, distinct: 8, golden: "[8]"},
		{files: 9, distinct: 9, golden: "[8 1]"},
		{files: 17, distinct: 1, golden: "[8 8 1]"}, // equal ones are not merged
		{files: 17, distinct: 1, dedup: true, golden: "[1]"},
		{files: 18, distinct: 9, dedup: true, golden: "[8 8 2]"}, // only within one request
		{files: 0, distinct: 1, golden: "[]"},
	} {
		w := newWorld(t, Config{DedupHashes: c.dedup})
		f := w.watcher()
		for i := range c.files {
			f.request(Hash(i % c.distinct))
		}
		f.publish()
		sizes := []uint8{}
		for _, task := range w.sys.Deps.Tasks.TakeAll(nil) {
			assert.True(t, task.IsReload())
			sizes = append(sizes, task.n)
		}
		assert.Equal(t, c.golden, fmt.Sprint(sizes), "%+v", c)
		assert.EqualValues(t, len(sizes), w.sys.Deps.Pending.Load(), "%+v", c)
	}
}

func TestEvictClosesAllThenRemovesAll(t *testing.T) {
	w := watching(t, Config{}, 4)
	for _, m := range []int{1, 3, 1} {
		w.sys.mark(m)
	}
	w.watcher().evict()
	w.expect(`
		W close 12
		W close 10
		W evict f2.js
		W evict f0.js
`)
	// The last entry takes the place of each that goes.
	assert.Equal(t, []string{".", "f3.js", "f1.js"}, w.paths())
}

func TestFoldedCopiesInFrontOfTheCutAreHandledAgain(t *testing.T) {
	w := watching(t, Config{}, 2)
	modify := func(wd env.WD) env.WatchEvent { return env.WatchEvent{WD: wd, Mask: env.InModify} }
	decoded := func(rs ...env.WatchEvent) (out []int) {
		w.sys.decode(rs)
		for _, e := range w.sys.events {
			out = append(out, e.index)
		}
		return out
	}
	assert.Equal(t, []int{1}, decoded(modify(2), modify(2), modify(2)))
	assert.Equal(t, []int{1, 1, 2}, decoded(modify(3), modify(2), modify(2), modify(3)))
	assert.Empty(t, decoded(modify(99), env.WatchEvent{WD: -1, Mask: env.InQOverflow}))

	// Bits and names are gathered in the first; a copy keeps its own.
	w.sys.decode([]env.WatchEvent{
		{WD: 1, Mask: env.InCreate, Name: "a.js"},
		{WD: 1, Mask: env.InModify, Name: "b.js"},
		{WD: 2, Mask: env.InDeleteSelf},
		{WD: 2, Mask: env.InIgnored},
	})
	assert.Equal(t, "[{0 4 [a.js b.js]} {0 4 [b.js]} {1 1 []}]", fmt.Sprint(w.sys.events))
}

func TestWhatARecordDoes(t *testing.T) {
	dir := func(mask env.WatchMask, name string) env.WatchEvent {
		return env.WatchEvent{WD: 1, Mask: mask, Name: name}
	}
	file := func(mask env.WatchMask) env.WatchEvent { return env.WatchEvent{WD: 2, Mask: mask} }
	for _, c := range []struct {
		record  env.WatchEvent
		lend    bool
		request int
		left    int // of two files
	}{
		{file(env.InModify), true, 1, 2},
		{file(env.InMoveSelf), true, 1, 2}, // the watch follows the inode
		{file(env.InDeleteSelf), true, 1, 1},
		{file(env.InIgnored), true, 0, 2},
		{dir(env.InModify, "f0.js"), true, 1, 1},
		{dir(env.InModify, "f0.js"), false, 0, 2}, // no descriptor: the file's own watch will do
		{dir(env.InCreate, "f0.js"), true, 1, 1},
		{dir(env.InModify, "f0.js~"), true, 0, 2},
		{dir(env.InModify, "f0.js.next"), true, 0, 2},
		{dir(env.InModify, ".f0.js"), true, 0, 2},
		{dir(env.InModify, "new.js"), true, 0, 2},
	} {
		w := watching(t, Config{}, 2)
		if !c.lend {
			for i := range w.sys.list {
				w.sys.list[i].fd = env.NoFD
			}
		}
		w.sys.decode([]env.WatchEvent{c.record})
		w.watcher().callback(false)
		tasks := w.sys.Deps.Tasks.TakeAll(nil)
		assert.Equal(t, c.request, len(tasks), "%+v", c)
		assert.Equal(t, c.left+1, len(w.sys.list), "%+v", c)
	}
}

func TestDirectoryEventsUseTheListingThatWasBusted(t *testing.T) {
	w := watching(t, Config{LendFd: true}, 2)
	w.sys.cached = listing{valid: true, names: []string{"f0.js"}}
	for range 2 { // the second time from the tombstone
		w.sys.decode([]env.WatchEvent{{WD: 1, Mask: env.InModify, Name: "f1.js"}})
		w.watcher().callback(false)
		assert.Empty(t, w.sys.Deps.Tasks.TakeAll(nil), "a name that the listing lacks")
	}
	assert.False(t, w.sys.cached.valid)
}

func TestMoreRecordsThanACallbackTakes(t *testing.T) {
	const last = "F read inotify: MODIFY hot.js, MODIFY"
	for _, reset := range []bool{true, false} {
		cfg := variant(t, "V2w")
		cfg.CursorReset = reset
		w := newWorld(t, cfg)
		w.create("hot.js", "ok")
		w.start("J", w.sys.RunMain)
		w.settle()
		for i := range 130 {
			w.notify(w.dir, env.InCreate, fmt.Sprintf("other%d.txt", i))
		}
		w.start("F", w.sys.RunWatcher)
		w.wait(10 * ms)
		w.write("hot.js", "// fixed\nok")
		w.wait(time.Second)
		if reset {
			require.Contains(t, w.take(), last)
			require.EqualValues(t, 1, w.sys.State().Generation)
		} else {
			require.NotContains(t, w.take(), last, "the rest of the first batch is handed out for ever")
			require.EqualValues(t, 0, w.sys.State().Generation)
		}
	}
}

func TestCoalescing(t *testing.T) {
	for _, c := range []struct {
		cfg    Config
		chunks int // of a save, 150 us apart
		reads  []int
	}{
		{Config{CoalesceNs: 100_000}, 3, []int{1, 1, 1}},
		{Config{CoalesceNs: 200_000}, 3, []int{2, 1}}, // one extra read, no more
		{Config{CoalesceNs: 200_000, Coalesce: DrainLoop}, 3, []int{3}},
		{Config{CoalesceNs: 0, Coalesce: DrainLoop}, 3, []int{1, 1, 1}},
		{Config{CoalesceNs: 200_000, Coalesce: DrainLoop}, 40, []int{33, 7}}, // a limit on everything
	} {
		w := newWorld(t, c.cfg)
		var reads []int
		f := w.start("F", func(p env.Proc) {
			for {
				records, _ := w.sys.readBatch(p)
				reads = append(reads, len(records))
			}
		})
		for i := range c.chunks {
			w.queue = append(w.queue, env.WatchEvent{WD: 1, Mask: env.InModify, Name: fmt.Sprint(i)})
			f.idle()
			w.wait(150 * time.Microsecond)
		}
		w.wait(ms)
		assert.Equal(t, c.reads, reads, "%+v", c.cfg)
	}
}

// The list never loses an entry that was not marked, whatever is marked.
func TestEvictProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(rt, "files")
		w := watching(t, Config{}, n)
		want := map[string]bool{}
		for _, p := range w.paths() {
			want[p] = true
		}
		for _, m := range rapid.SliceOfN(rapid.IntRange(0, n), 0, 30).Draw(rt, "marks") {
			w.sys.mark(m)
			delete(want, w.sys.list[m].path)
		}
		w.watcher().evict()
		got := map[string]bool{}
		for _, p := range w.paths() {
			got[p] = true
		}
		assert.Equal(rt, want, got)
	})
}

func TestRecordBytes(t *testing.T) {
	assert.Equal(t, 16, recordBytes([]env.WatchEvent{{}}))
	assert.Equal(t, 32, recordBytes([]env.WatchEvent{{Name: "hot.js"}}))
	assert.Equal(t, 32, recordBytes([]env.WatchEvent{{Name: "123456789012345"}}))
	assert.Equal(t, 48, recordBytes([]env.WatchEvent{{Name: "1234567890123456"}}), "the zero at the end needs room too")
}
