package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// makeSQLite makes a SQLite file by statements.
func makeSQLite(t *testing.T, path string, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec(statements)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// TestOpenRefuses shows every refusal, for writing and for reading, and that
// none of them changes the file.
func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(at(name), []byte(content), 0o644))
	}
	require.NoError(t, os.Mkdir(at("folder"), 0o755))
	write("text", strings.Repeat("no database\n", 1000))
	write("short", "x")
	makeSQLite(t, at("foreign.db"), "CREATE TABLE notes (text); PRAGMA application_id = 7")
	makeSQLite(t, at("anonymous.db"), "CREATE TABLE notes (text)")
	newer := openAt(t, at("newer.db"), Options{})
	require.NoError(t, newer.Close())
	makeSQLite(t, at("newer.db"), "PRAGMA user_version = 99")
	makeSQLite(t, at("older.db"), migrations()[0].sql+"; PRAGMA application_id = 0x73696d72; PRAGMA user_version = 1")
	write("half.db", string(readFile(t, at("newer.db"))[:100]))

	var b strings.Builder
	for _, name := range []string{"missing.db", "folder", "text", "short", "foreign.db", "anonymous.db", "newer.db", "older.db", "half.db", "text/below.db"} {
		for _, readOnly := range []bool{false, true} {
			if !readOnly && (name == "missing.db" || name == "older.db") {
				continue // are made, and brought up to date
			}
			before := readFile(t, at(name))
			s, err := Open(at(name), Options{ReadOnly: readOnly})
			if err == nil {
				s.Close()
			}
			require.Error(t, err, name)
			mode := "write"
			if readOnly {
				mode = "read "
			}
			b.WriteString(mode + " " + strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") + "\n")
			assert.NotEqual(t, Closed, KindOf(err))
			assert.Equal(t, before, readFile(t, at(name)), name)
		}
	}
	assert.NoFileExists(t, at("missing.db"))
	golden.Check(t, "refusals", b.String())
}

// readFile returns nil for what is not a file.
func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return b
}

func TestOpenExistingMakesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "t.db")
	_, err := Open(path, Options{Existing: true})
	require.Equal(t, Missing, KindOf(err), "%v", err)
	assert.NoDirExists(t, filepath.Dir(path))

	require.NoError(t, openAt(t, path, Options{}).Close())
	s := openAt(t, path, Options{Existing: true})
	add(t, s, typicalTrace(1, 5))
	require.NoError(t, s.Close())
}

// TestADamagedPage is reported by Check and by reading, and never by a panic.
func TestADamagedPage(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "traces.db")
	s := openAt(t, path, Options{})
	for i := range 200 {
		add(t, s, typicalTrace(int64(i), 50))
	}
	require.NoError(t, s.Close())
	whole := readFile(t, path)
	const page = 16384
	for at := page; at < len(whole); at += page {
		damaged := append([]byte(nil), whole...)
		copy(damaged[at:at+page], strings.Repeat("\xa5", page))
		require.NoError(t, os.WriteFile(path, damaged, 0o644))
		s, err := Open(path, Options{})
		if err != nil { // page 1 has the schema; the others are looked at later
			assert.Equal(t, Corrupt, KindOf(err), "page %d: %v", at/page+1, err)
			continue
		}
		report, err := s.Check(ctx)
		require.NoError(t, err)
		assert.NotEmpty(t, report.Problems, "page %d", at/page+1)
		_, err = s.List(ctx, "")
		if err != nil {
			assert.Equal(t, Corrupt, KindOf(err), "page %d: %v", at/page+1, err)
		}
		require.NoError(t, s.Close())
	}
}

func TestAFullStore(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "traces.db")
	s := openAt(t, path, Options{BatchTraces: 10})
	_, err := s.write.Exec("PRAGMA max_page_count = 40") // 320 KiB
	require.NoError(t, err)
	for i := 0; err == nil; i++ {
		require.Less(t, i, 10_000)
		_, err = s.Add(ctx, typicalTrace(int64(i), 200))
	}
	assert.Equal(t, Full, KindOf(err))
	err = s.Close()
	assert.Regexp(t, `^write to store ".*": no space is left for it: insert trace [0-9a-f]{8}: database or disk is full \(13\); free some space, or give a path on another disk with --db \(not stored: [1-9][0-9]*\)$`,
		err.Error())
	// What was committed before is there.
	assert.Equal(t, s.Stats().Committed, requireSound(t, path))
}

func TestOldVersionsAreBroughtUpToDate(t *testing.T) {
	ctx := context.Background()
	// The file as version 1 left it: never regenerate it from today's code.
	dump, err := os.ReadFile(filepath.Join("testdata", "version1.sql"))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "traces.db")
	makeSQLite(t, path, string(dump))
	for range 2 { // the second time there is nothing to do
		s, err := Open(path, Options{})
		require.NoError(t, err)
		report, err := s.Check(ctx)
		require.NoError(t, err)
		assert.Empty(t, report.Problems)
		assert.Equal(t, len(migrations()), report.Version)
		got, err := s.Get(ctx, "1")
		require.NoError(t, err)
		assert.Equal(t, typicalTrace(1, 3), got.Trace)
		require.NoError(t, s.AddCampaign(ctx, Campaign{Scenario: "x"}))
		require.NoError(t, s.Close())
	}
}

// TestMigrationsAreAllOrNothing: one that fails leaves the file as it was.
func TestMigrationsAreAllOrNothing(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "traces.db")
	s := openAt(t, path, Options{})
	steps := append(migrations(), migration{"good", "CREATE TABLE good (x)"}, migration{"bad", "CREATE TABLE"})
	err := migrate(ctx, s.write, "open store", path, steps)
	require.ErrorContains(t, err, "migrate to version 5 (bad): ")
	id, err := identify(ctx, s.write)
	require.NoError(t, err)
	assert.Equal(t, identity{application: applicationID, version: 3, objects: 6}, id)
}

// TestTheSchemaIsStable: others rely on its names.
func TestTheSchemaIsStable(t *testing.T) {
	s := openTest(t, Options{})
	r, err := s.Query(context.Background(), "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
	require.NoError(t, err)
	var b strings.Builder
	for _, row := range r.Rows {
		b.WriteString(row[0].(string) + ";\n")
	}
	golden.Check(t, "schema", b.String())
}

func TestCheckReportsTheState(t *testing.T) {
	ctx := context.Background()
	s := openTest(t, Options{})
	add(t, s, typicalTrace(1, 5), typicalTrace(2, 5))
	require.NoError(t, s.AddCampaign(ctx, Campaign{Scenario: "x", Counts: []Count{{Runs: 1000}}}))
	flush(t, s)
	_, err := s.write.Exec("UPDATE traces SET blob = x'01' WHERE id = 2")
	require.NoError(t, err)
	report, err := s.Check(ctx)
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, report.Write(&b))
	text := strings.ReplaceAll(b.String(), s.Path(), "traces.db")
	text = regexp.MustCompile(`\d+ KiB|\d+ MiB( \(low\))?|SQLite [0-9.]+`).ReplaceAllString(text, "~")
	golden.Check(t, "check", text)
}

func TestPathsWithSpecialCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%e&f", "ü.db")
	s := openAt(t, path, Options{})
	add(t, s, typicalTrace(1, 5))
	require.NoError(t, s.Close())
	assert.FileExists(t, path)
	s = openAt(t, path, Options{ReadOnly: true})
	_, err := s.Get(context.Background(), "1")
	require.NoError(t, err)
	_, err = s.Add(context.Background(), typicalTrace(2, 5))
	assert.Equal(t, ReadOnly, KindOf(err))
}

// TestAFolderWithoutWritePermission: what is there can be read, and nothing is left in it.
// Root may write everywhere; for it see TestAReadOnlyFolder.
func TestAFolderWithoutWritePermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "traces.db")
	s := openAt(t, path, Options{})
	add(t, s, typicalTrace(1, 5))
	require.NoError(t, s.Close())
	require.NoError(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { require.NoError(t, os.Chmod(dir, 0o755)) })
	s = openAt(t, path, Options{ReadOnly: true})
	got, err := s.Get(context.Background(), "1")
	require.NoError(t, err)
	assert.Equal(t, typicalTrace(1, 5), got.Trace)
	_, err = s.Query(context.Background(), "SELECT count(*) FROM events")
	require.NoError(t, err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}
