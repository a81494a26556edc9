package vfs_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

// killed is a world in which somebody is killed while he makes a call, and somebody
// else writes to the same file.
func killed(t *testing.T, call func(fs *vfs.FS)) func(w *sim.World, out *[]string) {
	return func(w *sim.World, out *[]string) {
		disk := vfs.New(w)
		disk.Parts, disk.ReadParts = 4, 4
		disk.WriteFile("a", env.Fill("o", 8, 1))
		disk.WriteFile("from", env.Fill("n", 128<<10, 2))
		files, other := disk.Group(), disk.Group()
		events := other.NewWatcher("inotify", 0)
		victim := w.Process("victim", func(*sim.Proc) { call(files) })
		w.Process("other", func(*sim.Proc) {
			_, _ = events.AddWatch("a", env.InModify|env.InCloseWrite|env.InCloseNoWrite)
			victim.Kill()
			files.Exit()
			evs := []env.WatchEvent{}
			if events.Poll(0) {
				evs, _ = events.Read(4096)
			}
			d, _ := disk.Content("a")
			*out = append(*out, fmt.Sprint(d.Len()>>10, "K ", vfs.DescribeAll(evs)))
			fd, _ := other.Open("a", env.WriteOnly)
			_, err := other.Write(fd, env.Fill("x", 20<<10, 3)) // not locked
			require.NoError(t, err)
		})
	}
}

// What a killed process has written so far stays, its descriptors are closed, and the
// files are not locked for ever.
func TestExit(t *testing.T) {
	found, _ := outcomes(t, 150, killed(t, func(fs *vfs.FS) {
		fd, _ := fs.Open("a", env.WriteOnly|env.Truncate)
		_, _ = fs.Write(fd, env.Fill("n", 128<<10, 2))
	}))
	require.ElementsMatch(t, []string{
		"0K ", // it has not opened the file yet, or has just closed it
		"0K CLOSE_WRITE (wd 1)",
		"32K MODIFY (wd 1), CLOSE_WRITE (wd 1)", "64K MODIFY (wd 1), CLOSE_WRITE (wd 1)",
		"96K MODIFY (wd 1), CLOSE_WRITE (wd 1)", "128K CLOSE_WRITE (wd 1)",
	}, found)

	found, _ = outcomes(t, 150, killed(t, func(fs *vfs.FS) {
		from, _ := fs.Open("from", env.ReadOnly)
		fd, _ := fs.Open("a", env.WriteOnly)
		_, _ = fs.CopyFileRange(from, fd, 1<<30)
	}))
	require.ElementsMatch(t, []string{
		"0K ", "0K CLOSE_WRITE (wd 1)", "32K MODIFY (wd 1), CLOSE_WRITE (wd 1)", "64K MODIFY (wd 1), CLOSE_WRITE (wd 1)",
		"96K MODIFY (wd 1), CLOSE_WRITE (wd 1)", "128K CLOSE_WRITE (wd 1)",
	}, found)

	found, _ = outcomes(t, 150, killed(t, func(fs *vfs.FS) {
		fd, _ := fs.Open("a", env.ReadOnly)
		_, _ = fs.Read(fd, 1<<20)
	}))
	require.ElementsMatch(t, []string{"0K ", "0K CLOSE_NOWRITE (wd 1)"}, found)
}
