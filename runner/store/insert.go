package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// inserter has the prepared statements of the writer. Of two traces with one hash the one
// that was made small stays, and else the one that was found first; of two campaigns
// either, since they are equal. So trying a batch again, adding a trace twice and merging
// stores are idempotent, and the order in which stores are merged does not matter. ON
// CONFLICT, and not INSERT OR IGNORE, because the latter also ignores rows that break other
// constraints (https://www.sqlite.org/lang_conflict.html).
type inserter struct {
	trace, campaign, runs *sql.Stmt
}

// in is the statements as they run in tx: bound to it once, and not for every row.
func (p *inserter) in(ctx context.Context, tx *sql.Tx) *inserter {
	return &inserter{trace: tx.StmtContext(ctx, p.trace), campaign: tx.StmtContext(ctx, p.campaign), runs: tx.StmtContext(ctx, p.runs)}
}

func (p *inserter) prepare(ctx context.Context, db *sql.DB) (err error) {
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&p.trace, `INSERT INTO traces (hash, scenario, variant, profile, mode, verdict, property, facts, signature,
			message, steps, deviations, minimised, fingerprint, created, strategy, module, revision, blob)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (hash) DO UPDATE SET minimised = excluded.minimised, created = excluded.created, strategy = excluded.strategy,
				module = excluded.module, revision = excluded.revision, blob = excluded.blob
			WHERE (excluded.minimised = 0, excluded.created, excluded.strategy, excluded.blob)
				< (traces.minimised = 0, traces.created, traces.strategy, traces.blob)`},
		{&p.campaign, `INSERT INTO campaigns (hash, scenario, variant, profile, mode, strategy, seed, workers, started,
			elapsed_ns, runs, steps, classes, unseen, stopped, module, revision)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`},
		{&p.runs, `INSERT INTO runs (campaign, strategy, verdict, signature, runs, steps) VALUES (?, ?, ?, ?, ?, ?)`},
	} {
		if *s.to, err = db.PrepareContext(ctx, s.sql); err != nil {
			return err
		}
	}
	return nil
}

func (p *inserter) close() {
	for _, s := range []*sql.Stmt{p.trace, p.campaign, p.runs} {
		s.Close()
	}
}

// traceRow is a row of traces without its number.
type traceRow struct {
	Summary
	blob []byte
}

func (r *traceRow) size() int { return len(r.blob) }

func (r *traceRow) insert(ctx context.Context, put *inserter) (bool, error) {
	s := &r.Summary
	res, err := put.trace.ExecContext(ctx,
		s.Hash, s.Scenario, s.Variant, s.Profile, s.Mode.String(), s.Verdict.String(), s.Property, s.Facts, s.Signature,
		s.Message, s.Steps, s.Deviations, s.Minimised, hex16(s.Fingerprint), timestamp(s.Created), s.Strategy, s.Module, s.Revision, r.blob)
	return inserted(res, err, "trace", s.Hash)
}

func (c *campaignRow) size() int { return 256 + 64*len(c.Counts) }

func (c *campaignRow) insert(ctx context.Context, put *inserter) (bool, error) {
	runs, steps := c.totals()
	res, err := put.campaign.ExecContext(ctx,
		c.hash, c.Scenario, c.Variant, c.Profile, c.Mode.String(), c.Strategy, c.Seed, c.Workers, timestamp(c.Started),
		int64(c.Elapsed), runs, steps, c.Classes, c.Unseen, c.Stopped, c.Module, c.Revision)
	fresh, err := inserted(res, err, "campaign", c.hash)
	if err != nil || !fresh {
		return false, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return false, err
	}
	for _, n := range c.Counts {
		if _, err := put.runs.ExecContext(ctx, id, n.Strategy, n.Verdict.String(), n.Signature, n.Runs, n.Steps); err != nil {
			return false, fmt.Errorf("insert runs of strategy %q: %w", n.Strategy, err)
		}
	}
	return true, nil
}

func inserted(res sql.Result, err error, what, hash string) (bool, error) {
	if err != nil {
		return false, fmt.Errorf("insert %s %s: %w", what, short(hash), err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// timeLayout sorts as text, and is understood by the date functions of SQLite
// (https://www.sqlite.org/lang_datefunc.html#time_values).
const timeLayout = "2006-01-02T15:04:05.000Z"

func timestamp(t time.Time) string { return t.UTC().Format(timeLayout) }

// hex16 writes 64 bits as text: an INTEGER of SQLite has a sign.
func hex16(u uint64) string { return fmt.Sprintf("%016x", u) }
