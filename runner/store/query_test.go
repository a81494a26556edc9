package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func table(r *Result) string {
	var b strings.Builder
	b.WriteString(strings.Join(r.Columns, "|") + "\n")
	for _, row := range r.Rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteString("|")
			}
			fmt.Fprint(&b, cell)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestQueryOverEvents(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	add(t, s, typicalTrace(1, 70), typicalTrace(2, 5))
	r, err := s.Query(ctx, "SELECT * FROM events WHERE trace = 2 OR step = 69")
	require.NoError(t, err)
	assert.Empty(t, r.Limits)
	golden.Check(t, "events", table(r))

	r, err = s.Query(ctx, "SELECT signature, count(*) FROM traces JOIN Events ON trace = traces.id WHERE steps > ? GROUP BY 1", 10)
	require.NoError(t, err)
	assert.Equal(t, "signature|count(*)\nviolation S1: generation 0|70\n", table(r))
}

// The sums of sites are those of events.
func TestQueryOverSites(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	add(t, s, typicalTrace(1, 70), typicalTrace(2, 5))
	of := func(sql string) string {
		r, err := s.Query(ctx, sql)
		require.NoError(t, err)
		require.NotEmpty(t, r.Rows)
		return table(r)
	}
	assert.Equal(t,
		of(`SELECT trace, process, label, count(*) AS events, min(step) AS first_step, max(late_ns) AS late_ns, count(held_after) AS held
			FROM events GROUP BY 1, 2, 3 ORDER BY 1, 5`),
		of(`SELECT trace, process, label, events, first_step, late_ns, held FROM sites ORDER BY 1, number`))
	assert.Equal(t,
		of(`SELECT trace, step, process FROM events WHERE writes <> '' ORDER BY 1, 2`),
		of(`SELECT DISTINCT trace, step, process FROM footprints WHERE access = 'write' ORDER BY 1, 2`))
}

func TestQueryLimits(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{MaxRows: 60})
	add(t, s, typicalTrace(1, 50), typicalTrace(2, 50))
	r, err := s.Query(ctx, "SELECT trace, count(*) FROM events GROUP BY 1")
	require.NoError(t, err)
	assert.Equal(t, "trace|count(*)\n1|50\n2|10\n", table(r))
	assert.Equal(t, []string{"events holds the first 60 rows of the store only"}, r.Limits)
	r, err = s.Query(ctx, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) SELECT i FROM n")
	require.NoError(t, err)
	assert.Len(t, r.Rows, 60)
	assert.Equal(t, []string{"the first 60 rows of the result only"}, r.Limits)
}

func TestQueryErrors(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	add(t, s, typicalTrace(1, 5))
	for query, want := range map[string]string{
		"SELEC 1":              `SQL "SELEC 1": near "SELEC": syntax error; the tables are traces, campaigns, runs, findings, events, choices, footprints and sites`,
		"SELECT x FROM events": `SQL "SELECT x FROM events": no such column: x; the tables are traces, campaigns, runs, findings, events, choices, footprints and sites`,
		"DELETE FROM traces":   `SQL "DELETE FROM traces" writes; queries can only read`,
	} {
		_, err := s.Query(ctx, query)
		assert.EqualError(t, err, fmt.Sprintf("query store %q: %s", s.Path(), want))
		assert.Equal(t, BadSQL, KindOf(err))
	}
	list, err := s.List(ctx, "")
	require.NoError(t, err)
	assert.Len(t, list, 1)
}

func TestMergeAddsWhatIsMissing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	for i, name := range []string{"a.db", "b.db"} {
		s := openAt(t, filepath.Join(dir, name), Options{})
		add(t, s, typicalTrace(1, 5), typicalTrace(int64(i+2), 5))
		require.NoError(t, s.AddCampaign(ctx, Campaign{Scenario: name, Counts: []Count{{Strategy: "b", Runs: 1}, {Strategy: "a", Runs: 2}}}))
		require.NoError(t, s.Close())
	}
	into := openAt(t, filepath.Join(dir, "all.db"), Options{})
	for range 2 {
		for _, name := range []string{"a.db", "b.db"} {
			from := openAt(t, filepath.Join(dir, name), Options{ReadOnly: true})
			require.NoError(t, into.Merge(ctx, from))
		}
	}
	list, err := into.List(ctx, "")
	require.NoError(t, err)
	assert.Len(t, list, 3)
	campaigns, err := into.Campaigns(ctx, "")
	require.NoError(t, err)
	require.Len(t, campaigns, 2)
	assert.EqualValues(t, 3, campaigns[1].Runs())
}
