package kernel_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// A write becomes visible in steps, keeps other writers out, and tells at its end.
func TestWriteInParts(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 3000)
	b.watch("a", env.InModify)
	w1, w2, r := b.open("a", env.WriteOnly), b.open("a", env.WriteOnly), b.open("a", env.ReadOnly)

	w, err := b.k.BeginWrite(b.t, w1, env.Fill("y", 6000, 2))
	require.NoError(t, err)
	_, err = b.k.Write(b.t, w2, env.Text("z", 3))
	require.ErrorIs(t, err, kernel.ErrBlocked)
	require.ErrorIs(t, b.k.Unlink(b.t, "a"), kernel.ErrBlocked, "unlink takes the file's lock")
	require.ErrorIs(t, b.k.Seek(b.t, w1, 0), kernel.ErrBlocked, "the offset is in use")

	b.k.WriteStep(&w, 1000)
	got, err := b.k.Read(b.t, r, 9999)
	require.NoError(t, err)
	require.Equal(t, []uint32{2, 1}, got.Versions(), "new head, old tail")
	require.Equal(t, 3000, got.Len())

	b.k.WriteStep(&w, w.NextPage())
	st, err := b.k.Fstat(b.t, r)
	require.NoError(t, err)
	require.EqualValues(t, 4096, st.Size)
	require.Empty(t, b.queue(), "the record comes at the end")

	require.Equal(t, 6000, b.k.EndWrite(&w))
	require.Equal(t, lines("1 MODIFY"), b.queue())
	b.write(w2, 1, 3)
	got, err = b.k.Read(b.t, r, 9999)
	require.NoError(t, err)
	require.Equal(t, []uint32{2}, got.Versions())
	require.Equal(t, 3000, got.Len())
}

// A read that takes time mixes versions.
func TestReadInParts(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 100)
	r, w := b.open("a", env.ReadOnly), b.open("a", env.WriteOnly)
	rd, err := b.k.BeginRead(b.t, r, 1000)
	require.NoError(t, err)
	b.k.ReadStep(&rd, 40)
	b.write(w, 100, 2)
	got := b.k.EndRead(&rd)
	require.Equal(t, []uint32{1, 2}, got.Versions())
	require.Equal(t, 100, got.Len())
}

// A file that is cut while it is read shows zeros.
func TestReadWhileCut(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 8)
	r := b.open("a", env.ReadOnly)
	rd, err := b.k.BeginRead(b.t, r, 1000)
	require.NoError(t, err)
	b.k.LookAtSize(&rd)
	require.NoError(t, b.k.Truncate(b.t, "a", 1))
	require.Equal(t, "x"+strings.Repeat("\x00", 7), b.k.EndRead(&rd).String())
}

// close frees the number at its start and the inode at its end.
func TestCloseInParts(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 10)
	b.watch("a", env.InAllEvents)
	fd := b.open("a", env.ReadOnly)
	require.NoError(t, b.k.Unlink(b.t, "a"))
	require.Equal(t, lines("1 OPEN", "1 ATTRIB"), b.queue())

	c, err := b.k.BeginClose(b.t, fd)
	require.NoError(t, err)
	require.True(t, c.Last)
	require.True(t, c.Releases)
	require.Equal(t, fd, b.open("b", env.WriteOnly|env.Create), "the number is free")
	require.Empty(t, b.queue())
	b.k.EndClose(c)
	require.Equal(t, lines("1 CLOSE_NOWRITE", "1 DELETE_SELF", "1 IGNORED"), b.queue())
	require.ErrorIs(t, b.k.RmWatch(b.i, 1), env.EINVAL)
}

// A call that has begun keeps its file although the number is closed under it.
func TestCloseDuringWrite(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 0)
	b.watch("a", env.InModify|env.InCloseWrite)
	fd := b.open("a", env.WriteOnly)
	w, err := b.k.BeginWrite(b.t, fd, env.Text("hello", 2))
	require.NoError(t, err)
	c, err := b.k.BeginClose(b.t, fd)
	require.NoError(t, err)
	require.False(t, c.Last)
	b.k.EndClose(c)
	require.Empty(t, b.queue())
	b.k.EndWrite(&w)
	require.Equal(t, lines("1 MODIFY", "1 CLOSE_WRITE"), b.queue())
}

// A file can be linked to its own name if it is renamed in between.
func TestLinkInParts(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 10)
	b.watch(".", env.InAllEvents)
	require.ErrorIs(t, b.k.Link(b.t, "a", "a"), env.EEXIST)
	l, err := b.k.BeginLink(b.t, "a")
	require.NoError(t, err)
	require.NoError(t, b.k.Rename(b.t, "a", "b", 0))
	require.NoError(t, b.k.EndLink(b.t, l, "a"))
	require.Equal(t, lines("1 MOVED_FROM a #1", "1 MOVED_TO b #1", "1 CREATE a"), b.queue())

	l, err = b.k.BeginLink(b.t, "a")
	require.NoError(t, err)
	require.NoError(t, b.k.Unlink(b.t, "a"))
	require.NoError(t, b.k.Unlink(b.t, "b"))
	require.ErrorIs(t, b.k.EndLink(b.t, l, "c"), env.ENOENT)
	require.Equal(t, kernel.Usage{Inodes: 1, Names: 1, Watches: 1}, b.k.Usage())
}

// Between the halves of one event another call's may come.
func TestDefer(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 10)
	b.watch(".", env.InAllEvents)
	b.watch("a", env.InAllEvents)

	var chmod, unlink kernel.Call
	b.k.Defer(&chmod)
	require.NoError(t, b.k.Chmod(b.t, "a", 0o600))
	b.k.Defer(&unlink)
	require.NoError(t, b.k.Unlink(b.t, "a"))
	b.k.Defer(nil)

	// The name is gone while chmod still holds the file.
	require.ErrorIs(t, b.k.Access(b.t, "a"), env.ENOENT)
	require.Empty(t, b.queue())
	for b.k.Step(&unlink) != kernel.Done {
	}
	require.Equal(t, lines("2 ATTRIB", "1 DELETE a"), b.queue())
	for b.k.Step(&chmod) != kernel.Done {
	}
	require.Equal(t, lines("1 ATTRIB a", "2 ATTRIB", "2 DELETE_SELF", "2 IGNORED"), b.queue())
}

// A record can carry a name that the file has lost.
func TestDeferredName(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 10)
	b.watch(".", env.InModify|env.InMovedTo)
	fd := b.open("a", env.WriteOnly)
	var write kernel.Call
	b.k.Defer(&write)
	b.write(fd, 1, 2)
	b.k.Defer(nil)
	require.Equal(t, kernel.Stepped, b.k.Step(&write), "the name is taken")
	require.NoError(t, b.k.Rename(b.t, "a", "b", 0))
	for b.k.Step(&write) != kernel.Done {
	}
	require.Equal(t, lines("1 MOVED_TO b #1", "1 MODIFY a"), b.queue())
}

// Who got ErrBlocked hears when to try again.
func TestUnlocked(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 10)
	fd := b.open("a", env.WriteOnly)
	w, err := b.k.BeginWrite(b.t, fd, env.Text("1", 2))
	require.NoError(t, err)
	var seen listener
	b.k.SetObserver(&seen)
	b.k.EndWrite(&w)
	st, err := b.k.Stat(b.t, "a")
	require.NoError(t, err)
	require.Equal(t, []uint64{st.Inode}, seen.unlocked)
}

type listener struct {
	unlocked []uint64
	touched  []string
	fates    []kernel.Fate
}

func (l *listener) Touch(r kernel.Resource, write bool) {
	how := "reads "
	if write {
		how = "writes "
	}
	l.touched = append(l.touched, how+r.Kind.String()+" "+r.Name)
}

func (l *listener) Queued(_ kernel.Instance, _ env.WatchEvent, fate kernel.Fate) {
	l.fates = append(l.fates, fate)
}

func (l *listener) Unlocked(inode uint64) { l.unlocked = append(l.unlocked, inode) }

func TestFootprint(t *testing.T) {
	b := newBox(t, 2)
	b.file("a", 10)
	b.watch(".", env.InModify|env.InCreate)
	fd := b.open("a", env.WriteOnly)
	var seen listener
	b.k.SetObserver(&seen)
	b.write(fd, 1, 2)
	require.Equal(t, []string{
		"reads fd ", "writes description ", "reads lock ", "writes content ", "reads watches ", "writes queue ", "reads watches ",
	}, seen.touched)
	for range 2 {
		b.write(fd, 1, 2)
	}
	for _, name := range []string{"b", "c", "d"} {
		b.file(name, 0)
	}
	require.Equal(t, []kernel.Fate{
		kernel.Added, kernel.Merged, kernel.Merged, kernel.Added, kernel.Overflowed, kernel.Lost,
	}, seen.fates)
}

// A copy comes in chunks of 64 KiB of the source's pages, and holds the lock of the
// target for one of them; its records come at its end (observed, Linux 6.18).
func TestCopyInParts(t *testing.T) {
	b := newBox(t, 0)
	b.file("from", 200<<10)
	b.file("to", 0)
	b.watch("from", env.InAccess)
	b.watch("to", env.InModify)
	from, to, other := b.open("from", env.ReadOnly), b.open("to", env.WriteOnly), b.open("to", env.WriteOnly)
	require.NoError(t, b.k.Seek(b.t, from, 100))
	size := func() int64 {
		st, err := b.k.Fstat(b.t, to)
		require.NoError(t, err)
		return st.Size
	}
	chmod := func() error { return b.k.Fchmod(b.t, other, 0o600) }

	c, err := b.k.BeginSendfile(b.t, from, to, 1<<20)
	require.NoError(t, err)
	require.Equal(t, 200<<10-100, b.k.Expected(&c))
	require.NoError(t, b.k.CopyStep(&c, c.NextPage()))
	require.EqualValues(t, 4096, size())
	require.ErrorIs(t, chmod(), kernel.ErrBlocked, "a chunk is under way")
	require.Equal(t, 64<<10-100, c.NextChunk())
	require.NoError(t, b.k.CopyStep(&c, c.NextChunk()))
	require.EqualValues(t, 64<<10-100, size())
	require.NoError(t, chmod(), "it is over")
	require.Equal(t, 128<<10-100, c.NextChunk())
	require.Equal(t, 128<<10-100, c.LastChunk(150<<10))
	require.Zero(t, c.LastChunk(1000))

	w, err := b.k.BeginWrite(b.t, other, env.Fill("x", 10, 3))
	require.NoError(t, err)
	require.ErrorIs(t, b.k.CopyStep(&c, 100<<10), kernel.ErrBlocked, "another writes")
	b.k.EndWrite(&w)
	require.Equal(t, lines("2 MODIFY"), b.queue())
	n, err := b.k.EndCopy(&c)
	require.NoError(t, err)
	require.Equal(t, 200<<10-100, n)
	require.EqualValues(t, 200<<10-100, size())
	require.Equal(t, lines("1 ACCESS", "2 MODIFY"), b.queue())

	// Who is killed leaves what was copied.
	require.NoError(t, b.k.Seek(b.t, from, 0))
	c, err = b.k.BeginCopyFileRange(b.t, from, to, 1<<20)
	require.NoError(t, err)
	require.NoError(t, b.k.CopyStep(&c, 5000))
	b.k.StopCopy(&c)
	n, err = b.k.EndCopy(&c)
	require.NoError(t, err)
	require.Equal(t, 5000, n)
	require.NoError(t, chmod())
}
