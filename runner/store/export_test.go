package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnExportedTraceComesBackByteByByte(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	add(t, s, typicalTrace(1, 70))
	file, err := s.Export(ctx, "1")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "lost.trace")
	require.NoError(t, os.WriteFile(path, file, 0o644))

	exported, err := ReadExport(path)
	require.NoError(t, err)
	other := openTest(t, Options{})
	for range 2 { // the second time it is there
		hash, err := other.Import(ctx, exported)
		require.NoError(t, err)
		require.Equal(t, typicalTrace(1, 70).Hash(), hash)
	}
	list, err := other.List(ctx, "")
	require.NoError(t, err)
	assert.Len(t, list, 1)
	again, err := other.Export(ctx, list[0].Hash)
	require.NoError(t, err)
	assert.Equal(t, file, again)
	got, err := other.Get(ctx, "1")
	require.NoError(t, err)
	assert.Equal(t, typicalTrace(1, 70), got.Trace)
}

func TestADamagedExportIsRefused(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	add(t, s, typicalTrace(1, 5))
	file, err := s.Export(ctx, "1")
	require.NoError(t, err)
	for i := range file {
		damaged := append([]byte(nil), file...)
		damaged[i] ^= 1
		_, err := openExport(damaged)
		require.Error(t, err, "byte %d", i)
		_, err = openExport(file[:i])
		require.Error(t, err, "the first %d bytes", i)
	}
	_, err = openExport(append(file, 0))
	require.Error(t, err)

	dir := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"text":  {"Dear diary,\n", "it is no exported trace: want a file that `simrun export` wrote"},
		"cut":   {string(file[:len(file)-1]), "it is damaged: the check sum of its"},
		"newer": {"simrun packed trace 7 2026-01-02T15:04:05.000Z x\n", "format version 7 is newer than 1"},
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o644))
		_, err := ReadExport(path)
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, err, path)
		assert.Equal(t, BadExport, KindOf(err))
	}
}

func TestADamagedTraceIsNotExported(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	add(t, s, typicalTrace(1, 5))
	flush(t, s)
	_, err := s.write.Exec("UPDATE traces SET hash = 'ffffffffffffffff'")
	require.NoError(t, err)
	_, err = s.Export(ctx, "1")
	assert.Equal(t, Corrupt, KindOf(err), "%v", err)
}
