package main_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/cli"
	"github.com/seed-3519b94c/simrun/scenarios"
	"github.com/stretchr/testify/require"
)

// command is a command of a page.
type command struct {
	page string
	line string // with its continuations joined
	want int    // exit code: 0 if a comment says `exit 0` or holds, 1 if found: or finds; -1: 0 or 1
}

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	continued  = regexp.MustCompile(`\\\n\s*`)
)

// commands lists the commands of all pages in the order in which a reader meets them.
func commands(t *testing.T) []command {
	t.Helper()
	var out []command
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, b := range shellBlock.FindAllSubmatch(text, -1) {
			for line := range strings.Lines(continued.ReplaceAllString(string(b[1]), "")) {
				line, comment, _ := strings.Cut(strings.TrimSpace(line), "#")
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				c := command{page: path, line: line, want: -1}
				switch words := strings.Fields(comment); {
				case strings.Contains(comment, "exit 0"), slices.Contains(words, "holds"):
					c.want = 0
				case slices.Contains(words, "found:"), slices.Contains(words, "finds"):
					c.want = 1
				}
				out = append(out, c)
			}
		}
		return nil
	})
	require.NoError(t, err)
	return out
}

// Every command that a page tells a reader to type works, in the folder where the commands
// before it have left their store.
func TestEveryCommandOfTheDocs(t *testing.T) {
	folders := make(map[string]string)
	count := 0
	for _, c := range commands(t) {
		words := split(c.line)
		switch {
		case words[0] == "simrun":
			words = words[1:]
		case strings.HasPrefix(c.line, "go run ./runner/simrun "):
			words = words[3:]
		case words[0] == "go": // of the Go tool itself: tests that run tests, and its documentation
			continue
		default:
			t.Errorf("%s: %s: not a command of simrun", c.page, c.line)
			continue
		}
		if testing.Short() && strings.Contains(c.line, "00000") {
			continue
		}
		if folders[c.page] == "" {
			folders[c.page] = t.TempDir()
		}
		t.Run(filepath.Base(c.page)+"/"+words[0], func(t *testing.T) {
			t.Chdir(folders[c.page])
			var stdout, stderr bytes.Buffer
			app := &cli.App{Scenarios: scenarios.All(), Stdout: &stdout, Stderr: &stderr}
			code := app.Run(context.Background(), words)
			if c.want >= 0 {
				require.Equal(t, c.want, code, "%s\n%s%s", c.line, &stdout, &stderr)
			} else {
				require.Contains(t, []int{0, 1}, code, "%s\n%s%s", c.line, &stdout, &stderr)
			}
		})
		count++
	}
	require.Greater(t, count, 10)
}

// split takes a line apart as a shell would: blanks separate, quotes keep together.
func split(line string) []string {
	var words []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, open = r, true
		case quote == 0 && r == ' ':
			if open || word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteRune(r)
		}
	}
	if open || word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}
