package golden_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
)

// tester is a test that notes how it failed.
type tester struct {
	testing.TB
	failed string
}

func (t *tester) Helper()                        {}
func (t *tester) Errorf(format string, a ...any) { t.failed += fmt.Sprintf(format, a...) }
func (t *tester) FailNow()                       { panic(t) }

func check(on testing.TB, name, got string) (failed string) {
	t := &tester{TB: on}
	defer func() {
		if r := recover(); r != nil && r != any(t) {
			panic(r)
		}
		failed = t.failed
	}()
	golden.Check(t, name, got)
	return ""
}

// A file is written only when that is asked for; from then on the text must be the same.
func TestCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("SIMRUN_UPDATE", "")
	require.Contains(t, check(t, "below/report", "one"), "run with SIMRUN_UPDATE=1 to write it")
	require.NoFileExists(t, "testdata/below/report.golden")

	t.Setenv("SIMRUN_UPDATE", "1")
	require.Empty(t, check(t, "below/report", "one"))
	text, err := os.ReadFile("testdata/below/report.golden")
	require.NoError(t, err)
	require.Equal(t, "one", string(text))

	t.Setenv("SIMRUN_UPDATE", "")
	require.Empty(t, check(t, "below/report", "one"))
	require.Contains(t, check(t, "below/report", "two"), "testdata/below/report.golden; SIMRUN_UPDATE=1 accepts what is there now")
}
