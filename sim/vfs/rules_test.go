package vfs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsnotify"
)

func TestRulesAreWellFormed(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range vfs.Rules() {
		require.False(t, seen[r.ID], "two rules %s", r.ID)
		seen[r.ID] = true
		require.Regexp(t, `^[a-z]+\.[a-z-]+$`, r.ID)
		require.NotEmpty(t, r.What)
		require.NotEmpty(t, r.Systems)
		require.Contains(t, []string{"observed", "source", "known"}, r.Evidence.String())
	}
}

// Each rule is noted where it takes effect: by calls on files that are watched raw.
func TestRulesOfInotify(t *testing.T) {
	for rule, calls := range map[string]func(fs *vfs.FS){
		"inotify.overflow": func(fs *vfs.FS) { _, _ = fs.Link("a", "x"), fs.Link("a", "y") },
		"inotify.truncate": func(fs *vfs.FS) { _, _ = fs.Open("a", env.WriteOnly|env.Truncate) },
		"inotify.cut":      func(fs *vfs.FS) { _ = fs.Truncate("a", 0) },
		"inotify.last-close": func(fs *vfs.FS) {
			fd, _ := fs.Open("a", env.ReadOnly)
			_ = fs.Unlink("a")
			_ = fs.Close(fd)
		},
		"inotify.follows":   func(fs *vfs.FS) { _ = fs.Rename("a", "c") },
		"inotify.inode":     func(fs *vfs.FS) { _ = fs.Rename("b", "a") },
		"inotify.no-delete": func(fs *vfs.FS) { _ = fs.Rename("b", "a") },
		"inotify.silent": func(fs *vfs.FS) {
			fd, _ := fs.Open("a", env.ReadWrite)
			_ = fs.MmapWrite(fd, 0, env.Text("A", 2))
		},
	} {
		t.Run(rule, func(t *testing.T) {
			trace := run(t, func(w *sim.World) {
				disk := vfs.New(w)
				disk.WriteFile("a", env.Text("a", 1))
				disk.WriteFile("b", env.Text("b", 1))
				fs := disk.Group()
				room := 0
				if rule == "inotify.overflow" {
					room = 1
				}
				inotify := fs.NewWatcher("inotify", room)
				w.Process("P", func(*sim.Proc) {
					_, _ = inotify.AddWatch(".", fsnotify.Mask)
					_, _ = inotify.AddWatch("a", fsnotify.Mask)
					calls(fs)
				})
			})
			require.Contains(t, rulesOf(trace), rule)
		})
	}
}

func rulesOf(trace *sim.Trace) (ids []string) {
	for i := range trace.Events {
		for _, r := range trace.Events[i].Rules {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Likewise the rules of the libraries: each in some order of events.
func TestRulesOfLibraries(t *testing.T) {
	type steps func(watcher *vfs.FileWatcher, fs *vfs.FS)
	for rule, c := range map[string]struct {
		on    vfs.System
		calls steps
	}{
		"fsnotify.swallows": {vfs.Inotify, func(watcher *vfs.FileWatcher, fs *vfs.FS) {
			_ = watcher.Add("a")
			_ = fs.Truncate("a", 0)
			_ = watcher.Remove("a")
		}},
		"fsnotify.no-remove": {vfs.Inotify, func(watcher *vfs.FileWatcher, fs *vfs.FS) {
			_, _ = watcher.Add("."), watcher.Add("a")
			_ = fs.Unlink("a")
			_, _ = watcher.Next() // CHMOD a
		}},
		"fsnotify.moved": {vfs.Inotify, func(watcher *vfs.FileWatcher, fs *vfs.FS) {
			_ = watcher.Add("a")
			_ = fs.Rename("a", "c")
		}},
		"fsnotify.locked": {vfs.Inotify, func(watcher *vfs.FileWatcher, fs *vfs.FS) {
			_ = watcher.Add("a")
			_ = fs.Rename("a", "c")
			_ = fs.Unlink("c")
		}},
		"fsnotify.unbuffered": {vfs.Inotify, func(watcher *vfs.FileWatcher, fs *vfs.FS) {
			_ = watcher.Add("a")
			for range 4 {
				_ = fs.Truncate("a", 0)
			}
		}},
		"kqueue.order": {vfs.Kqueue, func(watcher *vfs.FileWatcher, fs *vfs.FS) {
			_, _ = watcher.Add("a"), watcher.Add("b")
			_, _ = fs.Truncate("a", 0), fs.Truncate("b", 0)
		}},
		"rdcw.serial": {vfs.RDCW, func(watcher *vfs.FileWatcher, fs *vfs.FS) {
			_ = watcher.Add(".")
			for range 60 { // more than the channel holds
				_ = fs.Truncate("a", 0)
			}
		}},
	} {
		t.Run(rule, func(t *testing.T) {
			_, rules := outcomes(t, 100, func(w *sim.World, _ *[]string) {
				disk := vfs.New(w)
				disk.WriteFile("a", env.Text("a", 1))
				disk.WriteFile("b", env.Text("b", 1))
				watcher := disk.Group().NewFileWatcher("watcher", c.on)
				w.Process("P", func(*sim.Proc) { c.calls(watcher, disk.Group()) })
			})
			require.Contains(t, rules, rule)
		})
	}
}
