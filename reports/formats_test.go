package reports_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// dropped is drop with a cause across processes, so that diagrams have a message.
func dropped() *sim.Trace {
	t := drop()
	for i := range t.Events {
		if t.Labels[t.Events[i].Label] == "publish" {
			for j := i + 1; j < len(t.Events); j++ {
				if t.Labels[t.Events[j].Label] == "take" {
					t.Events[j].Cause = int32(i)
				}
			}
		}
	}
	return t
}

// Every format of a story, whole.
func TestFormats(t *testing.T) {
	o := reports.Options{
		Hash: "3f9a2c71", Properties: []sim.PropertyDoc{{Name: "S1", Doc: "each rejection is printed exactly once."}}, Commands: replayCommands("3f9a2c71"),
	}
	for _, f := range reports.Formats() {
		if f.Name == "text" || f.Name == "html" || f.Name == "perfetto" {
			continue // told by tests of their own
		}
		t.Run(f.Name, func(t *testing.T) {
			var b, again bytes.Buffer
			require.NoError(t, f.Write(&b, dropped(), o))
			require.NoError(t, f.Write(&again, dropped(), o))
			require.Equal(t, b.String(), again.String())
			golden.Check(t, "formats/drop"+f.Extension, b.String())
		})
	}
}

// A format takes any trace: an empty one, one without events, one with odd names.
func TestFormatsTakeAnyTrace(t *testing.T) {
	odd := newMaker("odd/names", "v\"1;", `a "b"`, "c;d#e", "<script>alert(1)</script>", "日本語")
	for i := range 8 {
		odd.event(int32(i%4), "step;#\"<b>", time.Millisecond, "note ``` with | and </script><script>alert(2)</script> and \x1b[31m")
	}
	odd.hold(6, 5, time.Millisecond)
	for name, trace := range map[string]*sim.Trace{
		"nothing": {},
		"no events": {
			Scenario: "cart/total", Profile: "laptop", Verdict: sim.Violation, Signature: "violation sum",
			Schedule: sim.Schedule{{Kind: sim.KindSchedule, Name: "A:read#1", AfterName: "B:write#1"}},
		},
		"odd": odd.fail(sim.Violation, "p", "broken"),
	} {
		for _, f := range reports.Formats() {
			var b bytes.Buffer
			require.NoError(t, f.Write(&b, trace, reports.Options{}), "%s of %s", f.Name, name)
			require.ErrorIs(t, f.Write(brokenPipe{}, trace, reports.Options{}), errPipe, "%s of %s", f.Name, name)
			if f.Name == "html" {
				require.NotContains(t, b.String(), "<script>alert", "what a trace says is never markup")
			}
			if f.Name == "json" {
				require.True(t, json.Valid(b.Bytes()))
			}
		}
	}
}

// ShiViz's own regular expression takes its log apart, and an event knows what its cause knew.
func TestShiVizClocks(t *testing.T) {
	var b bytes.Buffer
	trace := dropped()
	require.NoError(t, reports.ShiViz(&b, trace, reports.Options{}))
	expr, log, ok := strings.Cut(b.String(), "\n\n")
	require.True(t, ok)
	found := regexp.MustCompile(strings.ReplaceAll(expr, "(?<", "(?P<")).FindAllStringSubmatch(log, -1)
	require.Len(t, found, len(trace.Events))
	clocks := make([]map[string]int, len(found))
	for i, f := range found {
		require.NoError(t, json.Unmarshal([]byte(f[2]), &clocks[i]))
	}
	for i := range trace.Events {
		if c := trace.Events[i].Cause; c >= 0 {
			for host, n := range clocks[c] {
				require.GreaterOrEqual(t, clocks[i][host], n, "event %d after its cause %d", i, c)
			}
		}
	}
}

// thousands is a run of n events of eight processes, with notes, causes and footprints.
func thousands(n int) *sim.Trace {
	var names []string
	for p := range 8 {
		names = append(names, fmt.Sprintf("process%d", p))
	}
	m := newMaker("big/run", "v1", names...)
	for r := range 20 {
		m.Resources = append(m.Resources, fmt.Sprintf("resource:%d", r))
	}
	for l := range 30 {
		m.Labels = append(m.Labels, fmt.Sprintf("label%d", l))
	}
	occurrence := make(map[[2]int32]uint32)
	last := make([]int32, 8)
	for i := range last {
		last[i] = -1
	}
	for i := range n {
		p, l := int32(i*7%8), int32(i*13%30)
		occurrence[[2]int32{p, l}]++
		cause := last[p]
		if i%5 == 0 && i > 0 {
			cause = int32(i) - 1
		}
		e := sim.Event{
			Process: p, Label: l, Occurrence: occurrence[[2]int32{p, l}], Cause: cause, Origin: cause, HeldAfter: -1,
			Window: sim.Micros(1, float64(10+l), 500), Time: time.Duration(i) * 17 * time.Microsecond, Nominal: time.Duration(i) * 16 * time.Microsecond,
			Reads: []int32{int32(i % 20)}, Source: fmt.Sprintf("logic.go:%d", 10+l),
		}
		if i%3 == 0 {
			e.Writes = []int32{int32(i * 3 % 20)}
		}
		if i%2 == 0 {
			e.Notes = []string{fmt.Sprintf("step %d does something that is worth a note of usual length", i)}
		}
		m.Events = append(m.Events, e)
		last[p] = int32(i)
	}
	m.Calm = n
	if n > 100 {
		m.hold(int32(n-20), int32(n-21), 5*time.Microsecond)
		m.Races = []sim.Race{{First: int32(n - 21), Second: int32(n - 20), Resource: "resource:3"}}
	}
	return m.fail(sim.Violation, "S1", "something was lost")
}

// Ten thousand events are a page of less than 3 MB, and the same bytes each time.
func TestHTMLOfTenThousandEvents(t *testing.T) {
	var b, again bytes.Buffer
	require.NoError(t, reports.HTML(&b, thousands(10_000), thousands(9_000), reports.Options{}))
	require.NoError(t, reports.HTML(&again, thousands(10_000), thousands(9_000), reports.Options{}))
	require.True(t, bytes.Equal(b.Bytes(), again.Bytes()))
	t.Logf("%d bytes with a passing run beside it", b.Len())
	b.Reset()
	require.NoError(t, reports.HTML(&b, thousands(10_000), nil, reports.Options{}))
	t.Logf("%d bytes", b.Len())
	require.Less(t, b.Len(), 3<<20)
	for _, url := range regexp.MustCompile(`(?i)(src=|href=|url\()\s*["']?([^"')\s>]+)`).FindAllStringSubmatch(b.String()[:9000], -1) {
		require.Regexp(t, `^(#|data:)`, url[2], "the page needs no network: %s", url[0])
	}
}

// The page of a small story, as it is written.
func TestHTMLGolden(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, reports.HTML(&b, dropped(), nil, reports.Options{
		Hash: "3f9a2c71", Properties: []sim.PropertyDoc{{Name: "S1", Doc: "each rejection is printed exactly once."}},
	}))
	page := b.String()
	for _, asset := range []string{"assets/trace.css", "assets/trace.js"} {
		text, err := os.ReadFile(asset)
		require.NoError(t, err)
		require.Contains(t, page, string(text))
		page = strings.Replace(page, string(text), "("+asset+")\n", 1)
	}
	golden.Check(t, "formats/drop.html", page)
}
