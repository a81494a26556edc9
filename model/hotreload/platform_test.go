package hotreload

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// on boots a variant with switches.
func on(t *testing.T, name, text string) *world {
	t.Helper()
	w, _, _ := boot(t, name, text)
	w.settle()
	w.take()
	return w
}

func TestRegisteredPositionsAreThoseOfOldUnlessCorrected(t *testing.T) {
	for _, c := range []struct {
		variant string
		want    int
	}{{"V2w", 1}, {"V2w+RegisteredIndex", 2}, {"V2w+RegisteredIndex+Reregister", 1}} {
		w := on(t, c.variant, "ok")
		s := w.sys
		s.list = append(s.list, entry{path: "b.js", name: "b.js", fd: env.NoFD, wd: 9, registered: 2})
		assert.Equal(t, 2, s.indexOfWatch(9), c.variant)
		s.mark(1) // hot.js: b.js moves into its place
		w.watcher().evict()
		assert.Equal(t, c.want, s.indexOfWatch(9), c.variant)
	}
}

func TestAnOverflowIsIgnoredEndsTheWatcherOrReloads(t *testing.T) {
	for variant, want := range map[string]string{"V2w": "", "V2w+Overflow=shutdown": "ended", "V2w+Overflow=reloads": "publish"} {
		w := on(t, variant, "ok")
		w.queue = append(w.queue, env.WatchEvent{WD: -1, Mask: env.InQOverflow})
		w.wait(ms)
		log := w.take()
		assert.Equal(t, want == "publish", strings.Contains(log, "publish"), "%s%s", variant, log)
		assert.Equal(t, want == "ended", w.procs[1].ended, variant)
	}
}

func TestAwaitRecreateWaitsForTheDirectory(t *testing.T) {
	for variant, early := range map[string]bool{"V2w": true, "V2w+AwaitRecreate": false} {
		w := on(t, variant, "ok")
		w.unlink("hot.js")
		w.wait(ms)
		assert.Equal(t, early, strings.Contains(w.take(), "publish"), "%s: the file is away", variant)
		w.create("hot.js", "// two\nok")
		w.wait(ms)
		assert.Contains(t, w.take(), "publish", "%s: the file is there again", variant)
	}
}

func TestALateWatcherDoesNotKnowOfWhatCameBefore(t *testing.T) {
	for variant, sees := range map[string]bool{"V2w": true, "V2w+LateArm": false} {
		w, f, _ := boot(t, variant, "ok")
		for _, p := range w.procs {
			if p != f {
				p.idle()
			}
		}
		w.take()
		w.write("hot.js", "// two\nok")
		w.wait(ms)
		assert.Equal(t, sees, strings.Contains(w.take(), "publish"), variant)
	}
}
