package hotreload

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var programs = []string{
	"ok", "throw E1", "// nothing", "", "never", "await 3ms", "interval 5ms", "keepalive 2ms",
	"selftruncate E2", "import dep.js\nok", "import dep.js\nthrow E3", "import gone.js\nok",
}

// Whatever the build, the program, the saves and the order: the process never
// dies, the watch list has no path twice, and nothing is printed twice.
func TestAnyOrder(t *testing.T) {
	variants := Variants()
	rapid.Check(t, func(rt *rapid.T) {
		v := rapid.SampledFrom(variants).Draw(rt, "variant")
		program := rapid.SampledFrom(programs)
		cfg := v.Config
		cfg.FetchInCall = rapid.Bool().Draw(rt, "fetch in call")
		cfg.ForeverTimerVisible = rapid.Bool().Draw(rt, "forever timer visible")
		cfg.WatchBeforeRead = rapid.Bool().Draw(rt, "watch before read")
		w := newWorld(t, cfg)
		defer w.close()
		w.create("hot.js", program.Draw(rt, "first program"))
		w.create("dep.js", "ok")
		w.start("J", w.sys.RunMain)
		w.start("F", w.sys.RunWatcher)
		w.start("T", w.sys.RunTranspiler)
		w.start("T", w.sys.RunTranspiler)
		w.start("H", w.sys.RunHeartbeats)
		for range rapid.IntRange(1, 40).Draw(rt, "rounds") {
			p := w.procs[rapid.IntRange(0, len(w.procs)-1).Draw(rt, "process")]
			for range rapid.IntRange(1, 30).Draw(rt, "steps") {
				if p.runnable() {
					w.resume(p)
				}
			}
			if rapid.IntRange(0, 3).Draw(rt, "save") == 0 {
				w.randomSave(rt, program.Draw(rt, "program"))
			}
			w.now += ms / 5
		}
		w.wait(20 * ms)

		seen := map[string]bool{}
		for _, e := range w.sys.list {
			require.False(t, seen[e.path], "%s is listed twice", e.path)
			seen[e.path] = true
		}
		settled := strings.Count(w.take(), " rejected with ")
		require.LessOrEqual(t, w.printed, settled)
		for _, p := range w.procs {
			require.False(t, p.ended && !(p.name == "H" && !cfg.Heartbeats), p.name)
		}
	})
}

func (w *world) randomSave(rt *rapid.T, text string) {
	name := rapid.SampledFrom([]string{"hot.js", "dep.js"}).Draw(rt, "file")
	switch there := w.inodes[name] != nil; rapid.IntRange(0, 2).Draw(rt, "plan") {
	case 0:
		if there {
			w.unlink(name)
		} else {
			w.create(name, text)
		}
	case 1:
		if there {
			w.write(name, text)
		}
	case 2:
		w.create(name+".next", text)
		w.rename(name+".next", name)
	}
}

// In any order of the two threads, the error of a module that saves itself and
// throws is printed exactly once with #29740, and is lost in some without.
func TestDropInAnyOrder(t *testing.T) {
	for _, c := range []struct {
		variant string
		loses   bool
	}{{"V0", true}, {"V1", true}, {"V0w", true}, {"V1w", true}, {"V1w+M", true},
		{"V1w+U", false}, {"V2", false}, {"V2w", false}, {"V2r", false}, {"V2w+F", false}} {
		lost := 0
		for order := range 400 {
			w, f, j := boot(t, c.variant, "selftruncate E0")
			// F's window of records closes after so many steps of J.
			for range order % 100 {
				if j.runnable() {
					w.resume(j)
				}
			}
			f.idle()
			w.now += ms
			for range order / 100 * 3 {
				if j.runnable() {
					w.resume(j)
				}
			}
			f.idle()
			w.wait(ms)
			if strings.Contains(w.take(), "its error is lost") {
				lost++
			}
			w.close()
		}
		require.Equal(t, c.loses, lost > 0, "%s lost %d of 400", c.variant, lost)
	}
}
