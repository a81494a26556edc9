package vfs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

// The watches of all instances count together, and who ends some makes room: Node's
// "System limit for number of file watchers reached" (observed, Linux 6.18).
func TestWatchesAreLimited(t *testing.T) {
	var errs []error
	trace := run(t, func(w *sim.World) {
		errs = nil
		disk := vfs.New(w)
		disk.SetWatchLimits(0, 2)
		for _, name := range []string{"a", "b", "c"} {
			disk.WriteFile(name, env.Text("x", 1))
		}
		fs := disk.Group()
		raw := fs.NewWatcher("raw", 0)
		library := fs.NewFileWatcher("library", vfs.Inotify)
		js := jsloop.Start(w, "J", jsloop.Config{})
		node := fs.NewFSWatch("node", js)
		w.Process("P", func(*sim.Proc) {
			_, err := raw.AddWatch("a", env.InModify)
			errs = append(errs, err, library.Add("b"))
			_, err = raw.AddWatch("b", env.InModify) // a watch of its own: it is another instance
			errs = append(errs, err, library.Add("c"), library.Add("b"))
		})
		js.Main(func() {
			js.Ref()
			js.SetTimeout(func() {
				_, err := node.Watch("c", func(string, string) {})
				errs = append(errs, err)
				errs = append(errs, library.Close())
				_, err = node.Watch("c", func(string, string) {})
				errs = append(errs, err)
			}, 1000)
		})
	})
	require.Equal(t, []error{nil, nil, env.ENOSPC, env.ENOSPC, nil, env.ENOSPC, nil, nil}, errs)
	require.Contains(t, rulesOf(trace), "inotify.watches")
}

// So do the instances: EMFILE.
func TestInstancesAreLimited(t *testing.T) {
	run(t, func(w *sim.World) {
		disk := vfs.New(w)
		disk.SetWatchLimits(1, 0)
		disk.WriteFile("a", env.Text("x", 1))
		fs := disk.Group()
		first, second := fs.NewWatcher("first", 0), fs.NewWatcher("second", 0)
		library := fs.NewFileWatcher("library", vfs.Inotify)
		js := jsloop.Start(w, "J", jsloop.Config{})
		node := fs.NewFSWatch("node", js)
		js.Main(func() {
			_, err := node.Watch("a", func(string, string) {})
			require.Equal(t, env.EMFILE, err)
		})
		require.NoError(t, first.Err())
		require.Equal(t, env.EMFILE, second.Err())
		require.Equal(t, env.EMFILE, library.Err())
		w.Process("P", func(*sim.Proc) {
			_, err := first.AddWatch("a", env.InModify)
			require.NoError(t, err)
			_, err = second.AddWatch("a", env.InModify)
			require.Equal(t, env.EBADF, err)
			require.Equal(t, env.EBADF, second.RmWatch(1))
			_, err = second.Read(4096)
			require.Equal(t, env.EBADF, err)
			require.False(t, second.Poll(0))
			require.Equal(t, env.ErrWatcherClosed, library.Add("a"))
			_, err = library.Next()
			require.Equal(t, env.ErrWatcherClosed, err)
		})
	})
}

// Limits are those of one run.
func TestLimitsAreForgotten(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for runs, want := range []error{env.ENOSPC, nil} {
		var err error
		_, failed := w.Run(&sim.Scenario{Name: "vfs/limits", Build: func(w *sim.World) {
			disk := vfs.New(w)
			if runs == 0 {
				disk.SetWatchLimits(0, 1)
			}
			watcher := disk.Group().NewWatcher("inotify", 0)
			disk.Mkdir("d")
			w.Process("P", func(*sim.Proc) {
				_, _ = watcher.AddWatch(".", env.InCreate)
				_, err = watcher.AddWatch("d", env.InCreate)
			})
		}}, sim.Config{})
		require.NoError(t, failed)
		require.Equal(t, want, err)
	}
}
