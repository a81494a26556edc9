package vfs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/vfs"
	"github.com/seed-3519b94c/simrun/sim/vfs/writers"
)

// watched is a world in which a loop watches a file that an editor saves by a plan.
func watched(plan string) func(w *sim.World, out *[]string) {
	return func(w *sim.World, out *[]string) {
		disk := vfs.New(w)
		disk.WriteFile("a", env.Text("old", 1))
		js := jsloop.Start(w, "J", jsloop.Config{})
		watch := disk.Group().NewFSWatch("watch", js)
		begin := sim.NewQueue[int](w, "begin")
		js.Main(func() {
			js.Ref()
			_, _ = watch.Watch("a", func(eventType, name string) { *out = append(*out, eventType) })
			begin.Push(1)
		})
		w.Process("editor", func(p *sim.Proc) {
			begin.Pop()
			how, _ := writers.Named(plan)
			_ = how.Run(p, disk.Group(), "a", env.Text("new", 2))
		})
	}
}

// node's writeFileSync gives two changes to a prompt loop and one to a busy one; a
// rename over the file change, rename, rename (RULES 1.5, observed).
func TestFSWatch(t *testing.T) {
	found, _ := outcomes(t, 300, watched("node.writeFileSync"))
	require.ElementsMatch(t, []string{"change, change", "change"}, found)

	found, rules := outcomes(t, 300, watched("atomic"))
	require.Equal(t, []string{"change, rename, rename"}, found)
	require.Contains(t, rules, "fswatch.deaf")
	require.Contains(t, rules, "inotify.inode")
}

// Every call of a listener is a callback of its own: its microtasks run before the next.
func TestFSWatchCallbacks(t *testing.T) {
	var out []string
	trace := run(t, func(w *sim.World) {
		out = nil
		watched("atomic")(w, &out)
	})
	n := 0
	for i := range trace.Events {
		if strings.HasPrefix(trace.EventName(i), "J:callback.watch#") {
			n++
		}
	}
	require.Equal(t, len(out)+1, n, "one more, that reads the records")
}
