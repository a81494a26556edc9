package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
)

// openTest opens a store in a folder of its own, and closes it with the test.
func openTest(t testing.TB, opts Options) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), ".simrun", "traces.db"), opts)
}

func openAt(t testing.TB, path string, opts Options) *Store {
	t.Helper()
	s, err := Open(path, opts)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func add(t testing.TB, s *Store, traces ...*sim.Trace) {
	t.Helper()
	for _, tr := range traces {
		hash, err := s.Add(context.Background(), tr)
		require.NoError(t, err)
		require.Equal(t, tr.Hash(), hash)
	}
}

func flush(t testing.TB, s *Store) {
	t.Helper()
	require.NoError(t, s.Flush(context.Background()))
}

func TestGetReturnsWhatWasAdded(t *testing.T) {
	ctx := context.Background()
	mock := clock.NewMock()
	mock.Set(time.Date(2026, 3, 4, 5, 6, 7, 8_900_000, time.UTC))
	s := openTest(t, Options{Clock: mock})
	want := typicalTrace(1, 30)
	add(t, s, want)

	for _, ref := range []string{"1", "id=1", want.Hash(), want.Hash()[:4], strings.ToUpper(want.Hash()[:8])} {
		got, err := s.Get(ctx, ref)
		require.NoError(t, err, ref)
		assert.Equal(t, want, got.Trace)
		assert.Equal(t, Summary{
			ID: 1, Hash: want.Hash(), Scenario: "hotreload/drop", Variant: "V1", Profile: "laptop", Mode: sim.Timed,
			Verdict: sim.Violation, Property: "S1", Facts: "generation 0", Signature: "violation S1: generation 0",
			Message: "the error of generation 0 was lost", Steps: 30, Deviations: 2, Minimised: 212, Fingerprint: want.Fingerprint,
			Created:  time.Date(2026, 3, 4, 5, 6, 7, 8_000_000, time.UTC),
			Strategy: "pct", Module: "v0.1.0", Revision: "d1866bc",
		}, got.Summary)
		assert.Equal(t, want.Hash()[:8], got.Short())
	}
	created, err := s.Query(ctx, "SELECT created, datetime(created) FROM traces")
	require.NoError(t, err)
	assert.Equal(t, [][]any{{"2026-03-04T05:06:07.008Z", "2026-03-04 05:06:07"}}, created.Rows)
}

func TestATraceIsStoredOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "traces.db")
	one, two := typicalTrace(1, 5), typicalTrace(2, 5)
	s := openAt(t, path, Options{BatchDelay: time.Hour})
	add(t, s, one, one, two)
	flush(t, s)
	add(t, s, one)
	require.NoError(t, s.Close())
	assert.Equal(t, Stats{Added: 4, Committed: 4, Duplicate: 2, Batches: 2}, s.Stats())

	again := *one // found again, by somebody else
	again.Strategy, again.Revision = "random walk", "ffff"
	s = openAt(t, path, Options{})
	add(t, s, &again)
	list, err := s.List(context.Background(), "")
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, "pct", list[0].Strategy, "the first one stays")
	assert.Equal(t, Stats{Added: 1, Committed: 1, Duplicate: 1, Batches: 1}, s.Stats())
}

// TestAMinimisedTraceTakesThePlaceOfTheSameStory, and not the other way round.
func TestAMinimisedTraceTakesThePlaceOfTheSameStory(t *testing.T) {
	for _, minimisedFirst := range []bool{false, true} {
		s := openTest(t, Options{})
		minimised, raw := typicalTrace(1, 5), typicalTrace(1, 5)
		raw.Minimised, raw.Races = 0, nil
		traces := []*sim.Trace{raw, minimised}
		if minimisedFirst {
			slices.Reverse(traces)
		}
		add(t, s, traces...)
		got, err := s.Get(context.Background(), "1")
		require.NoError(t, err)
		assert.Equal(t, minimised, got.Trace)
		assert.Equal(t, 212, got.Minimised)
		list, err := s.List(context.Background(), "")
		require.NoError(t, err)
		assert.Len(t, list, 1)
	}
}

// TestStoredAsEncoded adds traces of many sizes from several goroutines: each is stored byte
// by byte as Encode makes it, whatever rows and tables were used again.
func TestStoredAsEncoded(t *testing.T) {
	s := openTest(t, Options{BatchTraces: 7})
	want := map[string][]byte{}
	var callers sync.WaitGroup
	for caller := range 3 {
		var list []*sim.Trace
		for i := range 60 {
			tr := typicalTrace(int64(1000*caller+i), i*37%150)
			blob, err := Encode(tr)
			require.NoError(t, err)
			want[tr.Hash()] = blob
			list = append(list, tr)
		}
		callers.Go(func() {
			for _, tr := range list {
				hash, err := s.Add(context.Background(), tr)
				assert.NoError(t, err)
				assert.Equal(t, tr.Hash(), hash)
			}
		})
	}
	callers.Wait()
	require.NoError(t, s.Flush(context.Background()))
	rows, err := s.read.Query("SELECT hash, blob FROM traces")
	require.NoError(t, err)
	defer rows.Close()
	got := map[string][]byte{}
	for rows.Next() {
		var hash string
		var blob []byte
		require.NoError(t, rows.Scan(&hash, &blob))
		got[hash] = blob
	}
	require.NoError(t, rows.Err())
	require.Equal(t, want, got)
}

// lock keeps all others from writing, until the function it returns is called.
func lock(t testing.TB, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	require.NoError(t, err)
	_, err = conn.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	return func() { require.NoError(t, conn.Close()); require.NoError(t, db.Close()) }
}

func TestABusyStoreIsTriedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "traces.db")
	s := openAt(t, path, Options{BusyTimeout: time.Millisecond, Retries: 100})
	release := lock(t, path)
	add(t, s, typicalTrace(1, 5))
	go func() {
		time.Sleep(50 * time.Millisecond)
		release()
	}()
	flush(t, s)
	assert.Equal(t, 1, s.Stats().Committed)
}

func TestABusyStoreFailsInTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "traces.db")
	s := openAt(t, path, Options{BusyTimeout: time.Millisecond, Retries: 2, BatchDelay: time.Hour})
	lock(t, path)
	add(t, s, typicalTrace(1, 5), typicalTrace(2, 5))
	err := s.Flush(context.Background())
	require.EqualError(t, err, fmt.Sprintf(`write to store %q: another process holds it: database is locked (5) (SQLITE_BUSY); `+
		`give every shard a store of its own with --db, and join them with `+"`simrun merge`"+` (not stored: 2)`, path))
	assert.Equal(t, Busy, KindOf(err))
	assert.Equal(t, Stats{Added: 2, Retries: 2}, s.Stats())
	_, again := s.Add(context.Background(), typicalTrace(3, 5))
	require.EqualError(t, again, err.Error(), "all that follows fails alike")
	list, reading := s.List(context.Background(), "")
	require.NoError(t, reading, "reading goes on")
	assert.Empty(t, list)
	require.EqualError(t, s.Close(), err.Error())
}

func TestReferences(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	for i := range 7 {
		r := &traceRow{Summary: summarize(typicalTrace(int64(i), 2), time.Unix(0, 0)), blob: []byte("x")}
		r.Hash = fmt.Sprintf("%s%012x", []string{"0003", "abcd", "abcd", "abcd", "abcd", "abcd", "abcd"}[i], i)
		require.NoError(t, s.writer.add(ctx, r))
	}
	for ref, want := range map[string]string{
		"3":          "id 3",
		"id=3":       "id 3",
		"0003":       "it could be 1 (000300000000 hotreload/drop violation), 3 (abcd00000000 hotreload/drop violation); give more digits of the hash, or the number as id=1",
		"00030":      "id 1",
		"abcd":       "it could be 2 (abcd00000000 hotreload/drop violation), 3 (abcd00000000 hotreload/drop violation), 4 (abcd00000000 hotreload/drop violation), 5 (abcd00000000 hotreload/drop violation), 6 (abcd00000000 hotreload/drop violation), ...; give more digits of the hash, or the number as id=2",
		"9":          "there is none; `simrun traces` lists them",
		"id=9":       "there is none; `simrun traces` lists them",
		"beef":       "there is none; `simrun traces` lists them",
		"abc":        "this is not a reference; give a trace number, or at least 4 hexadecimal digits of a hash",
		"x.sim":      "this is not a reference; give a trace number, or at least 4 hexadecimal digits of a hash",
		"":           "this is not a reference; give a trace number, or at least 4 hexadecimal digits of a hash",
		"id=x":       "this is not a reference; give a trace number, or at least 4 hexadecimal digits of a hash",
		"-1":         "this is not a reference; give a trace number, or at least 4 hexadecimal digits of a hash",
		"abcd' OR 1": "this is not a reference; give a trace number, or at least 4 hexadecimal digits of a hash",
	} {
		found, err := s.Find(ctx, ref)
		if err == nil {
			assert.Equal(t, want, fmt.Sprintf("id %d", found.ID), ref)
			continue
		}
		assert.EqualError(t, err, fmt.Sprintf("find trace %q in store %q: %s", ref, s.Path(), want), ref)
	}
	_, err := s.Get(ctx, "3")
	assert.EqualError(t, err, fmt.Sprintf(`read trace 3 (abcd0000) of store %q: decode trace: 1 bytes; want at least 5; `+
		`its .sim file in testdata/simrun, if it was kept, replays the same failure`, s.Path()))
	assert.Equal(t, Corrupt, KindOf(err))
}

func TestListTakesAConditionInSQL(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	dead := typicalTrace(2, 9)
	dead.Verdict, dead.Mode = sim.Deadlock, sim.Sampled
	add(t, s, typicalTrace(1, 5), dead, typicalTrace(3, 20))
	for where, want := range map[string][]int64{
		"":                                   {1, 2, 3},
		"verdict = 'deadlock'":               {2},
		"steps > 5 OR 0":                     {2, 3},
		"mode = 'sampled' -- the slow ones":  {2},
		"verdict = 'panic'":                  nil,
		"scenario LIKE 'hot%' AND steps = 5": {1},
	} {
		list, err := s.List(ctx, where)
		require.NoError(t, err, where)
		var ids []int64
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		assert.Equal(t, want, ids, where)
	}
	for where, want := range map[string]string{
		"verdct = 'panic'": "no such column: verdct",
		"verdict = ":       `near ")": syntax error`,
		"steps > 5)":       `near ")": syntax error`,
		"nosuch(1)":        "no such function: nosuch",
		"verdict = 'x":     `unrecognized token: "'x`,
	} {
		_, err := s.List(ctx, where)
		assert.ErrorContains(t, err, fmt.Sprintf("list traces of store %q: --where %q: %s", s.Path(), where, want))
		assert.ErrorContains(t, err, "; the columns are id, hash, scenario, variant, ")
		assert.Equal(t, BadSQL, KindOf(err), where)
	}
}

func TestCampaignsCountWhatPassed(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	c := Campaign{
		Scenario: "hotreload/drop", Variant: "V1", Profile: "laptop", Strategy: "portfolio", Seed: "1-1000", Workers: 2,
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Elapsed: 1500 * time.Millisecond,
		Classes: 77, Unseen: 0.01, Stopped: "runs", Module: "v0.1.0", Revision: "d1866bc",
		Counts: []Count{
			{Strategy: "surw", Verdict: sim.Pass, Runs: 400, Steps: 6000},
			{Strategy: "pct", Verdict: sim.Violation, Signature: "violation S1", Runs: 1, Steps: 16},
			{Strategy: "pct", Verdict: sim.Pass, Runs: 598, Steps: 9000},
			{Strategy: "pct", Verdict: sim.Pass, Runs: 1, Steps: 15},
		},
	}
	want := c
	want.ID = 1
	want.Counts = []Count{
		{Strategy: "pct", Verdict: sim.Pass, Runs: 599, Steps: 9015},
		{Strategy: "pct", Verdict: sim.Violation, Signature: "violation S1", Runs: 1, Steps: 16},
		{Strategy: "surw", Verdict: sim.Pass, Runs: 400, Steps: 6000},
	}
	other := Campaign{Scenario: "startup/twice", Started: c.Started}
	for range 2 { // the second time it is there already
		require.NoError(t, s.AddCampaign(ctx, c))
		require.NoError(t, s.AddCampaign(ctx, other))
	}
	got, err := s.Campaigns(ctx, "")
	require.NoError(t, err)
	other.ID = 2
	assert.Equal(t, []Campaign{want, other}, got)
	assert.EqualValues(t, 1000, got[0].Runs())
	got, err = s.Campaigns(ctx, "scenario LIKE 'start%'")
	require.NoError(t, err)
	assert.Equal(t, []Campaign{other}, got)

	_, err = s.Campaigns(ctx, "scenari = 1")
	assert.ErrorContains(t, err, `condition "scenari = 1": no such column: scenari; the columns are id, scenario`)
	other.Unseen = 2
	assert.EqualError(t, s.AddCampaign(ctx, other), fmt.Sprintf(`add campaign of scenario "startup/twice" to store %q: unseen is 2; want a chance from 0 to 1`, s.Path()))
}

func TestAClosedStore(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, err := s.Add(ctx, typicalTrace(1, 5))
	assert.EqualError(t, err, fmt.Sprintf("write to store %q: it is closed", s.Path()))
	_, err = s.List(ctx, "")
	assert.Equal(t, Closed, KindOf(err))
	assert.EqualError(t, err, fmt.Sprintf("list traces of store %q: it is closed", s.Path()))
}
