package main_test

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/cli"
	"github.com/seed-3519b94c/simrun/scenarios"
	"github.com/stretchr/testify/require"
)

// What the page on stories says is to be seen in one is there, after its own commands.
func TestReadingOfTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../reports/READING.md")
	require.NoError(t, err)
	page := string(text)
	t.Chdir(t.TempDir())
	simrun := func(line string) string {
		var stdout, stderr bytes.Buffer
		app := &cli.App{Scenarios: scenarios.All(), Stdout: &stdout, Stderr: &stderr}
		require.LessOrEqual(t, app.Run(context.Background(), split(line)), 1, "%s\n%s", line, &stderr)
		return stdout.String()
	}
	var story, why string
	for _, b := range shellBlock.FindAllStringSubmatch(page, -1) {
		for line := range strings.Lines(b[1]) {
			switch out := simrun(strings.TrimPrefix(strings.TrimSpace(line), "simrun ")); {
			case strings.HasPrefix(line, "simrun run "):
				story = out
			case strings.HasPrefix(line, "simrun explain "):
				why = out
			}
		}
	}
	// Other stories show what the first one has no need of.
	later := simrun("run quickstart/torn-config --variant debounced --seed 1 --runs 300 --db later.db")
	whole := simrun("show 1 --full --db later.db")
	held := simrun("run classic/reorder-5 --db held.db")

	for _, c := range []struct{ said, seen, in string }{
		{"**step** is the number", `(?m)^  step    virtual   editor +server$`, story},
		{"`... 12 steps of J ...`", `\.\.\. \d+ steps: `, later},
		{"A star marks", `(?m)^\*   \d+ `, later},
		{"`<--- held until after Y", `<--- held until after \S+ \(nominally [\d.]+ (µs|ms) earlier\)`, later},
		{"**X** is where", `(?m)^     X +whole violated$`, story},
		{"**Choices** lists", `(?m)^Choices +held: \S+ until after `, held},
		{"**Decides** names the pair", `(?m)^Decides +\* \S+ \(step \d+, \w+\.go:\d+\) before `, story},
		{"**Lateness** says", `(?m)^Lateness .*profile laptop`, story},
		{"*observed* on a real kernel", `(?m)^Needs .*\[observed, Linux`, story},
		{"**Parameters**, **Found**", `(?m)^Parameters saves = \d(?s:.*)^Found +by \w+, seed`, story},
		{"and commands to paste", `(?m)^replay +\S+ replay [0-9a-f]{8}`, story},
		{"the nearest order that passes, side by side", `(?m)^Passes(?s:.*)this order fails +this one passes`, why},
		{"how the orders one step\naway fare", `(?m)^Around +\d+ neighbouring orders tried: `, why},
		{"the smallest stall", `(?m)^Stall `, why},
		{"which\nparameters do not matter", `(?m)^Any +saves: the failure does not depend on it`, why},
		{"under the other profiles", `(?m)^Elsewhere +profile ci-loaded: `, why},
	} {
		require.Contains(t, page, c.said)
		require.Regexp(t, c.seen, c.in, c.said)
	}
	require.NotRegexp(t, `\.\.\. \d+ steps`, whole, "--full tells all of it")

	html, err := os.ReadFile("story.html")
	require.NoError(t, err)
	require.NotRegexp(t, regexp.MustCompile(`(src|href)="?https?:|url\(["']?https?:|@import|fetch\(`), string(html), "it needs no network")
	require.Contains(t, string(html), "@media print", "it prints")
	for _, key := range []string{"ArrowLeft: ", "ArrowRight: ", "r: acts.race", "p: beside", `"/": `} {
		require.Contains(t, string(html), key)
	}
}
