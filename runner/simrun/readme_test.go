package main_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/cli"
	"github.com/seed-3519b94c/simrun/scenarios"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The extract that the README shows of its first command is what the command prints.
func TestReadmeShowsWhatIsPrinted(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	extract := regexp.MustCompile("(?s)```\n(hotreload/drop, .*?)```").FindSubmatch(readme)
	require.NotNil(t, extract)
	t.Chdir(t.TempDir())
	var stdout, stderr bytes.Buffer
	app := &cli.App{Scenarios: scenarios.All(), Stdout: &stdout, Stderr: &stderr}
	require.Equal(t, 1, app.Run(context.Background(), []string{"run", "hotreload/drop"}), "%s", &stderr)
	rest := stdout.String()
	for line := range strings.Lines(string(extract[1])) {
		if strings.TrimSpace(line) == "..." {
			continue
		}
		_, after, found := strings.Cut(rest, line)
		require.True(t, found, "the command does not print, after the lines before it:\n%s\nbut\n%s", line, &stdout)
		rest = after
	}
}

// What pages link to within the repository is there.
func TestLinksOfTheDocs(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	count := 0
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" || strings.Contains(path, "testdata") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			if to := string(m[1]); !strings.Contains(to, ":") {
				count++
				_, err := os.Stat(filepath.Join(filepath.Dir(path), to))
				assert.NoError(t, err, "%s links to %s", path, to)
			}
		}
		return nil
	}))
	require.Greater(t, count, 10)
}
