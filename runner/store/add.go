package store

import (
	"context"
	"sync"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Summary is what the table of traces says about one of them.
type Summary struct {
	ID          int64 // the trace number; 0 if it is not stored yet
	Hash        string
	Scenario    string
	Variant     string
	Profile     string
	Mode        sim.Mode
	Verdict     sim.Verdict
	Property    string
	Facts       string
	Signature   string
	Message     string
	Steps       int // events
	Deviations  int // of the schedule from the default
	Minimised   int // runs that making it small took; 0 if nobody tried
	Fingerprint uint64
	Created     time.Time // UTC, to the millisecond
	Strategy    string
	Module      string
	Revision    string
}

// Short is the hash as people see it: its first 8 digits.
func (s *Summary) Short() string { return short(s.Hash) }

func summarize(t *sim.Trace, created time.Time) Summary {
	return Summary{
		Hash: t.Hash(), Scenario: t.Scenario, Variant: t.Variant, Profile: t.Profile, Mode: t.Mode, Verdict: t.Verdict,
		Property: t.Failure.Property, Facts: t.Failure.Facts, Signature: t.Signature, Message: t.Failure.Message,
		Steps: len(t.Events), Deviations: len(t.Schedule), Minimised: t.Minimised, Fingerprint: t.Fingerprint, Created: created.UTC().Truncate(time.Millisecond),
		Strategy: t.Strategy, Module: t.Module, Revision: t.Revision,
	}
}

// spares are what is used again from one trace to the next, per store: the tables of
// encoders, and rows with their blobs once they are written.
type spares struct{ encoders, rows sync.Pool }

// pack makes a row of t.
func (p *spares) pack(t *sim.Trace, created time.Time) (*traceRow, error) {
	e, ok := p.encoders.Get().(*encoder)
	if !ok {
		e = &encoder{}
	}
	defer p.encoders.Put(e)
	r, ok := p.rows.Get().(*traceRow)
	if !ok {
		r = &traceRow{}
	}
	blob, err := e.pack(r.blob, t)
	if err != nil {
		return nil, err
	}
	*r = traceRow{Summary: summarize(t, created), blob: blob}
	return r, nil
}

// written takes back a row that is on disk.
func (p *spares) written(r *traceRow) {
	r.Summary = Summary{} // let go of its strings
	p.rows.Put(r)
}

// Add stores t, whatever its verdict, and returns its hash. A trace with the
// same hash is left as it is, unless it has not been minimised and t has: then t
// tells more about the same story, and takes its place. Add packs t at once, and waits only while the
// queue of the writer is full; the batch is committed soon after, at the latest
// by Flush or Close. If an earlier batch could not be written, Add fails with
// the reason.
func (s *Store) Add(ctx context.Context, t *sim.Trace) (hash string, err error) {
	if err := s.writable("add trace to store"); err != nil {
		return "", err
	}
	row, err := s.spares.pack(t, s.opts.Clock.Now())
	if err != nil {
		return "", explain("add trace to store", s.path, err)
	}
	hash = row.Hash // the row belongs to the writer from now on
	return hash, s.writer.add(ctx, row)
}

// Flush waits until all that was added before is on disk.
func (s *Store) Flush(ctx context.Context) error {
	if err := s.writable("flush store"); err != nil {
		return err
	}
	return s.writer.flush(ctx)
}

// Stats counts what happened to what was added since Open.
func (s *Store) Stats() Stats {
	if s.writer == nil {
		return Stats{}
	}
	s.writer.mu.Lock()
	defer s.writer.mu.Unlock()
	return s.writer.stats
}

func (s *Store) writable(doing string) error {
	if s.writer != nil {
		return nil
	}
	return &Error{Doing: doing, Path: s.path, Kind: ReadOnly, Why: "it was opened for reading", Advice: "open it without ReadOnly"}
}
