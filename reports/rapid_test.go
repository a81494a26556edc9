package reports_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawTrace draws a trace that need not make sense: indices lead anywhere,
// durations are negative, texts are noise.
func drawTrace(t *rapid.T) *sim.Trace {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z]{0,12}`), rapid.SampledFrom([]string{"", "日本", "a\nb", "\x1b[2J"}))
	texts := rapid.SliceOfN(text, 0, 14)
	index := rapid.Int32Range(-2, 40)
	duration := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-5, 5_000_000)).Draw(t, "ns"))
	})
	kind := rapid.Custom(func(t *rapid.T) sim.Kind { return sim.Kind(rapid.IntRange(1, 5).Draw(t, "kind")) })
	outcome := rapid.Custom(func(t *rapid.T) sim.Outcome {
		return sim.Outcome{Kind: kind.Draw(t, "kind"), Name: text.Draw(t, "name"), Value: rapid.Int64().Draw(t, "value")}
	})
	event := rapid.Custom(func(t *rapid.T) sim.Event {
		return sim.Event{
			Process: index.Draw(t, "process"), Label: index.Draw(t, "label"), Occurrence: rapid.Uint32().Draw(t, "occurrence"),
			Cause: index.Draw(t, "cause"), Origin: rapid.Int32Range(-1, 50).Draw(t, "origin"), HeldAfter: index.Draw(t, "held"),
			Window: sim.Window{Nominal: duration.Draw(t, "nominal"), Latest: duration.Draw(t, "latest")},
			Time:   duration.Draw(t, "time"), Nominal: duration.Draw(t, "instant"),
			Reads: rapid.SliceOfN(index, 0, 3).Draw(t, "reads"), Writes: rapid.SliceOfN(index, 0, 3).Draw(t, "writes"),
			Outcomes: rapid.SliceOfN(outcome, 0, 2).Draw(t, "outcomes"), Notes: rapid.SliceOfN(text, 0, 2).Draw(t, "notes"),
			Source: text.Draw(t, "source"),
		}
	})
	race := rapid.Custom(func(t *rapid.T) sim.Race {
		return sim.Race{First: index.Draw(t, "first"), Second: index.Draw(t, "second"), Resource: text.Draw(t, "on"), Otherwise: text.Draw(t, "otherwise")}
	})
	deviation := rapid.Custom(func(t *rapid.T) sim.Deviation {
		return sim.Deviation{Kind: kind.Draw(t, "kind"), Name: text.Draw(t, "name"), AfterName: text.Draw(t, "after"), Value: rapid.Int64().Draw(t, "value")}
	})
	return &sim.Trace{
		Scenario: text.Draw(t, "scenario"), Variant: text.Draw(t, "variant"), Profile: text.Draw(t, "profile"),
		Mode: sim.Mode(rapid.IntRange(0, 1).Draw(t, "mode")), Verdict: sim.Verdict(rapid.IntRange(0, 5).Draw(t, "verdict")),
		Failure: sim.Failure{
			Property: text.Draw(t, "property"), Message: text.Draw(t, "message"), Step: rapid.IntRange(-1, 50).Draw(t, "step"),
			WaitFor: text.Draw(t, "waits"), Stack: text.Draw(t, "stack"),
		},
		Schedule:  rapid.SliceOfN(deviation, 0, 20).Draw(t, "schedule"),
		Races:     rapid.SliceOfN(race, 0, 3).Draw(t, "races"),
		Processes: texts.Draw(t, "processes"), Labels: texts.Draw(t, "labels"), Resources: texts.Draw(t, "resources"),
		Setup: texts.Draw(t, "setup"), Events: rapid.SliceOfN(event, 0, 45).Draw(t, "events"), Calm: rapid.IntRange(-1, 50).Draw(t, "calm"),
	}
}

func TestTextHoldsOnAnyTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trace := drawTrace(t)
		o := reports.Options{
			Full: rapid.Bool().Draw(t, "full"), Rows: rapid.IntRange(-1, 20).Draw(t, "rows"), Width: rapid.IntRange(0, 200).Draw(t, "width"),
		}
		var a, b bytes.Buffer
		require.NoError(t, reports.Text(&a, trace, o))
		require.NoError(t, reports.Text(&b, trace, o))
		require.Equal(t, a.String(), b.String(), "same trace, same bytes")
		require.True(t, utf8.Valid(a.Bytes()))
		require.NotContains(t, a.String(), "\x1b", "nothing in a trace reaches the terminal as an escape")
		limit := max(o.Width, 40)
		if o.Width == 0 {
			limit = 120
		}
		for line := range strings.Lines(a.String()) {
			require.LessOrEqual(t, reports.Width(strings.TrimSuffix(line, "\n")), limit, "%q", line)
			require.NotRegexp(t, `[ \t]\n$`, line)
		}
	})
}
