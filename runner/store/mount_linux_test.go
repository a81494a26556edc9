package store

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mountTmpfs makes a file system of the given size, for what a quota, a full
// disk or a read-only disk do. Root alone may.
func mountTmpfs(t *testing.T, size string) (dir string, remount func(flags uintptr)) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("needs the right to mount a file system, which root has: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir, func(flags uintptr) {
		require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|flags, "size="+size))
	}
}

func TestAReadOnlyFolder(t *testing.T) {
	ctx := context.Background()
	dir, remount := mountTmpfs(t, "4m")
	path := filepath.Join(dir, "traces.db")
	s := openAt(t, path, Options{})
	add(t, s, typicalTrace(1, 5))
	require.NoError(t, s.Close())
	remount(syscall.MS_RDONLY)

	for _, name := range []string{"traces.db", "new.db", "folder/new.db"} {
		_, err := Open(filepath.Join(dir, name), Options{})
		assert.Equal(t, NoAccess, KindOf(err), "%s: %v", name, err)
		t.Log(err)
	}
	s = openAt(t, path, Options{ReadOnly: true})
	got, err := s.Get(ctx, "1")
	require.NoError(t, err)
	assert.Equal(t, typicalTrace(1, 5), got.Trace)
	r, err := s.Query(ctx, "SELECT count(*) FROM events")
	require.NoError(t, err)
	assert.Equal(t, [][]any{{int64(5)}}, r.Rows)
	_, err = s.Check(ctx)
	require.NoError(t, err)
}

func TestAFullDisk(t *testing.T) {
	ctx := context.Background()
	dir, _ := mountTmpfs(t, "1m")
	path := filepath.Join(dir, "traces.db")
	s := openAt(t, path, Options{BatchTraces: 10})
	var err error
	for i := 0; err == nil; i++ {
		require.Less(t, i, 10_000)
		_, err = s.Add(ctx, typicalTrace(int64(i), 200))
	}
	assert.Equal(t, Full, KindOf(err), "%v", err)
	require.EqualError(t, s.Close(), s.writer.failure().Error())
	path2 := filepath.Join(t.TempDir(), "traces.db") // where there is space, it is sound
	for _, suffix := range []string{"", "-wal"} {
		if b := readFile(t, path+suffix); b != nil {
			require.NoError(t, os.WriteFile(path2+suffix, b, 0o644))
		}
	}
	assert.Equal(t, s.Stats().Committed, requireSound(t, path2))
}
