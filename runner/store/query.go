package store

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/seed-3519b94c/simrun/sim"
)

// Result is what a query returned. A cell is nil, int64, float64, string or []byte.
type Result struct {
	Columns []string
	Rows    [][]any
	// Limits says, in words, which limit cut the result short; empty if none did.
	Limits []string
}

// Query runs SQL that reads. Besides the tables of the store it can name
// `events`, the events of all stored traces one per row, which exists for this
// query only: the file holds traces packed, which takes a fifth of the space and
// is far faster to write.
func (s *Store) Query(ctx context.Context, query string, args ...any) (*Result, error) {
	const doing = "query store"
	if err := s.settle(ctx); err != nil {
		return nil, explain(doing, s.path, err)
	}
	// A connection of its own, because temporary tables belong to one. It cannot
	// change the file, but query_only would forbid temporary tables too.
	db := openDB(dsn(s.abs, s.opts, s.readMode, "temp_store(MEMORY)"), 1)
	defer db.Close()
	result := &Result{}
	if regexp.MustCompile(`(?i)\bevents\b`).MatchString(query) {
		full, err := s.fillEvents(ctx, db)
		if err != nil {
			return nil, explain(doing, s.path, err)
		}
		if full {
			result.Limits = append(result.Limits, fmt.Sprintf("events holds the first %d events of the store only", s.opts.MaxRows))
		}
	}
	if err := s.runQuery(ctx, db, query, args, result); err != nil {
		text := fmt.Sprintf("SQL %q", query)
		if code(err) == sqlite3.SQLITE_READONLY {
			return nil, &Error{Doing: doing, Path: s.path, Kind: BadSQL, Why: text + " writes", Advice: "queries can only read"}
		}
		return nil, s.badSQL(doing, text, "the tables are traces, campaigns, runs and events", err)
	}
	return result, nil
}

func (s *Store) runQuery(ctx context.Context, db *sql.DB, query string, args []any, result *Result) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if result.Columns, err = rows.Columns(); err != nil {
		return err
	}
	for rows.Next() {
		if len(result.Rows) == s.opts.MaxRows {
			result.Limits = append(result.Limits, fmt.Sprintf("the first %d rows of the result only", s.opts.MaxRows))
			return nil
		}
		row, dest := make([]any, len(result.Columns)), make([]any, len(result.Columns))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		result.Rows = append(result.Rows, row)
	}
	return rows.Err()
}

// eventColumns are the columns of the table events.
const eventColumns = `
	trace INTEGER, -- traces.id
	step INTEGER, -- index of the event in its trace
	name TEXT, -- process:label#occurrence
	process TEXT,
	label TEXT,
	occurrence INTEGER,
	time_ns INTEGER, -- virtual, in the timing that is shown
	nominal_ns INTEGER, -- on a good day
	late_ns INTEGER, -- beyond nominal, from its origin
	earliest_ns INTEGER, -- of its window
	latest_ns INTEGER, -- NULL if unbounded
	cause INTEGER, -- step at which it was armed; NULL for the set-up
	held_after INTEGER, -- step of the last event that overtook it; NULL if none did
	calm INTEGER, -- 1 if after the storm
	reads TEXT, -- resources, separated by spaces
	writes TEXT,
	choices TEXT, -- such as fault M:crash#1 = 1, separated by commas
	notes TEXT, -- one per line
	source TEXT -- file:line`

// eventRows is how many rows one INSERT has: the fastest of 1, 10, 50 and 200.
const eventRows = 50

// fillEvents makes the table events on the one connection of db, and reports
// whether it is full.
func (s *Store) fillEvents(ctx context.Context, db *sql.DB) (full bool, err error) {
	if _, err := db.ExecContext(ctx, "CREATE TEMP TABLE events ("+eventColumns+"\n)"); err != nil {
		return false, err
	}
	rows, err := s.read.QueryContext(ctx, "SELECT id, hash, blob FROM traces ORDER BY id")
	if err != nil {
		return false, err
	}
	defer rows.Close()
	f := &eventFiller{db: db, width: strings.Count(eventColumns, "\n"), left: s.opts.MaxRows}
	if err := f.begin(ctx); err != nil {
		return false, err
	}
	for rows.Next() && !f.full {
		var id int64
		var hash string
		var blob sql.RawBytes
		if err := rows.Scan(&id, &hash, &blob); err != nil {
			return false, err
		}
		t, err := Decode(blob)
		if err != nil {
			return false, s.damaged(id, hash, err)
		}
		if err := f.add(ctx, id, t); err != nil {
			return false, err
		}
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	return f.full, f.end(ctx)
}

// eventFiller inserts events, many at once.
type eventFiller struct {
	db    *sql.DB
	tx    *sql.Tx
	stmt  *sql.Stmt
	width int
	args  []any
	left  int
	full  bool
}

func (f *eventFiller) begin(ctx context.Context) (err error) {
	if f.tx, err = f.db.BeginTx(ctx, nil); err != nil {
		return err
	}
	f.stmt, err = f.tx.PrepareContext(ctx, f.insert(eventRows))
	return err
}

func (f *eventFiller) insert(rows int) string {
	row := "(?" + strings.Repeat(",?", f.width-1) + ")"
	return "INSERT INTO events VALUES " + row + strings.Repeat(","+row, rows-1)
}

func (f *eventFiller) add(ctx context.Context, id int64, t *sim.Trace) error {
	for i := range t.Events {
		if f.left == 0 {
			f.full = true
			return nil
		}
		f.left--
		f.args = appendEvent(f.args, id, t, i)
		if len(f.args) == eventRows*f.width {
			if _, err := f.stmt.ExecContext(ctx, f.args...); err != nil {
				return err
			}
			f.args = f.args[:0]
		}
	}
	return nil
}

func (f *eventFiller) end(ctx context.Context) error {
	if n := len(f.args) / f.width; n > 0 {
		if _, err := f.tx.ExecContext(ctx, f.insert(n), f.args...); err != nil {
			return err
		}
	}
	f.stmt.Close()
	return f.tx.Commit()
}

func appendEvent(args []any, id int64, t *sim.Trace, i int) []any {
	e := &t.Events[i]
	var latest any
	if e.Window.Latest < sim.Unbounded {
		latest = int64(e.Window.Latest)
	}
	choices := make([]string, len(e.Outcomes))
	for j, o := range e.Outcomes {
		choices[j] = fmt.Sprintf("%s %s = %d", o.Kind, o.Name, o.Value)
	}
	return append(args, id, i, t.EventName(i), t.Processes[e.Process], t.Labels[e.Label], int64(e.Occurrence),
		int64(e.Time), int64(e.Nominal), int64(t.Late(i)), int64(e.Window.Earliest), latest,
		stepOrNull(e.Cause), stepOrNull(e.HeldAfter), i >= t.Calm,
		resourceNames(t, e.Reads), resourceNames(t, e.Writes),
		strings.Join(choices, ", "), strings.Join(e.Notes, "\n"), e.Source)
}

func stepOrNull(i int32) any {
	if i < 0 {
		return nil
	}
	return int64(i)
}

func resourceNames(t *sim.Trace, list []int32) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return t.Resources[list[0]]
	}
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = t.Resources[r]
	}
	return strings.Join(names, " ")
}
