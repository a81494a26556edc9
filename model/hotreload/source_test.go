package hotreload

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/env"
)

func TestMapsPut(t *testing.T) {
	type offer struct {
		mappings int
		noHeader bool
	}
	for _, c := range []struct {
		keep   bool
		offers []offer
		last   MapOutcome
		left   int // mappings
	}{
		{false, []offer{{5, false}}, MapStored, 5},
		{false, []offer{{5, false}, {0, false}}, MapOverwritten, 0},
		{true, []offer{{5, false}, {0, false}}, MapKept, 5},
		{true, []offer{{5, false}, {0, true}}, MapOverwritten, 0}, // not recognised as a map
		{true, []offer{{5, false}, {3, false}}, MapOverwritten, 3},
		{true, []offer{{0, false}, {0, false}}, MapOverwritten, 0},
		{true, []offer{{5, false}, {0, false}, {7, false}}, MapOverwritten, 7},
	} {
		w := running(t, Config{KeepNonEmptyMap: c.keep}, Fulfilled)
		for _, o := range c.offers {
			w.sys.mapsPut(&Module{load: w.sys.promise, path: "hot.js", unit: Unit{Mappings: o.mappings, NoHeader: o.noHeader}})
		}
		assert.Equal(t, c.left, w.sys.slots[0].mappings, "%+v", c)
		require.Contains(t, w.log[len(w.log)-1], c.last.String(), "%+v", c)
	}
}

func TestPositionsComeFromTheMapThatIsThereNow(t *testing.T) {
	w := running(t, Config{}, Fulfilled)
	s := w.sys
	at := Position{1, 12}
	pos, how, _ := s.sourcePosition("hot.js", at)
	assert.Equal(t, at, pos)
	assert.Equal(t, NoMap, how)

	put := func(gen uint32, u Unit) { s.mapsPut(&Module{load: &load{s: s, gen: gen}, path: "hot.js", unit: u}) }
	put(0, Unit{Mappings: 1, Map: lineMap(1003)})
	pos, how, gen := s.sourcePosition("hot.js", at)
	assert.Equal(t, Position{1003, 12}, pos)
	assert.Equal(t, FromMap, how)
	assert.EqualValues(t, 0, gen)

	put(1, Unit{})
	pos, how, gen = s.sourcePosition("hot.js", at)
	assert.Equal(t, at, pos)
	assert.Equal(t, NotMapped, how)
	assert.EqualValues(t, 1, gen)
}

// A lent number may be free, a directory, or another file by the time it is used.
func TestALentNumberMayDenoteAnythingByNow(t *testing.T) {
	for _, c := range []struct {
		name   string
		meddle func(w *world)
		data   string
		err    error
	}{
		{"untouched", func(*world) {}, "ok", nil},
		{"closed", func(w *world) { w.fds[3] = nil }, "", env.EBADF},
		{"a directory", func(w *world) { w.fds[3] = &description{ino: w.dir} }, "", env.EISDIR},
		{"another file", func(w *world) {
			w.create("other.js", "// other")
			w.fds[3] = &description{ino: w.inodes["other.js"]}
		}, "// other", nil},
	} {
		w := running(t, Config{LendFd: true}, Fulfilled)
		s := w.sys
		_, fd, opened, err := s.j.readSource("hot.js", true)
		require.NoError(t, err)
		require.True(t, opened)
		s.j.addFile("hot.js", fd, opened)
		c.meddle(w)
		data, fd, opened, err := s.j.readSource("hot.js", true)
		assert.Equal(t, c.data, data.String(), c.name)
		assert.False(t, opened, c.name)
		if c.err != nil {
			assert.Equal(t, c.err, err, c.name)
			assert.Equal(t, env.NoFD, fd, c.name)
		}
	}
}

func TestLookupWithoutTheLockReadsWhateverIsThere(t *testing.T) {
	w, _, j := boot(t, "V2", "ok")
	w.settle()
	w.take()
	f := w.watcher()
	w.sys.Deps.Pending.Add(1)
	w.sys.Deps.Tasks.Push(Task{})
	w.sys.Deps.Loop.Wake()
	j.to("step lookup") // J has the position of hot.js, but not yet its number
	f.s.mark(1)
	f.evict()
	w.wait(ms)
	// The entry is gone, and its number too; the next save evicts the dead
	// number once more.
	w.expect(`
		W wake J
		J load generation 1
		W close 3
		W evict hot.js
		J seek 3 = EBADF
		J generation 1 rejected with EBADF reading "hot.js"
		J stderr: error: EBADF reading "hot.js"
		J watch hot.js = wd 2
`)
}

func TestReadsUntilTheEnd(t *testing.T) {
	for _, c := range []struct {
		size   int
		golden string
	}{
		{0, `
			W read 3, 16384 = 0
`},
		{100, `
			W read 3, 16384 = 100
			W read 3, 16284 = 0
`},
		{16384, `
			W read 3, 16384 = 16384
			W fstat 3 = 16384 bytes
			W read 3, 1 = 0
`},
		{20000, `
			W read 3, 16384 = 16384
			W fstat 3 = 20000 bytes
			W read 3, 3617 = 3616
			W read 3, 1 = 0
`},
	} {
		w := running(t, Config{}, Fulfilled)
		w.inodes["hot.js"].data = env.Fill("x", c.size, 1)
		fd, _ := fakeFS{w}.Open("hot.js", env.ReadOnly)
		w.take()
		data, err := w.sys.j.readAll(fd)
		require.NoError(t, err)
		assert.Equal(t, c.size, data.Len())
		w.expect(c.golden)
	}
}

func TestParseLabels(t *testing.T) {
	for _, c := range []struct {
		cache Cache
		size  int
		label string
	}{
		{CacheOff, 3000, "parse"},
		{CacheMiss, 3000, "parse"},
		{CacheOff, 2_003_000, "parse.2m"},
		{CacheHit, 2_003_000, "parse.2m.hit"},
		{CacheMiss, 2_003_000, "parse.2m.miss"},
	} {
		assert.Equal(t, c.label, New(Config{Cache: c.cache}, Deps{}).parseLabel(c.size))
	}
}

func TestExcerptIsTheLineAsSplitWouldHaveIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var d env.Data
		for range rapid.IntRange(0, 4).Draw(rt, "extents") {
			text := rapid.StringOfN(rapid.SampledFrom([]rune("ab\n")), 1, 6, -1).Draw(rt, "text")
			d = append(d, env.Extent{Text: text, Times: rapid.IntRange(1, 4).Draw(rt, "times")})
		}
		lines := strings.Split(d.String(), "\n")
		for n := 1; n <= len(lines)+1; n++ {
			want := ""
			if n <= len(lines) {
				want = lines[n-1]
			}
			assert.Equal(rt, want, line(d, n).String(), "line %d of %q", n, d.String())
		}
	})
}

func TestImportsAreTranspiledByTheOtherThreads(t *testing.T) {
	w := newWorld(t, variant(t, "V2w"))
	w.create("hot.js", "import a.js\nimport b.js\nok")
	w.create("a.js", "import b.js\nok")
	w.create("b.js", "throw E0")
	w.start("J", w.sys.RunMain)
	w.start("T", w.sys.RunTranspiler)
	w.settle()
	w.expect(`
		J load generation 0
		J open hot.js = 3
		J read 3, 16384 = 26
		J read 3, 16358 = 0
		J close 3
		J open . = 3
		J watch . = wd 1
		J watch hot.js = wd 2
		J map of generation 0, 3 mappings: stored
		T open a.js = 4
		T read 4, 16384 = 14
		T read 4, 16370 = 0
		T close 4
		T watch a.js = wd 3
		T map of generation 0, 2 mappings: stored
		T wake J
		T open b.js = 4
		T read 4, 16384 = 8
		T read 4, 16376 = 0
		T close 4
		T watch b.js = wd 4
		T map of generation 0, 1 mappings: stored
		T wake J
		J evaluate generation 0
		J generation 0 rejected with E0
		J open b.js = 4
		J read 4, 16384 = 8
		J read 4, 16376 = 0
		J close 4
		J stderr: 1 | throw E0
		J stderr: error: E0
		J stderr:       at b.js:1:7
`)
}

func TestAJobLooksAtTheGenerationOnlyWhenItStarts(t *testing.T) {
	for _, started := range []bool{false, true} {
		cfg := variant(t, "V2w-DeferPending")
		w := newWorld(t, cfg)
		w.create("hot.js", "import a.js\nok")
		w.create("a.js", "ok")
		j := w.start("J", w.sys.RunMain)
		tr := w.start("T", w.sys.RunTranspiler)
		j.idle()
		if started {
			tr.past("step start")
		}
		w.take()
		w.write("hot.js", "// two\nok")
		w.sys.Deps.Pending.Add(1)
		w.sys.Deps.Tasks.Push(Task{})
		w.sys.Deps.Loop.Wake()
		w.settle()
		log := w.take()
		if started {
			require.Contains(t, log, "generation 0 fulfilled, but replaced", "it runs after the generation that replaced it")
		} else {
			require.Contains(t, log, "drop a.js of generation 0")
			require.NotContains(t, log, "evaluate generation 0")
		}
		require.Contains(t, log, "generation 1 fulfilled")
	}
}
