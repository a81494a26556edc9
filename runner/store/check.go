package store

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxProblems limits how many problems Check lists.
const maxProblems = 20

// Report is the state of a store, for people who look for what is wrong.
type Report struct {
	Path        string
	Bytes       int64 // of the file
	LogBytes    int64 // of the write-ahead log beside it
	FreeBytes   int64 // on its disk; -1 if the system does not tell
	SQLite      string
	Version     int // of the format
	Latest      int // format version of this program
	JournalMode string
	Traces      int64
	Campaigns   int64
	Runs        int64 // counted by campaigns
	Problems    []string
}

// Check reads the whole store and reports its state. Its error is for what kept
// it from looking; what it found is in Problems.
func (s *Store) Check(ctx context.Context) (*Report, error) {
	const doing = "check store"
	if err := s.settle(ctx); err != nil {
		return nil, explain(doing, s.path, err)
	}
	r := &Report{Path: s.path, Latest: len(migrations()), FreeBytes: freeBytes(s.path), Bytes: fileSize(s.path), LogBytes: fileSize(s.path + "-wal")}
	if err := s.read.QueryRowContext(ctx, "SELECT sqlite_version(), (SELECT user_version FROM pragma_user_version)").Scan(&r.SQLite, &r.Version); err != nil {
		return nil, explain(doing, s.path, err)
	}
	if err := s.read.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&r.JournalMode); err != nil {
		return nil, explain(doing, s.path, err)
	}
	if r.JournalMode != "wal" {
		r.problem("journal mode is %s, want wal: the file system may not share memory between processes", r.JournalMode)
	}
	for _, c := range []struct {
		to  *int64
		sql string
	}{
		{&r.Traces, "SELECT count(*) FROM traces"},
		{&r.Campaigns, "SELECT count(*) FROM campaigns"},
		{&r.Runs, "SELECT coalesce(sum(runs), 0) FROM runs"},
	} {
		if err := s.read.QueryRowContext(ctx, c.sql).Scan(c.to); err != nil {
			r.problem("%s: %v", c.sql, err)
		}
	}
	s.checkPages(ctx, r)
	s.checkBlobs(ctx, r)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s %q: %w", doing, s.path, ctx.Err())
	}
	return r, nil
}

// checkPages asks SQLite (https://www.sqlite.org/pragma.html#pragma_integrity_check).
func (s *Store) checkPages(ctx context.Context, r *Report) {
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", maxProblems))
	if err != nil {
		r.problem("integrity check: %v", err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			r.problem("integrity check: %v", err)
			return
		}
		if line != "ok" {
			r.problem("integrity check: %s", line)
		}
	}
	if err := rows.Err(); err != nil {
		r.problem("integrity check: %v", err)
	}
}

// checkBlobs decodes every trace: SQLite does not know what is in them.
func (s *Store) checkBlobs(ctx context.Context, r *Report) {
	rows, err := s.read.QueryContext(ctx, "SELECT id, hash, blob FROM traces")
	if err != nil {
		r.problem("read traces: %v", err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var hash string
		var blob []byte
		if err := rows.Scan(&id, &hash, &blob); err != nil {
			r.problem("read traces: %v", err)
			return
		}
		t, err := Decode(blob)
		switch {
		case err != nil:
			r.problem("trace %d (%s): %v", id, short(hash), err)
		case t.Hash() != hash:
			r.problem("trace %d (%s): its content has the hash %s", id, short(hash), short(t.Hash()))
		}
	}
	if err := rows.Err(); err != nil {
		r.problem("read traces: %v", err)
	}
}

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// lowSpace is when Write warns: a full disk stops an exploration.
const lowSpace = 100 << 20

// Write tells the report to people.
func (r *Report) Write(w io.Writer) error {
	free := "unknown"
	if r.FreeBytes >= 0 {
		free = fmt.Sprintf("%d MiB", r.FreeBytes>>20)
		if r.FreeBytes < lowSpace {
			free += " (low)"
		}
	}
	state := "ok"
	if len(r.Problems) > 0 {
		state = fmt.Sprintf("%d problems", len(r.Problems))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "store      %s: %s\n", r.Path, state)
	fmt.Fprintf(&b, "size       %d KiB, and %d KiB of log; free on its disk: %s\n", (r.Bytes+1023)>>10, (r.LogBytes+1023)>>10, free)
	fmt.Fprintf(&b, "format     version %d of %d, SQLite %s, journal %s\n", r.Version, r.Latest, r.SQLite, r.JournalMode)
	fmt.Fprintf(&b, "contents   %d traces, %d campaigns of %d runs\n", r.Traces, r.Campaigns, r.Runs)
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "problem    %s\n", p)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
