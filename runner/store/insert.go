package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// inserter has the prepared statements of the writer. Of two traces with one hash the one
// that was made small stays, and else the one that was found first; of two campaigns
// either, since they are equal. So trying a batch again, adding a trace twice and merging
// stores are idempotent, and the order in which stores are merged does not matter. ON
// CONFLICT, and not INSERT OR IGNORE, because the latter also ignores rows that break other
// constraints (https://www.sqlite.org/lang_conflict.html).
type inserter struct {
	on                    any // the connection of the driver that they are prepared on
	trace, campaign, runs statement
}

// within calls f in a transaction on db, and commits it if f does not fail. The transaction
// too is of the driver: one of database/sql would wait for ever for a panic of f.
func (p *inserter) within(ctx context.Context, db *sql.DB, f func() error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // back into the pool
	return conn.Raw(func(on any) error {
		if err := p.prepare(on); err != nil {
			return err
		}
		tx, err := on.(driver.ConnBeginTx).BeginTx(ctx, driver.TxOptions{})
		if err != nil {
			return err
		}
		if err = f(); err == nil {
			err = tx.Commit()
		}
		if err != nil {
			tx.Rollback() // says nothing new: after some errors SQLite has done so itself
		}
		return err
	})
}

// prepare prepares the statements unless they are: the pool may have replaced a connection
// that broke.
func (p *inserter) prepare(on any) (err error) {
	if p.on == on {
		return nil
	}
	p.close()
	conn := on.(driver.Conn)
	for _, s := range []struct {
		to  *statement
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
		if *s.to, err = prepare(conn, s.sql); err != nil {
			p.close()
			return err
		}
	}
	p.on = on
	return nil
}

// close closes the statements. That of a connection that is closed is harmless.
func (p *inserter) close() {
	for _, s := range []*statement{&p.trace, &p.campaign, &p.runs} {
		s.close()
	}
	p.on = nil
}

// statement is a prepared statement of the driver, without the layer of database/sql, which
// took a sixth of the time of the writer, most of it to convert what needs no conversion.
// Its values are set one after the other, in the order of the parameters; that of the row
// before is kept where it is the same again, as most are, so that nothing is allocated for it.
type statement struct {
	stmt driver.Stmt // nil if it is closed
	args []driver.NamedValue
	set  int // how many of args are set
}

func prepare(conn driver.Conn, query string) (statement, error) {
	stmt, err := conn.Prepare(query)
	if err != nil {
		return statement{}, err
	}
	args := make([]driver.NamedValue, strings.Count(query, "?")) // the driver does not count them
	for i := range args {
		args[i].Ordinal = i + 1
	}
	return statement{stmt: stmt, args: args}, nil
}

func (s *statement) close() {
	if s.stmt != nil {
		s.stmt.Close()
	}
	*s = statement{}
}

func (s *statement) text(list ...string) {
	for _, v := range list {
		if old, ok := s.args[s.set].Value.(string); !ok || old != v {
			s.args[s.set].Value = v
		}
		s.set++
	}
}

func (s *statement) int(list ...int64) {
	for _, v := range list {
		if old, ok := s.args[s.set].Value.(int64); !ok || old != v {
			s.args[s.set].Value = v
		}
		s.set++
	}
}

// other sets a number with a fraction or a blob.
func (s *statement) other(v driver.Value) {
	s.args[s.set].Value = v
	s.set++
}

// exec executes the statement with the values that were set.
func (s *statement) exec(ctx context.Context) (driver.Result, error) {
	n := s.set
	s.set = 0
	return s.stmt.(driver.StmtExecContext).ExecContext(ctx, s.args[:n])
}

// traceRow is a row of traces without its number.
type traceRow struct {
	Summary
	blob []byte
}

func (r *traceRow) size() int { return len(r.blob) }

func (r *traceRow) insert(ctx context.Context, put *inserter) (bool, error) {
	s, row := &r.Summary, &put.trace
	row.text(s.Hash, s.Scenario, s.Variant, s.Profile, s.Mode.String(), s.Verdict.String(), s.Property, s.Facts, s.Signature, s.Message)
	row.int(int64(s.Steps), int64(s.Deviations), int64(s.Minimised))
	row.text(hex16(s.Fingerprint), timestamp(s.Created), s.Strategy, s.Module, s.Revision)
	row.other(r.blob)
	res, err := row.exec(ctx)
	return inserted(res, err, "trace", s.Hash)
}

func (c *campaignRow) size() int { return 256 + 64*len(c.Counts) }

func (c *campaignRow) insert(ctx context.Context, put *inserter) (bool, error) {
	runs, steps := c.totals()
	row := &put.campaign
	row.text(c.hash, c.Scenario, c.Variant, c.Profile, c.Mode.String(), c.Strategy, c.Seed)
	row.int(int64(c.Workers))
	row.text(timestamp(c.Started))
	row.int(int64(c.Elapsed), runs, steps, c.Classes)
	row.other(c.Unseen)
	row.text(c.Stopped, c.Module, c.Revision)
	res, err := row.exec(ctx)
	fresh, err := inserted(res, err, "campaign", c.hash)
	if err != nil || !fresh {
		return false, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return false, err
	}
	for _, n := range c.Counts {
		row := &put.runs
		row.int(id)
		row.text(n.Strategy, n.Verdict.String(), n.Signature)
		row.int(n.Runs, n.Steps)
		if _, err := row.exec(ctx); err != nil {
			return false, fmt.Errorf("insert runs of strategy %q: %w", n.Strategy, err)
		}
	}
	return true, nil
}

func inserted(res driver.Result, err error, what, hash string) (bool, error) {
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
func hex16(u uint64) string { return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, u)) }
