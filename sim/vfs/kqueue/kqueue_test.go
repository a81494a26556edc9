package kqueue_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
	"github.com/seed-3519b94c/simrun/sim/vfs/kqueue"
)

// rig is a watcher on a kernel.
type rig struct {
	*testing.T
	k     *kernel.Kernel
	t     kernel.Table
	w     *kqueue.Watcher
	rules []string
}

func newRig(t *testing.T, files ...string) *rig {
	r := &rig{T: t, k: kernel.New(kernel.Config{})}
	r.t = r.k.NewTable()
	r.w = kqueue.New(r)
	r.w.Noted = func(rule string) { r.rules = append(r.rules, rule) }
	r.k.SetChanges(r.w)
	require.NoError(t, r.k.Mkdir(r.t, "d"))
	for _, f := range files {
		r.write(f, 0)
	}
	return r
}

func (r *rig) Lstat(path string) (kqueue.Info, error) {
	st, err := r.k.Lstat(r.t, path)
	return kqueue.Info{Inode: st.Inode, Dir: st.Dir, Symlink: st.Symlink}, err
}
func (r *rig) Readlink(path string) (string, error)  { return r.k.Readlink(r.t, path) }
func (r *rig) ReadDir(path string) ([]string, error) { return r.k.List(r.t, path, nil) }

// write opens a file, makes it if it is not there, and writes so often.
func (r *rig) write(path string, times int) {
	fd, err := r.k.Open(r.t, path, env.WriteOnly|env.Create)
	require.NoError(r, err)
	for range times {
		_, err = r.k.Write(r.t, fd, env.Text("x", 1))
		require.NoError(r, err)
	}
	require.NoError(r, r.k.Close(r.t, fd))
}

// events reads until there is nothing more.
func (r *rig) events(pick func(n int) int) []string {
	var out []string
	for r.w.Ready() {
		for _, n := range r.w.Read(pick) {
			events, err := r.w.Handle(n)
			for _, ev := range events {
				out = append(out, opNames(ev.Op)+" "+ev.Name)
			}
			require.NoError(r, err)
		}
	}
	return out
}

func opNames(op env.FileOp) string {
	var out []string
	for i, n := range []string{"CREATE", "WRITE", "REMOVE", "RENAME", "CHMOD"} {
		if op&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return strings.Join(out, "|")
}

// Flags gather until they are read (EV_CLEAR; kqueue(2), known): three writes and a
// chmod are one event.
func TestFlagsGather(t *testing.T) {
	r := newRig(t, "a")
	require.NoError(t, r.w.Add("a"))
	r.write("a", 3)
	require.NoError(t, r.k.Chmod(r.t, "a", 0o600))
	require.True(t, r.w.Merged())
	require.Equal(t, []string{"WRITE|CHMOD a"}, r.events(nil))
}

// Descriptors come in the order in which they became active, or in another (known).
func TestOrderAcrossFilesIsLost(t *testing.T) {
	r := newRig(t, "d/a", "d/b")
	require.NoError(t, r.w.Add("d"))
	r.write("d/a", 1)
	r.write("d/b", 1)
	r.write("d/a", 1)
	require.Equal(t, []string{"WRITE d/a", "WRITE d/b"}, r.events(nil))
	r.write("d/a", 1)
	r.write("d/b", 1)
	require.Equal(t, []string{"WRITE d/b", "WRITE d/a"}, r.events(func(n int) int { return n - 1 }))
}

// A directory is listed: new names come sorted, and what was gone again by then is
// never seen (backend_kqueue.go: dirChange, sendCreateIfNew).
func TestNewNamesComeByScan(t *testing.T) {
	r := newRig(t, "d/m")
	require.NoError(t, r.w.Add("d"))
	r.write("d/z", 1)
	r.write("d/gone", 1)
	r.write("d/a", 1)
	require.NoError(t, r.k.Unlink(r.t, "d/gone"))
	require.Equal(t, []string{"CREATE d/a", "CREATE d/z"}, r.events(nil))
	require.Contains(t, r.rules, "kqueue.scan")
	r.write("d/z", 1) // it is watched from now on
	require.Equal(t, []string{"WRITE d/z"}, r.events(nil))
}

// After a removal it looks again: what is there is created (readEvents, Lstat).
func TestRemoveThenCreate(t *testing.T) {
	r := newRig(t, "a", "b")
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.k.Rename(r.t, "b", "a", 0))
	require.Equal(t, []string{"REMOVE a", "CREATE a"}, r.events(nil))
	require.Contains(t, r.rules, "kqueue.again")
	r.write("a", 1) // the new file is watched, unlike on Linux
	require.Equal(t, []string{"WRITE a"}, r.events(nil))

	require.NoError(t, r.k.Unlink(r.t, "a"))
	require.Equal(t, []string{"REMOVE a"}, r.events(nil))
}

// What is gone was not written (newEvent).
func TestRemoveHidesWrite(t *testing.T) {
	r := newRig(t, "a")
	require.NoError(t, r.w.Add("a"))
	r.write("a", 1)
	require.NoError(t, r.k.Unlink(r.t, "a"))
	require.Equal(t, []string{"REMOVE a"}, r.events(nil))
}

// A renaming gives the old name, and the new one by scan only: no cookie.
func TestRename(t *testing.T) {
	r := newRig(t, "d/a")
	require.NoError(t, r.w.Add("d"))
	require.NoError(t, r.k.Rename(r.t, "d/a", "d/b", 0))
	require.ElementsMatch(t, []string{"RENAME d/a", "CREATE d/b"}, r.events(nil))
}

// truncate is an attribute, not a write (VOP_SETATTR, known).
func TestTruncateIsChmod(t *testing.T) {
	r := newRig(t, "a")
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.k.Truncate(r.t, "a", 0))
	require.Equal(t, []string{"CHMOD a"}, r.events(nil))
}

// A note that was read before its descriptor was closed has no name (readEvents uses
// the zero watch).
func TestNoteOfClosedDescriptor(t *testing.T) {
	r := newRig(t, "a")
	require.NoError(t, r.w.Add("a"))
	r.write("a", 1)
	notes := r.w.Read(nil)
	require.NoError(t, r.w.Remove("a"))
	events, err := r.w.Handle(notes[0])
	require.NoError(t, err)
	require.Equal(t, []env.FileEvent{{Op: env.FileWrite}}, events)
	require.Equal(t, []string{"kqueue.nameless"}, r.rules)
}

// Removing a directory's watch removes those in it, but not one that was added itself.
func TestRemoveDirectory(t *testing.T) {
	r := newRig(t, "d/a", "d/b")
	require.NoError(t, r.w.Add("d"))
	require.NoError(t, r.w.Add("d/a"))
	require.NoError(t, r.w.Remove("d"))
	r.write("d/a", 1)
	r.write("d/b", 1)
	require.Equal(t, []string{"WRITE d/a"}, r.events(nil))
	require.Equal(t, []string{"d/a"}, r.w.WatchList())
}

// A symbolic link is told of by its own name.
func TestSymlink(t *testing.T) {
	r := newRig(t, "a")
	require.NoError(t, r.k.Symlink(r.t, "a", "l"))
	require.NoError(t, r.w.Add("l"))
	r.write("a", 1)
	require.Equal(t, []string{"WRITE l"}, r.events(nil))
}

// What each change is for whom: the directory, the file, another directory, what was
// there before (vop_*_post of FreeBSD, known).
func TestFlagsOfChanges(t *testing.T) {
	const parent, file, to, victim = 1, 2, 3, 4
	for kind, want := range map[kernel.ChangeKind]map[uint64]kqueue.Flags{
		kernel.Made:    {parent: kqueue.Wrote},
		kernel.Wrote:   {file: kqueue.Wrote},
		kernel.Cut:     {file: kqueue.Attrib},
		kernel.Touched: {file: kqueue.Attrib},
		kernel.Removed: {parent: kqueue.Wrote, file: kqueue.Delete},
		kernel.Moved:   {parent: kqueue.Wrote, to: kqueue.Wrote, file: kqueue.Rename, victim: kqueue.Delete},
		kernel.Closed:  {},
	} {
		var q kqueue.Queue
		fds := map[int]uint64{}
		for _, inode := range []uint64{parent, file, to, victim} {
			fds[q.Open(inode, kqueue.Delete|kqueue.Wrote|kqueue.Attrib|kqueue.Rename)] = inode
		}
		q.Changed(kernel.Change{Kind: kind, Inode: file, Parent: parent, ToParent: to, Victim: victim})
		got := map[uint64]kqueue.Flags{}
		for _, n := range q.Read(nil) {
			got[fds[n.FD]] = n.Flags
		}
		require.Equal(t, want, got, "change %d", kind)
	}
}

// fsnotify takes ten notes at once (readEvents, eventBuffer).
func TestTenNotesAtOnce(t *testing.T) {
	var q kqueue.Queue
	for inode := range uint64(12) {
		q.Open(inode+1, kqueue.Wrote)
		q.Changed(kernel.Change{Kind: kernel.Wrote, Inode: inode + 1})
	}
	require.Len(t, q.Read(nil), 10)
	require.Len(t, q.Read(nil), 2)
}

// A file that is made is created, with nothing else having happened.
func TestCreate(t *testing.T) {
	r := newRig(t)
	require.NoError(t, r.w.Add("d"))
	r.write("d/a", 0)
	require.Equal(t, []string{"CREATE d/a"}, r.events(nil))
}

// The watch of a file ends when it is renamed (readEvents: remove on Rename).
func TestRenameEndsWatch(t *testing.T) {
	r := newRig(t, "a")
	require.NoError(t, r.w.Add("a"))
	require.NoError(t, r.k.Rename(r.t, "a", "b", 0))
	require.Equal(t, []string{"RENAME a"}, r.events(nil))
	r.write("b", 1)
	require.Empty(t, r.events(nil))
	require.Empty(t, r.w.WatchList())
}

// A directory in a watched directory is watched for its end only (internalWatch).
func TestNotRecursive(t *testing.T) {
	r := newRig(t)
	require.NoError(t, r.k.Mkdir(r.t, "d/e"))
	require.NoError(t, r.w.Add("d"))
	r.write("d/e/a", 1)
	require.NoError(t, r.k.Chmod(r.t, "d/e", 0o700))
	require.Empty(t, r.events(nil))
	require.NoError(t, r.k.Unlink(r.t, "d/e/a"))
	require.NoError(t, r.k.Rmdir(r.t, "d/e"))
	require.Equal(t, []string{"REMOVE d/e"}, r.events(nil))
}
