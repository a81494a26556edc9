package kernel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// One write to a watched file in a watched directory: two records.
func BenchmarkWriteWatched(b *testing.B) {
	k := kernel.New(kernel.Config{})
	t := k.NewTable()
	i := k.NewInstance(0)
	fd, err := k.Open(t, "a", env.WriteOnly|env.Create)
	require.NoError(b, err)
	for _, p := range []string{".", "a"} {
		_, err = k.AddWatch(t, i, p, env.InAllEvents)
		require.NoError(b, err)
	}
	data := env.Fill("x", 4096, 1)
	evs := make([]env.WatchEvent, 0, 16)
	b.ReportAllocs()
	for b.Loop() {
		_ = k.Seek(t, fd, 0)
		_, _ = k.Write(t, fd, data)
		evs, _ = k.ReadEvents(i, 64<<10, evs[:0])
	}
	require.Len(b, evs, 2)
}

// One record: chmod of a file in a watched directory.
func BenchmarkOneRecord(b *testing.B) {
	k := kernel.New(kernel.Config{})
	t := k.NewTable()
	i := k.NewInstance(0)
	_, err := k.Open(t, "a", env.WriteOnly|env.Create)
	require.NoError(b, err)
	_, err = k.AddWatch(t, i, ".", env.InAllEvents)
	require.NoError(b, err)
	evs := make([]env.WatchEvent, 0, 16)
	b.ReportAllocs()
	for b.Loop() {
		_ = k.Chown(t, "a")
		evs, _ = k.ReadEvents(i, 64<<10, evs[:0])
	}
	require.Len(b, evs, 1)
}

// A whole run: reset, a save by temporary file and rename under two watches.
func BenchmarkRunAtomicSave(b *testing.B) {
	k := kernel.New(kernel.Config{})
	data := env.Fill("x", 4096, 1)
	evs := make([]env.WatchEvent, 0, 16)
	b.ReportAllocs()
	for b.Loop() {
		k.Reset()
		t, w := k.NewTable(), k.NewTable()
		fd, _ := k.Open(w, "a", env.WriteOnly|env.Create)
		_, _ = k.Write(w, fd, data)
		_ = k.Close(w, fd)
		i := k.NewInstance(0)
		_, _ = k.AddWatch(t, i, ".", env.InAllEvents)
		_, _ = k.AddWatch(t, i, "a", env.InAllEvents)
		fd, _ = k.Open(w, "a.tmp", env.WriteOnly|env.Create)
		_, _ = k.Write(w, fd, data)
		_ = k.Close(w, fd)
		_ = k.Rename(w, "a.tmp", "a", 0)
		evs, _ = k.ReadEvents(i, 64<<10, evs[:0])
	}
	require.Len(b, evs, 9)
}
