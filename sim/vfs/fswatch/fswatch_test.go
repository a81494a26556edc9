package fswatch_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fswatch"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// loop is an event loop that reads its inotify instance when told to.
type loop struct {
	*testing.T
	k *kernel.Kernel
	t kernel.Table
	i kernel.Instance
	w *fswatch.Watcher

	heard []string
}

func (l *loop) AddWatch(path string, mask env.WatchMask) (env.WD, error) {
	return l.k.AddWatch(l.t, l.i, path, mask)
}

func (l *loop) RmWatch(wd env.WD) error { return l.k.RmWatch(l.i, wd) }

func newLoop(t *testing.T) *loop {
	l := &loop{T: t, k: kernel.New(kernel.Config{})}
	l.t = l.k.NewTable()
	l.i = l.k.NewInstance(0)
	l.w = fswatch.New(l)
	l.save("a", env.Create)
	return l
}

// save writes a file as writeFileSync does.
func (l *loop) save(path string, how env.OpenFlag) {
	fd, err := l.k.Open(l.t, path, env.WriteOnly|how)
	require.NoError(l, err)
	l.read()
	_, err = l.k.Write(l.t, fd, env.Text("x", 1))
	require.NoError(l, err)
	require.NoError(l, l.k.Close(l.t, fd))
}

// read handles what is queued.
func (l *loop) read() {
	evs, _ := l.k.ReadEvents(l.i, fswatch.BufferSize, nil)
	for _, ev := range evs {
		for _, e := range l.w.Handle(ev, nil) {
			l.heard = append(l.heard, fmt.Sprintf("%d %s %s", e.Handle, e.Type, e.Name))
		}
	}
}

// take is what listeners have heard.
func (l *loop) take() []string {
	l.read()
	out := l.heard
	l.heard = nil
	return out
}

func (l *loop) start(path string) fswatch.Handle {
	h, err := l.w.Start(path)
	require.NoError(l, err)
	return h
}

// writeFileSync, read promptly, is two changes: the truncation and the write.
func TestWriteFileSync(t *testing.T) {
	l := newLoop(t)
	l.start("a")
	l.save("a", env.Truncate)
	require.Equal(t, []string{"1 change a", "1 change a"}, l.take())
}

// After a save by rename a watch on the file is deaf, and the listener cannot
// tell.
func TestRenameOver(t *testing.T) {
	l := newLoop(t)
	l.start("a")
	l.save("t", env.Create)
	require.NoError(t, l.k.Rename(l.t, "t", "a", 0))
	require.Equal(t, []string{"1 change a", "1 rename a", "1 rename a"}, l.take())
	l.save("a", env.Truncate)
	require.Empty(t, l.take())
}

// Two handles on one inode share the watch, and the name of the first.
func TestTwoHandles(t *testing.T) {
	l := newLoop(t)
	require.NoError(t, l.k.Link(l.t, "a", "b"))
	h := l.start("a")
	l.start("b")
	require.NoError(t, l.k.Chmod(l.t, "b", 0o600))
	require.Equal(t, []string{"1 change a", "2 change a"}, l.take())
	l.w.Stop(h)
	require.NoError(t, l.k.Chmod(l.t, "b", 0o600))
	require.Equal(t, []string{"2 change a"}, l.take())
}

// A directory that changes is a rename, even if only its mode does.
func TestDirectory(t *testing.T) {
	l := newLoop(t)
	require.NoError(t, l.k.Mkdir(l.t, "d"))
	l.start(".")
	l.save("a", 0)
	require.NoError(t, l.k.Chmod(l.t, "d", 0o700))
	require.NoError(t, l.k.Rename(l.t, "a", "b", 0))
	require.Equal(t, []string{"1 change a", "1 rename d", "1 rename a", "1 rename b"}, l.take())
}

// libuv reads 4 KiB at once: 256 records without a name.
func TestReadsSoMuch(t *testing.T) {
	l := newLoop(t)
	l.save("b", env.Create)
	l.start("a")
	l.start("b")
	for range 200 {
		require.NoError(t, l.k.Truncate(l.t, "a", 0))
		require.NoError(t, l.k.Truncate(l.t, "b", 0))
	}
	require.Len(t, l.take(), 256)
	require.Len(t, l.take(), 400-256)
}
