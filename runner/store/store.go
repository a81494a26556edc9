package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/benbjohnson/clock"
	_ "modernc.org/sqlite" // the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// DefaultPath is where the commands keep their store, in the working directory.
const DefaultPath = ".simrun/traces.db"

// Options configure a Store. The zero value is what the commands use.
type Options struct {
	// ReadOnly opens an existing store without changing anything. Add and
	// AddCampaign fail. Conflicts with nothing; the batch fields are unused.
	ReadOnly bool
	// Existing refuses a file that is not there, and makes none. ReadOnly implies it.
	Existing bool
	// Clock is the wall clock: of `created`, BatchDelay and the pauses between
	// retries. nil means the real one.
	Clock clock.Clock
	// BusyTimeout is how long SQLite waits for another process to let go, per
	// attempt. 0 means 5 s.
	BusyTimeout time.Duration
	// Retries is how often a batch is tried again after BusyTimeout, with pauses
	// of 100 ms, 200 ms, 400 ms and so on. 0 means 4, negative none.
	Retries int
	// A batch is committed when it has BatchTraces traces, BatchBytes packed
	// bytes, or is BatchDelay old, whichever is first. 0 means 100, or up to 500 while
	// more are waiting; 1 MiB; 200 ms.
	BatchTraces int
	BatchBytes  int
	BatchDelay  time.Duration
	// Queue is how many traces may wait for the writer; Add blocks while it is
	// full. 0 means 256.
	Queue int
	// MaxRows is how many rows the table `events` of Query, and its result, have
	// at most. 0 means 1,000,000.
	MaxRows int
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.New()
	}
	o.BusyTimeout = or(o.BusyTimeout, 5*time.Second)
	o.Retries = max(0, or(o.Retries, 4))
	o.BatchBytes = or(o.BatchBytes, 1<<20)
	o.BatchDelay = or(o.BatchDelay, 200*time.Millisecond)
	o.Queue = or(o.Queue, 256)
	o.MaxRows = or(o.MaxRows, 1_000_000)
	return o
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Store is a file of traces. Its methods may be called from any goroutine.
type Store struct {
	path     string // as given
	abs      string
	opts     Options
	read     *sql.DB
	readMode string  // of read, and of the connections of Query
	write    *sql.DB // nil if opened for reading
	writer   *writer // nil if opened for reading
	spares   spares
	close    func() error
}

// Open opens the store at path. It creates the file and the folder it is in
// unless opts.ReadOnly or opts.Existing. Close must be called: what was added last may not be
// on disk before.
func Open(path string, opts Options) (*Store, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, explain("open store", path, err)
	}
	s := &Store{path: path, abs: abs, readMode: "ro", opts: opts.withDefaults()}
	s.close = sync.OnceValue(s.shut)
	ctx := context.Background()
	if opts.ReadOnly {
		err = s.openReading(ctx)
	} else {
		err = s.openWriting(ctx)
	}
	if err != nil {
		if s.write != nil {
			s.write.Close()
		}
		if s.read != nil {
			s.read.Close()
		}
		return nil, explain("open store", path, err)
	}
	return s, nil
}

// Path is the path that was given to Open.
func (s *Store) Path() string { return s.path }

func (s *Store) openWriting(ctx context.Context) error {
	err := s.stat()
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.opts.Existing:
		return s.missing()
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(s.abs), 0o755); err != nil {
			return s.errorf(NoAccess, "its folder cannot be made", "check the permissions, or give another path with --db", err)
		}
	case err != nil:
		return err
	}
	// Writers take their lock at BEGIN: a transaction that first reads and then
	// writes fails at once when another one wrote in between, whatever the
	// timeout (https://www.sqlite.org/rescode.html#busy_snapshot).
	s.write = openDB(dsn(s.abs, s.opts, "rwc&_txlock=immediate", "synchronous(NORMAL)", "foreign_keys(1)", checkpoint), 1)
	// A change of the journal mode may fail at once, whatever busy_timeout says,
	// when two processes make the same file.
	if err := s.patiently(func() error { return s.prepare(ctx) }); err != nil {
		return err
	}
	s.openPool()
	s.writer, err = newWriter(ctx, s)
	return err
}

// checkpoint is how many pages the write-ahead log has before they are moved into the file,
// 32 MB: the pages of the index by hash are in it many times, and are moved once.
const checkpoint = "wal_autocheckpoint(2000)"

// prepare makes the file a store of the latest version that can be written to.
func (s *Store) prepare(ctx context.Context) error {
	id, err := identify(ctx, s.write)
	if err != nil {
		return err
	}
	// Before the first change to what may be somebody else's file.
	if err := id.refuse("open store", s.path, len(migrations())); err != nil {
		return err
	}
	if id.blank() {
		// Two kilobytes a trace leave much of a small page unused, and every page is two
		// writes to the log: the writer took a fifth less CPU per trace with pages of 8
		// than of 4, another tenth less with pages of 16, and no less with larger ones. It
		// can be chosen only before the first table is made.
		if _, err := s.write.ExecContext(ctx, "PRAGMA page_size = 16384"); err != nil {
			return err
		}
	}
	// Write-ahead logging is a property of the file, and stays on
	// (https://www.sqlite.org/wal.html#persistence_of_wal_mode).
	if _, err := s.write.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	if err := migrate(ctx, s.write, "open store", s.path, migrations()); err != nil {
		return err
	}
	// SQLite opens a file without write permission for reading, and says so only
	// at the first change. This one changes nothing.
	_, err = s.write.ExecContext(ctx, "DELETE FROM traces WHERE 0")
	return err
}

func (s *Store) openReading(ctx context.Context) error {
	switch err := s.stat(); {
	case errors.Is(err, fs.ErrNotExist):
		return s.missing()
	case err != nil:
		return err
	}
	s.openPool()
	id, err := identify(ctx, s.read)
	if unwritable(err) && fileSize(s.abs+"-wal") == 0 {
		// A file with write-ahead logging in a folder that cannot be written: the
		// shared memory cannot be made, and is not needed, because nobody else
		// can write either (https://www.sqlite.org/wal.html#read_only_databases).
		// SQLite says so in more than one way, such as READONLY_DIRECTORY (1544).
		s.read.Close()
		s.readMode = "ro&immutable=1"
		s.openPool()
		id, err = identify(ctx, s.read)
	}
	if err != nil {
		return err
	}
	return s.acceptForReading(id)
}

// unwritable reports whether SQLite could not make a file beside the store.
func unwritable(err error) bool {
	c := code(err)
	return c == sqlite3.SQLITE_CANTOPEN || c == sqlite3.SQLITE_READONLY
}

func (s *Store) openPool() {
	s.read = openDB(dsn(s.abs, s.opts, s.readMode, "query_only(1)"), 4)
}

func (s *Store) acceptForReading(id identity) error {
	latest := len(migrations())
	if err := id.refuse("open store", s.path, latest); err != nil {
		return err
	}
	if id.version < int64(latest) {
		why := "it has format version " + strconv.FormatInt(id.version, 10) + ", this program wants " + strconv.Itoa(latest)
		return s.errorf(Older, why, "any command that writes to it brings it up to date, such as `simrun doctor`", nil)
	}
	return nil
}

// minFile is the size of the smallest page of SQLite, and so of its smallest
// file that is not empty (https://www.sqlite.org/fileformat2.html#pages).
const minFile = 512

// stat refuses what cannot be a file of ours.
func (s *Store) stat() error {
	info, err := os.Stat(s.path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return s.errorf(NotFile, "it is a folder", "give the path of a file, such as "+filepath.Join(s.path, "traces.db"), nil)
	case !info.Mode().IsRegular():
		return s.errorf(NotFile, "it is not a regular file", "give the path of a file", nil)
	case info.Size() > 0 && info.Size() < minFile:
		// SQLite takes such a file for an empty one, and would overwrite it.
		return notDatabase("open store", s.path)
	}
	return nil
}

func (s *Store) missing() error {
	return s.errorf(Missing, "there is no such file", "`simrun run` makes one when it finds a failure; give another path with --db", nil)
}

func (s *Store) errorf(kind Kind, why, advice string, err error) error {
	return &Error{Doing: "open store", Path: s.path, Kind: kind, Why: why, Advice: advice, Err: err}
}

// patiently calls f until it does not fail because another process is in the
// way, with growing pauses.
func (s *Store) patiently(f func() error) error {
	pause := 100 * time.Millisecond
	for try := 0; ; try++ {
		err := f()
		if !isBusy(err) || try >= s.opts.Retries {
			return err
		}
		s.opts.Clock.Sleep(pause)
		pause *= 2
	}
}

// dsn names a file for the driver. Pragmas are per connection and run in order:
// busy_timeout comes first, so that those after it can wait.
func dsn(abs string, opts Options, mode string, pragmas ...string) string {
	name := filepath.ToSlash(abs)
	if name[0] != '/' {
		name = "/" + name // C:/... on Windows
	}
	u := url.URL{Scheme: "file", Path: name}
	s := u.String() + "?mode=" + mode + "&_pragma=busy_timeout(" + strconv.FormatInt(opts.BusyTimeout.Milliseconds(), 10) + ")"
	for _, p := range pragmas {
		s += "&_pragma=" + p
	}
	return s
}

// openDB makes a pool. Nothing is opened until it is used.
func openDB(dsn string, conns int) *sql.DB {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		panic(err) // the driver is linked in, and the data source is not looked at yet
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db
}

// Close commits what was added, moves it from the write-ahead log into the
// file, and closes it. Add fails from now on. All calls return the same error.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	var first error
	note := func(doing string, err error) {
		if first == nil && err != nil {
			first = explain(doing, s.path, err)
		}
	}
	if s.writer != nil {
		note("write to store", s.writer.close())
	}
	// Readers first: the last connection to close removes the log, and only a
	// writing one can.
	note("close store", s.read.Close())
	if s.write != nil {
		// Another process that reads may be in the way: then it, or the next
		// one, will do it.
		if _, err := s.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); !isBusy(err) {
			note("checkpoint store", err)
		}
		note("close store", s.write.Close())
	}
	return first
}
