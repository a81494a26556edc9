package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// summaryColumns are the columns of traces but its blob: all that --where can speak of.
const summaryColumns = "id, hash, scenario, variant, profile, mode, verdict, property, facts, signature, message," +
	" steps, deviations, minimised, fingerprint, created, strategy, module, revision"

// Stored is a trace of a store.
type Stored struct {
	Summary
	Trace *sim.Trace
}

// Get reads the trace that ref means: its number (12, or id=12), or at least 4
// digits of its hash.
func (s *Store) Get(ctx context.Context, ref string) (*Stored, error) {
	found, err := s.Find(ctx, ref)
	if err != nil {
		return nil, err
	}
	var blob []byte
	if err := s.read.QueryRowContext(ctx, "SELECT blob FROM traces WHERE id = ?", found.ID).Scan(&blob); err != nil {
		return nil, explain("read trace "+ref+" of store", s.path, err)
	}
	t, err := Decode(blob)
	if err != nil {
		return nil, s.damaged(found.ID, found.Hash, err)
	}
	return &Stored{Summary: *found, Trace: t}, nil
}

func (s *Store) damaged(id int64, hash string, err error) error {
	return &Error{
		Doing: fmt.Sprintf("read trace %d (%s) of store", id, short(hash)), Path: s.path, Kind: Corrupt, Err: err,
		Advice: "its .sim file in testdata/simrun, if it was kept, replays the same failure",
	}
}

// maxCandidates limits how many traces an ambiguous reference lists.
const maxCandidates = 5

// Find is Get without reading the trace itself.
func (s *Store) Find(ctx context.Context, ref string) (*Summary, error) {
	where, args, err := s.parseRef(ref)
	if err != nil {
		return nil, err
	}
	doing := "find trace " + strconv.Quote(ref) + " in store"
	list, err := s.summaries(ctx, doing, where+" ORDER BY id LIMIT "+strconv.Itoa(maxCandidates+1), args...)
	switch {
	case err != nil:
		return nil, explain(doing, s.path, err)
	case len(list) == 0:
		return nil, &Error{Doing: doing, Path: s.path, Kind: NotFound, Why: "there is none", Advice: "`simrun traces` lists them"}
	case len(list) > 1:
		return nil, s.ambiguous(doing, list)
	}
	return &list[0], nil
}

func (s *Store) ambiguous(doing string, list []Summary) error {
	var names []string
	for _, c := range list[:min(len(list), maxCandidates)] {
		names = append(names, fmt.Sprintf("%d (%s %s %s)", c.ID, c.Hash[:min(12, len(c.Hash))], c.Scenario, c.Verdict))
	}
	if len(list) > maxCandidates {
		names = append(names, "...")
	}
	return &Error{
		Doing: doing, Path: s.path, Kind: Ambiguous, Why: "it could be " + strings.Join(names, ", "),
		Advice: fmt.Sprintf("give more digits of the hash, or the number as id=%d", list[0].ID),
	}
}

// parseRef turns a reference into a condition. Digits alone may be a number or
// a hash; if they are both, the caller finds two traces.
func (s *Store) parseRef(ref string) (where string, args []any, err error) {
	if rest, ok := strings.CutPrefix(ref, "id="); ok {
		if n, err := strconv.ParseInt(rest, 10, 64); err == nil {
			return "id = ?", []any{n}, nil
		}
	}
	var or []string
	if n, err := strconv.ParseUint(ref, 10, 63); err == nil {
		or, args = append(or, "id = ?"), append(args, int64(n))
	}
	prefix := strings.ToLower(ref)
	if len(prefix) >= minPrefix && strings.Trim(prefix, "0123456789abcdef") == "" {
		// A range, and not LIKE, so that the index is used. g follows f.
		or, args = append(or, "hash >= ? AND hash < ?"), append(args, prefix, prefix+"g")
	}
	if or == nil {
		return "", nil, &Error{
			Doing: "find trace " + strconv.Quote(ref) + " in store", Path: s.path, Kind: NotFound, Why: "this is not a reference",
			Advice: fmt.Sprintf("give a trace number, or at least %d hexadecimal digits of a hash", minPrefix),
		}
	}
	return strings.Join(or, " OR "), args, nil
}

// List reads what the store says about its traces, in the order of their
// numbers. where is a condition in SQL over the columns of traces, such as
// `verdict = 'panic' AND steps < 20`; "" lists all.
func (s *Store) List(ctx context.Context, where string) ([]Summary, error) {
	const doing = "list traces of store"
	if strings.TrimSpace(where) == "" {
		where = "1"
	}
	// In parentheses, and on lines of its own: it may end in a comment.
	list, err := s.summaries(ctx, doing, "(\n"+where+"\n) ORDER BY id")
	if err != nil {
		return nil, s.badSQL(doing, "--where "+strconv.Quote(where), "the columns are "+summaryColumns, err)
	}
	return list, nil
}

// badSQL explains an error of somebody else's SQL.
func (s *Store) badSQL(doing, text, advice string, err error) error {
	if c := code(err); c != sqlError && c != sqlRange && c != sqlMismatch {
		return explain(doing, s.path, err)
	}
	return &Error{Doing: doing, Path: s.path, Kind: BadSQL, Why: text + ": " + sqlMessage(err), Advice: advice}
}

// sqlMessage is what SQLite says, without what the driver puts around it.
func sqlMessage(err error) string {
	m := strings.TrimPrefix(err.Error(), "SQL logic error: ")
	if i := strings.LastIndex(m, " ("); i > 0 {
		m = m[:i]
	}
	return m
}

func (s *Store) summaries(ctx context.Context, doing, where string, args ...any) ([]Summary, error) {
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+summaryColumns+" FROM traces WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Summary
	for rows.Next() {
		var r Summary
		if err := scanSummary(rows, &r); err != nil {
			return nil, fmt.Errorf("%s %q: %w", doing, s.path, err)
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// settle makes what this Store was given visible to its own reads. If it cannot
// be written, Add and Close say so; what there is can be read all the same.
func (s *Store) settle(ctx context.Context) error {
	if s.writer == nil {
		return nil
	}
	if st := s.Stats(); st.Added == st.Committed || s.writer.failure() != nil {
		return nil
	}
	if err := s.writer.flush(ctx); err != nil && s.writer.failure() == nil {
		return err
	}
	return nil
}

// scanSummary reads one row of summaryColumns, and then of extra ones.
func scanSummary(rows *sql.Rows, r *Summary, extra ...any) error {
	var mode, verdict, print, created string
	dest := []any{
		&r.ID, &r.Hash, &r.Scenario, &r.Variant, &r.Profile, &mode, &verdict, &r.Property, &r.Facts, &r.Signature, &r.Message,
		&r.Steps, &r.Deviations, &r.Minimised, &print, &created, &r.Strategy, &r.Module, &r.Revision,
	}
	err := rows.Scan(append(dest, extra...)...)
	if err == nil {
		r.Verdict, err = sim.ParseVerdict(verdict)
	}
	if err == nil {
		r.Mode, err = parseMode(mode)
	}
	if err == nil {
		r.Fingerprint, err = strconv.ParseUint(print, 16, 64)
	}
	if err == nil {
		r.Created, err = time.Parse(timeLayout, created)
	}
	if err != nil {
		return fmt.Errorf("trace %d: %w", r.ID, err)
	}
	return nil
}

func parseMode(s string) (sim.Mode, error) {
	for m := sim.Timed; m <= lastMode; m++ {
		if m.String() == s {
			return m, nil
		}
	}
	return 0, fmt.Errorf("mode %q: want timed, sampled or bubbled", s)
}
