package store

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// unpacked is a table that exists for one query: what traces hold, one per row.
type unpacked struct {
	name    string
	columns string
	// rows appends the rows of one trace to args, each as many values as there are
	// columns, at most left of them; it reports whether there were more.
	rows func(args []any, id int64, t *sim.Trace, left int) (out []any, more bool)
}

func unpackedTables() []unpacked {
	return []unpacked{
		{"events", eventColumns, eventRowsOf},
		{"choices", choiceColumns, choiceRowsOf},
		{"footprints", footprintColumns, footprintRowsOf},
	}
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

// choiceColumns are the columns of the table choices: the deviations of each trace.
const choiceColumns = `
	trace INTEGER, -- traces.id
	number INTEGER, -- in the schedule, from 0
	kind TEXT, -- hold, draw, fault, clock, elapsed, option
	name TEXT, -- process:label#occurrence
	after TEXT, -- of a hold: the event it waited for
	value INTEGER -- of the others`

// footprintColumns are the columns of the table footprints.
const footprintColumns = `
	trace INTEGER, -- traces.id
	step INTEGER,
	resource TEXT,
	access TEXT -- read or write`

// unpackedNamed lists the tables that a query may name.
func unpackedNamed(query string) []unpacked {
	var out []unpacked
	for _, t := range unpackedTables() {
		if regexp.MustCompile(`(?i)\b` + t.name + `\b`).MatchString(query) {
			out = append(out, t)
		}
	}
	return out
}

// rowsPerInsert is how many rows one INSERT has: the fastest of 1, 10, 50 and 200.
const rowsPerInsert = 50

// unpack makes tables on the one connection of db, and names those that are full.
func (s *Store) unpack(ctx context.Context, db *sql.DB, tables []unpacked) (full []string, err error) {
	for _, t := range tables {
		if _, err := db.ExecContext(ctx, "CREATE TEMP TABLE "+t.name+" ("+t.columns+"\n)"); err != nil {
			return nil, err
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() //nolint:errcheck // without effect after Commit
	fillers := make([]*filler, len(tables))
	for i, t := range tables {
		if fillers[i], err = newFiller(ctx, tx, t, s.opts.MaxRows); err != nil {
			return nil, err
		}
	}
	if err := s.decodeAll(ctx, fillers); err != nil {
		return nil, err
	}
	for _, f := range fillers {
		if err := f.end(ctx); err != nil {
			return nil, err
		}
		if f.full {
			full = append(full, f.name)
		}
	}
	return full, tx.Commit()
}

// decodeAll gives every trace to the fillers, until all are full.
func (s *Store) decodeAll(ctx context.Context, fillers []*filler) error {
	rows, err := s.read.QueryContext(ctx, "SELECT id, hash, blob FROM traces ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() && slices.ContainsFunc(fillers, func(f *filler) bool { return !f.full }) {
		var id int64
		var hash string
		var blob sql.RawBytes
		if err := rows.Scan(&id, &hash, &blob); err != nil {
			return err
		}
		t, err := Decode(blob)
		if err != nil {
			return s.damaged(id, hash, err)
		}
		for _, f := range fillers {
			if err := f.add(ctx, id, t); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

// filler inserts the rows of one table, many at once.
type filler struct {
	unpacked
	tx    *sql.Tx
	stmt  *sql.Stmt
	width int
	args  []any
	left  int
	full  bool
}

func newFiller(ctx context.Context, tx *sql.Tx, t unpacked, most int) (*filler, error) {
	f := &filler{unpacked: t, tx: tx, width: strings.Count(t.columns, "\n"), left: most}
	var err error
	f.stmt, err = tx.PrepareContext(ctx, f.insert(rowsPerInsert))
	return f, err
}

func (f *filler) insert(rows int) string {
	row := "(?" + strings.Repeat(",?", f.width-1) + ")"
	return "INSERT INTO " + f.name + " VALUES " + row + strings.Repeat(","+row, rows-1)
}

func (f *filler) add(ctx context.Context, id int64, t *sim.Trace) error {
	before := len(f.args)
	var more bool
	f.args, more = f.rows(f.args, id, t, f.left)
	f.left -= (len(f.args) - before) / f.width
	f.full = f.full || more
	full := rowsPerInsert * f.width
	at := 0
	for ; len(f.args)-at >= full; at += full {
		if _, err := f.stmt.ExecContext(ctx, f.args[at:at+full]...); err != nil {
			return err
		}
	}
	f.args = f.args[:copy(f.args, f.args[at:])]
	return nil
}

func (f *filler) end(ctx context.Context) error {
	defer f.stmt.Close() //nolint:errcheck // it has nothing to say
	n := len(f.args) / f.width
	if n == 0 {
		return nil
	}
	_, err := f.tx.ExecContext(ctx, f.insert(n), f.args...)
	return err
}

func eventRowsOf(args []any, id int64, t *sim.Trace, left int) ([]any, bool) {
	for i := range t.Events {
		if left--; left < 0 {
			return args, true
		}
		args = appendEvent(args, id, t, i)
	}
	return args, false
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

func choiceRowsOf(args []any, id int64, t *sim.Trace, left int) ([]any, bool) {
	for i, d := range t.Schedule {
		if left--; left < 0 {
			return args, true
		}
		var after, value any
		if d.Kind == sim.KindSchedule {
			after = d.AfterName
		} else {
			value = d.Value
		}
		args = append(args, id, i, d.Kind.String(), d.Name, after, value)
	}
	return args, false
}

func footprintRowsOf(args []any, id int64, t *sim.Trace, left int) ([]any, bool) {
	for i := range t.Events {
		e := &t.Events[i]
		for n, list := range [...][]int32{e.Reads, e.Writes} {
			for _, r := range list {
				if left--; left < 0 {
					return args, true
				}
				args = append(args, id, i, t.Resources[r], [...]string{"read", "write"}[n])
			}
		}
	}
	return args, false
}
