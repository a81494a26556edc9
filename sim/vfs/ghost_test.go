package vfs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

// Those who watch from outside can tell what a number and a watch stand for.
func TestWhatNumbersAndWatchesStandFor(t *testing.T) {
	s := &sim.Scenario{Name: "test/ghosts", Build: func(w *sim.World) {
		disk := vfs.New(w)
		disk.WriteFile("a", env.Text("one", disk.NewVersion()))
		disk.WriteFile("b", env.Text("two", disk.NewVersion()))
		fs := disk.Group()
		events := fs.NewWatcher("inotify", 0)
		var used []uint64
		fs.Uses = func(p *sim.Proc, fd env.FD, denotes uint64) {
			assert.Equal(t, "p", p.Name())
			used = append(used, denotes)
		}
		w.Process("p", func(*sim.Proc) {
			a, _ := fs.Open("a", env.ReadOnly)
			first := fs.Denotes(a)
			assert.NotZero(t, first)
			_, _ = fs.Read(a, 10)
			_ = fs.Close(a)
			assert.Zero(t, fs.Denotes(a), "the number is free")
			b, _ := fs.Open("b", env.ReadOnly)
			assert.Equal(t, a, b, "and given out again")
			second := fs.Denotes(b)
			assert.NotEqual(t, first, second)
			_ = fs.Seek(b, 0)
			_, _ = fs.Fstat(b)
			assert.Equal(t, []uint64{first, first, second, second}, used)

			wd, _ := events.AddWatch("a", env.InModify)
			assert.Equal(t, disk.Inode("a"), events.Inode(wd))
			_ = fs.Rename("b", "a")
			assert.NotEqual(t, disk.Inode("a"), events.Inode(wd), "the watch is on what was there")
			assert.Zero(t, events.Inode(wd+1))
		})
	}}
	w := sim.NewWorld()
	defer w.Close()
	_, err := w.Run(s, sim.Config{})
	require.NoError(t, err)
}
