//go:build unix

package runner_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/stretchr/testify/require"
)

// A pipe or a device is written into: a rename would put a file in its place.
func TestWriteWholeIntoAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // of both, so that nobody waits for the other
	require.NoError(t, err)
	defer reader.Close() //nolint:errcheck // it was only read
	require.NoError(t, runner.WriteWhole(pipe, func(w io.Writer) error { _, err := fmt.Fprint(w, "story"); return err }))
	got := make([]byte, 5)
	_, err = io.ReadFull(reader, got)
	require.NoError(t, err)
	require.Equal(t, "story", string(got))
	info, err := os.Stat(pipe)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeNamedPipe)
}
