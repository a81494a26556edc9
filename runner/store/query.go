package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
)

// Result is what a query returned. A cell is nil, int64, float64, string or []byte.
type Result struct {
	Columns []string
	Rows    [][]any
	// Limits says, in words, which limit cut the result short; empty if none did.
	Limits []string
}

// Query runs SQL that reads. Besides the tables of the store it can name `events`,
// `choices`, `footprints` and `sites`, which have the contents of all stored traces one per row
// and exist for this query only: the file holds traces packed, which takes a fifth of
// the space and is far faster to write.
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
	var u *unpacking
	if named := unpackedNamed(query); len(named) > 0 {
		var leave func()
		var err error
		if u, leave, err = s.unpack(ctx, db, named); err != nil {
			return nil, explain(doing, s.path, err)
		}
		defer leave()
	}
	if err := s.runQuery(ctx, db, query, args, result); err != nil {
		text := fmt.Sprintf("SQL %q", query)
		if code(err) == sqlite3.SQLITE_READONLY {
			return nil, &Error{Doing: doing, Path: s.path, Kind: BadSQL, Why: text + " writes", Advice: "queries can only read"}
		}
		return nil, s.badSQL(doing, text, "the tables are traces, campaigns, runs, findings, events, choices, footprints and sites", err)
	}
	for _, t := range unpackedTables() {
		if u != nil && u.full[t.name] {
			result.Limits = append(result.Limits, fmt.Sprintf("%s holds the first %d rows of the store only", t.name, s.opts.MaxRows))
		}
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
