package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Kind says what is wrong with a store, for callers that act on it: a command
// line maps Missing to a usage error and Corrupt to an internal one.
type Kind uint8

// The kinds of errors.
const (
	Other       Kind = iota
	Missing          // there is no file
	NotFile          // a folder or a device in its place
	NotDatabase      // not a SQLite file
	Foreign          // a SQLite file of another program
	Newer            // written by a newer simrun
	Older            // written by an older one, and opened only for reading
	Corrupt          // damaged
	Busy             // locked by another process, for too long
	Full             // no space left
	NoAccess         // the file or its folder cannot be written or read
	ReadOnly         // a change was asked of a store opened for reading
	NotFound         // no such trace
	Ambiguous        // a reference that fits several traces
	BadSQL           // SQL that SQLite refuses
	Closed           // used after Close
	BadExport        // a file that is no exported trace, or a damaged one
)

// Error is an error of a store: what was tried, on which file, why it failed,
// and what to do about it.
type Error struct {
	Doing  string // such as `open store`
	Path   string
	Kind   Kind
	Why    string // may be empty if Err says it
	Advice string
	Err    error // the cause; may be nil
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s %q", e.Doing, e.Path)
	if e.Why != "" {
		s += ": " + e.Why
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Advice != "" {
		s += "; " + e.Advice
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first Error in err's chain; Other if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Other
}

// code is the primary result code of SQLite in err; 0 if it has none. Extended
// codes keep the primary one in their low byte (https://www.sqlite.org/rescode.html).
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// Codes of SQL that SQLite refuses.
const (
	sqlError    = sqlite3.SQLITE_ERROR
	sqlMismatch = sqlite3.SQLITE_MISMATCH
	sqlRange    = sqlite3.SQLITE_RANGE
)

// isBusy reports whether another connection was in the way: trying again may help.
func isBusy(err error) bool {
	c := code(err)
	return c == sqlite3.SQLITE_BUSY || c == sqlite3.SQLITE_LOCKED
}

// explain wraps an error of SQLite or of the system.
func explain(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	e := &Error{Doing: doing, Path: path, Err: err}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		e.Err = p.Err // the path is said already
	}
	switch code(err) {
	case sqlite3.SQLITE_NOTADB:
		return notDatabase(doing, path)
	case sqlite3.SQLITE_CORRUPT:
		e.Kind, e.Why = Corrupt, "the file is damaged"
		e.Advice = "move it away and start a new one; `sqlite3 FILE .recover` may save its rows, and the failures in testdata/simrun are not affected"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		e.Kind, e.Why = Busy, "another process holds it"
		e.Advice = "give every shard a store of its own with --db, and join them with `simrun merge`"
	case sqlite3.SQLITE_FULL:
		e.Kind, e.Why = Full, "no space is left for it"
		e.Advice = "free some space, or give a path on another disk with --db"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		e.Kind, e.Why = NoAccess, "the file or its folder cannot be opened or written"
		e.Advice = "check their permissions, or give another path with --db"
	case sqlite3.SQLITE_IOERR:
		e.Kind, e.Why = Other, "the disk failed"
		e.Advice = "check the disk and its free space, or give a path on another one with --db"
	}
	switch {
	case errors.Is(err, sql.ErrConnDone), err.Error() == "sql: database is closed": // has no variable
		e.Kind, e.Why, e.Err = Closed, "it is closed", nil
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Advice = NoAccess, "check the permissions, or give another path with --db"
	}
	return e
}

func notDatabase(doing, path string) error {
	return &Error{
		Doing: doing, Path: path, Kind: NotDatabase, Why: "it is not a SQLite file",
		Advice: "give the path of a trace store, or of a file that does not exist yet",
	}
}
