package fsnotify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsnotify"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// rig is a watcher on a kernel.
type rig struct {
	*testing.T
	k *kernel.Kernel
	t kernel.Table
	i kernel.Instance
	w *fsnotify.Watcher
}

func (r *rig) AddWatch(path string, mask env.WatchMask) (env.WD, error) {
	return r.k.AddWatch(r.t, r.i, path, mask)
}

func (r *rig) RmWatch(wd env.WD) error { return r.k.RmWatch(r.i, wd) }

func newRig(t *testing.T, maxQueued int, files ...string) *rig {
	r := &rig{T: t, k: kernel.New(kernel.Config{})}
	r.t = r.k.NewTable()
	r.i = r.k.NewInstance(maxQueued)
	r.w = fsnotify.New(r)
	for _, f := range files {
		r.create(f)
	}
	return r
}

func (r *rig) create(path string) {
	fd, err := r.k.Open(r.t, path, env.WriteOnly|env.Create)
	require.NoError(r, err)
	require.NoError(r, r.k.Close(r.t, fd))
}

// events handles what is queued.
func (r *rig) events() []string {
	var out []string
	evs, _ := r.k.ReadEvents(r.i, fsnotify.BufferSize, nil)
	for _, ev := range evs {
		e, err := r.w.Handle(ev)
		if err != nil {
			out = append(out, err.Error())
		}
		if e.Op != 0 {
			out = append(out, e.String())
		}
	}
	return out
}

// With file and directory watched, a save by rename never says Remove.
func TestRenameOver(t *testing.T) {
	r := newRig(t, 0, "/a", "/t")
	require.NoError(t, r.w.Add("/"))
	require.NoError(t, r.w.Add("/a"))
	require.NoError(t, r.k.Rename(r.t, "/t", "/a", 0))
	require.Equal(t, []string{"RENAME //t", "CREATE //a <- //t", "CHMOD /a"}, r.events())
	require.Equal(t, []string{"/"}, r.w.WatchList())
}

// A watch does not follow a file that is moved.
func TestMoveEndsWatch(t *testing.T) {
	r := newRig(t, 0, "a")
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.k.Rename(r.t, "a", "b", 0))
	require.Equal(t, []string{"RENAME a"}, r.events())
	require.NoError(t, r.k.Chmod(r.t, "b", 0o600))
	require.Empty(t, r.events())
}

// If the file was moved and replaced before the record is handled, the watch
// cannot be removed any more, and EINVAL comes out of Errors.
func TestMovedAndGone(t *testing.T) {
	r := newRig(t, 0, "a")
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.k.Rename(r.t, "a", "b", 0))
	require.NoError(t, r.k.Unlink(r.t, "b"))
	require.Equal(t, []string{"EINVAL", "RENAME a"}, r.events())
}

// Adding a path again, once it names another file, swallows the pending Remove.
func TestRewatchSwallows(t *testing.T) {
	r := newRig(t, 0, "a")
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.k.Unlink(r.t, "a"))
	r.create("a")
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.k.Truncate(r.t, "a", 0))
	require.Equal(t, []string{"WRITE a"}, r.events())
}

func TestOverflow(t *testing.T) {
	r := newRig(t, 1)
	require.NoError(t, r.w.Add("/"))
	r.create("/a")
	r.create("/b")
	require.Equal(t, []string{"CREATE //a", fsnotify.ErrEventOverflow.Error()}, r.events())
}

// Two names of one inode: the second is not in the table.
func TestTwoNames(t *testing.T) {
	r := newRig(t, 0, "a")
	require.NoError(t, r.k.Link(r.t, "a", "b"))
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.w.Add("b"))
	require.NoError(t, r.k.Truncate(r.t, "b", 0))
	require.Equal(t, []string{"WRITE a"}, r.events())
	require.ErrorIs(t, r.w.Remove("b"), fsnotify.ErrNonExistentWatch)
}

// The old name of a rename is remembered until ten others have begun (a ring of ten).
func TestRenamedFromIsForgotten(t *testing.T) {
	for others, from := range map[uint32]string{9: "/a1", 10: ""} {
		r := newRig(t, 0)
		require.NoError(t, r.w.Add("/"))
		for cookie := range others + 1 {
			_, err := r.w.Handle(env.WatchEvent{WD: 1, Mask: env.InMovedFrom, Cookie: cookie + 1, Name: fmt.Sprint("a", cookie+1)})
			require.NoError(t, err)
		}
		e, err := r.w.Handle(env.WatchEvent{WD: 1, Mask: env.InMovedTo, Cookie: 1, Name: "b"})
		require.NoError(t, err)
		require.Equal(t, fsnotify.Event{Name: "//b", Op: fsnotify.Create, RenamedFrom: strings.Replace(from, "/", "//", 1)}, e)
	}
}

// It reads 64 KiB at once: 4,096 records without a name.
func TestReadsSoMuch(t *testing.T) {
	r := newRig(t, 0, "a", "b")
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.w.Add("b"))
	for range 3000 {
		require.NoError(t, r.k.Truncate(r.t, "a", 0))
		require.NoError(t, r.k.Truncate(r.t, "b", 0))
	}
	require.Len(t, r.events(), 4096)
	require.Len(t, r.events(), 6000-4096)
}

// IGNORED ends a watch, and is no event.
func TestIgnored(t *testing.T) {
	r := newRig(t, 0, "a")
	require.NoError(t, r.w.Add("a"))
	e, err := r.w.Handle(env.WatchEvent{WD: 1, Mask: env.InIgnored})
	require.NoError(t, err)
	require.Zero(t, e)
	require.Empty(t, r.w.WatchList())
	require.ErrorIs(t, r.w.Remove("a"), fsnotify.ErrNonExistentWatch)
}
