// Package golden compares what a test makes with a file that is kept beside it:
//
//	golden.Check(t, "report", text) // testdata/report.golden
//
// SIMRUN_UPDATE=1 writes the files instead, for `git diff` to show what is new. It is for the
// tests of all packages, and imports none of them.
package golden

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Check compares got with testdata/NAME.golden, and stops the test if they differ.
func Check(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if os.Getenv("SIMRUN_UPDATE") != "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with SIMRUN_UPDATE=1 to write it")
	require.Equal(t, string(want), got, "%s; SIMRUN_UPDATE=1 accepts what is there now", path)
}
