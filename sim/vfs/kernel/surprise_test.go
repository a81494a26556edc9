package kernel_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// What people get wrong about the order of records. All observed, Linux 6.18.
func TestSurprisesOfOrder(t *testing.T) {
	all := env.InAllEvents
	t.Run("OPEN precedes the MODIFY of O_TRUNC, also for an empty file", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.watch(".", all)
		b.open("a", env.WriteOnly|env.Truncate)
		require.Equal(t, lines("1 OPEN a", "1 MODIFY a"), b.queue())
	})
	t.Run("older kernels queue MODIFY first", func(t *testing.T) {
		b := newBox(t, 0)
		b.k = kernel.New(kernel.Config{ModifyBeforeOpen: true})
		b.t, b.i = b.k.NewTable(), b.k.NewInstance(0)
		b.file("a", 0)
		b.watch(".", all)
		b.open("a", env.WriteOnly|env.Truncate)
		require.Equal(t, lines("1 MODIFY a", "1 OPEN a"), b.queue())
	})
	t.Run("DELETE_SELF and IGNORED precede the directory's DELETE", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.watch(".", all)
		b.watch("a", all)
		require.NoError(t, b.k.Unlink(b.t, "a"))
		require.Equal(t, lines("2 ATTRIB", "2 DELETE_SELF", "2 IGNORED", "1 DELETE a"), b.queue())
	})
	t.Run("rename over a file: no DELETE", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.file("t", 0)
		b.watch(".", all)
		b.watch("a", all)
		b.watch("t", all)
		require.NoError(t, b.k.Rename(b.t, "t", "a", 0))
		require.Equal(t, lines("1 MOVED_FROM t #1", "1 MOVED_TO a #1", "2 ATTRIB", "3 MOVE_SELF",
			"2 DELETE_SELF", "2 IGNORED"), b.queue())
		fd := b.open("a", env.WriteOnly)
		b.write(fd, 1, 1)
		require.Equal(t, lines("1 OPEN a", "3 OPEN", "1 MODIFY a", "3 MODIFY"), b.queue(), "the watch follows the file")
	})
}

// What people get wrong about which records come, and which merge.
func TestSurprisesOfRecords(t *testing.T) {
	all := env.InAllEvents
	t.Run("merging ignores cookies", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.watch(".", env.InMovedFrom)
		require.NoError(t, b.k.Rename(b.t, "a", "b", 0))
		require.NoError(t, b.k.Rename(b.t, "b", "c", 0))
		b.file("a", 0)
		require.NoError(t, b.k.Unlink(b.t, "c"))
		require.Equal(t, lines("1 MOVED_FROM a #1", "1 MOVED_FROM b #2"), b.queue())
		require.NoError(t, b.k.Rename(b.t, "a", "b", 0))
		b.file("a", 0)
		require.NoError(t, b.k.Rename(b.t, "a", "b", 0))
		require.Equal(t, lines("1 MOVED_FROM a #3"), b.queue())
	})
	t.Run("only the last record is merged with", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.watch(".", env.InModify)
		b.watch("a", env.InModify)
		fd := b.open("a", env.WriteOnly)
		b.write(fd, 1, 1)
		b.write(fd, 1, 1)
		require.Equal(t, strings.Repeat(lines("1 MODIFY a", "2 MODIFY"), 2), b.queue())
	})
	t.Run("an exchange moves both, each with a cookie of its own", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.file("b", 0)
		b.watch(".", env.InMovedFrom|env.InMovedTo)
		b.watch("a", env.InMoveSelf)
		b.watch("b", env.InMoveSelf)
		require.NoError(t, b.k.Rename(b.t, "a", "b", kernel.Exchange))
		require.Equal(t, lines("1 MOVED_FROM a #1", "1 MOVED_TO b #1", "2 MOVE_SELF",
			"1 MOVED_FROM b #2", "1 MOVED_TO a #2", "3 MOVE_SELF"), b.queue())
	})
	t.Run("a second watch replaces the mask, MASK_ADD adds to it", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.watch("a", env.InModify)
		b.watch("a", env.InAttrib|env.InMaskAdd)
		require.NoError(t, b.k.Chmod(b.t, "a", 0o600))
		require.NoError(t, b.k.Truncate(b.t, "a", 0))
		require.Equal(t, lines("1 ATTRIB", "1 MODIFY"), b.queue())
		b.watch("a", env.InAttrib)
		require.NoError(t, b.k.Truncate(b.t, "a", 0))
		require.Empty(t, b.queue())
	})
	t.Run("which times are set decides the event", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.watch("a", all)
		for _, which := range []kernel.Times{kernel.BothTimes, kernel.ModificationTime, kernel.AccessTime} {
			require.NoError(t, b.k.Utimes(b.t, "a", which))
		}
		require.Equal(t, lines("1 ATTRIB", "1 MODIFY", "1 ACCESS"), b.queue())
	})
	t.Run("EXCL_UNLINK silences writes to a removed file, not truncation", func(t *testing.T) {
		b := newBox(t, 0)
		b.file("a", 0)
		b.watch(".", env.InModify|env.InExclUnlink)
		fd := b.open("a", env.WriteOnly)
		require.NoError(t, b.k.Unlink(b.t, "a"))
		b.write(fd, 1, 1)
		require.Empty(t, b.queue())
		require.NoError(t, b.k.Ftruncate(b.t, fd, 0))
		require.Equal(t, lines("1 MODIFY a"), b.queue())
	})
}

// Who appends writes at the end, wherever his offset is, and moves it there; pwrite does
// the one without the other. Writes behind the end leave zeros.
func TestOffsets(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 4)
	appender, writer := b.open("a", env.ReadWrite|env.Append), b.open("a", env.WriteOnly)
	write := func(fd env.FD, text string) {
		_, err := b.k.Write(b.t, fd, env.Text(text, 1))
		require.NoError(t, err)
	}
	content := func() string {
		d, _ := b.k.Peek("/a")
		return strings.ReplaceAll(d.String(), "\x00", "0")
	}
	write(appender, "AA")
	require.Equal(t, "xxxxAA", content())
	_, err := b.k.Pwrite(b.t, appender, 0, env.Text("B", 1))
	require.NoError(t, err)
	require.Equal(t, "xxxxAAB", content())
	d, err := b.k.Read(b.t, appender, 10)
	require.NoError(t, err)
	require.Equal(t, "B", d.String(), "the offset is behind what was appended")

	write(writer, "yy")
	require.NoError(t, b.k.Truncate(b.t, "a", 0))
	write(writer, "z") // from where he was: the stale offset
	require.Equal(t, "00z", content())
	write(appender, "C")
	require.Equal(t, "00zC", content())
}

// A full queue overflows even for records that would merge, and reading one
// record is not enough to make room: Q_OVERFLOW counts.
func TestOverflow(t *testing.T) {
	b := newBox(t, 2)
	b.watch(".", env.InCreate|env.InModify)
	for _, name := range []string{"a", "b"} {
		b.file(name, 0)
	}
	fd := b.open("b", env.WriteOnly)
	b.write(fd, 1, 1)
	b.write(fd, 1, 1)

	one := func() string {
		evs, err := b.k.ReadEvents(b.i, 32, nil)
		require.NoError(t, err)
		require.Len(t, evs, 1)
		return describe(evs)
	}
	require.Equal(t, lines("1 CREATE a"), one())
	b.write(fd, 1, 1) // 2 are left: lost
	require.Equal(t, lines("1 CREATE b"), one())
	b.write(fd, 1, 1) // 1 is left
	b.write(fd, 1, 1) // full again, but the overflow is still in it
	require.Equal(t, lines("-1 Q_OVERFLOW", "1 MODIFY b"), b.queue())

	for _, name := range []string{"c", "d", "e", "f"} { // once it was read it comes again
		b.file(name, 0)
	}
	require.Equal(t, lines("1 CREATE c", "1 CREATE d", "-1 Q_OVERFLOW"), b.queue())
}

// A queue as shipped holds 16,384 records, and Q_OVERFLOW (measured, Linux 6.18).
func TestDefaultQueue(t *testing.T) {
	b := newBox(t, 0)
	for _, name := range []string{"a", "b"} {
		b.file(name, 0)
		b.watch(name, env.InAttrib)
	}
	for range 16384/2 + 1 {
		require.NoError(t, b.k.Chmod(b.t, "a", 0o600))
		require.NoError(t, b.k.Chmod(b.t, "b", 0o600))
	}
	evs := b.k.Waiting(b.i)
	require.Len(t, evs, 16384+1)
	require.Equal(t, env.WatchEvent{WD: -1, Mask: env.InQOverflow}, evs[16384])
}

// read(2) takes whole records; names are padded.
func TestReadSizes(t *testing.T) {
	for name, size := range map[string]int{
		"": 16, "a": 32, strings.Repeat("n", 15): 32, strings.Repeat("n", 16): 48,
	} {
		require.Equal(t, size, kernel.RecordSize(env.WatchEvent{Name: name}), "%d bytes", len(name))
	}
	b := newBox(t, 0)
	b.watch(".", env.InCreate)
	_, err := b.k.ReadEvents(b.i, 16, nil)
	require.ErrorIs(t, err, kernel.ErrBlocked)
	b.file("a", 0)
	b.file("b", 0)
	_, err = b.k.ReadEvents(b.i, 31, nil)
	require.ErrorIs(t, err, env.EINVAL)
	evs, err := b.k.ReadEvents(b.i, 63, nil)
	require.NoError(t, err)
	require.Len(t, evs, 1)
}

// A file with two names that is open by one of them loses its watch when the
// other, last name goes: what counts are names in use, not open files.
func TestHardLinkOpenByOtherName(t *testing.T) {
	b := newBox(t, 0)
	b.file("a", 0)
	require.NoError(t, b.k.Link(b.t, "a", "b"))
	fd := b.open("a", env.WriteOnly)
	b.watch("a", env.InAllEvents)
	require.NoError(t, b.k.Unlink(b.t, "a"))
	require.Equal(t, lines("1 ATTRIB"), b.queue())
	require.NoError(t, b.k.Unlink(b.t, "b"))
	require.Equal(t, lines("1 ATTRIB", "1 DELETE_SELF", "1 IGNORED"), b.queue())
	b.close(fd)
	require.Empty(t, b.queue())
}
