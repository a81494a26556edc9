package store

import (
	"context"
	"database/sql"
	"fmt"
)

// applicationID marks a SQLite file as a trace store: "simr" in ASCII, at byte
// 68 of the file (https://www.sqlite.org/fileformat2.html#application_id).
const applicationID = 0x73696d72

// A migration takes a store from the version before to the next one.
type migration struct {
	name string
	sql  string
}

// migrations make the tables; the version of a store (PRAGMA user_version) is
// how many of them it has had. Append only: a migration that was released is
// never edited, because files of its version exist.
//
// STRICT tables keep the types of columns (https://www.sqlite.org/stricttables.html).
func migrations() []migration {
	return []migration{
		{name: "traces", sql: `
CREATE TABLE traces (
	id          INTEGER PRIMARY KEY, -- the trace number
	hash        TEXT NOT NULL UNIQUE, -- content hash, 16 hex digits
	scenario    TEXT NOT NULL,
	variant     TEXT NOT NULL,
	profile     TEXT NOT NULL,
	mode        TEXT NOT NULL, -- timed, sampled
	verdict     TEXT NOT NULL, -- pass, violation, deadlock, budget, panic, nondeterminism
	property    TEXT NOT NULL,
	facts       TEXT NOT NULL,
	signature   TEXT NOT NULL,
	message     TEXT NOT NULL,
	steps       INTEGER NOT NULL, -- events
	deviations  INTEGER NOT NULL, -- of the schedule from the default
	minimised   INTEGER NOT NULL, -- runs that making it small took; 0 if nobody tried
	fingerprint TEXT NOT NULL, -- of the happens-before class, 16 hex digits
	created     TEXT NOT NULL, -- UTC, 2006-01-02T15:04:05.000Z
	strategy    TEXT NOT NULL,
	module      TEXT NOT NULL,
	revision    TEXT NOT NULL,
	blob        BLOB NOT NULL -- the whole trace, packed
) STRICT`},
		{name: "campaigns and runs", sql: `
CREATE TABLE campaigns (
	id         INTEGER PRIMARY KEY,
	hash       TEXT NOT NULL UNIQUE, -- over all columns but id: keeps merging idempotent
	scenario   TEXT NOT NULL,
	variant    TEXT NOT NULL,
	profile    TEXT NOT NULL,
	mode       TEXT NOT NULL,
	strategy   TEXT NOT NULL,
	seed       TEXT NOT NULL, -- as given: 7, 1-1000, 0x2a
	workers    INTEGER NOT NULL,
	started    TEXT NOT NULL, -- UTC
	elapsed_ns INTEGER NOT NULL, -- of the wall clock
	runs       INTEGER NOT NULL,
	steps      INTEGER NOT NULL, -- events, of all runs
	classes    INTEGER NOT NULL, -- distinct happens-before classes
	unseen     REAL NOT NULL, -- estimated chance that the next run shows a new one
	stopped    TEXT NOT NULL, -- why it ended: runs, budget, violation, exhausted, interrupted
	module     TEXT NOT NULL,
	revision   TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
	campaign  INTEGER NOT NULL REFERENCES campaigns (id),
	strategy  TEXT NOT NULL, -- the one that chose, of a portfolio
	verdict   TEXT NOT NULL,
	signature TEXT NOT NULL, -- '' for pass
	runs      INTEGER NOT NULL,
	steps     INTEGER NOT NULL,
	PRIMARY KEY (campaign, strategy, verdict, signature)
) STRICT, WITHOUT ROWID`},
		{name: "findings", sql: `
CREATE VIEW findings AS
SELECT
	scenario, variant, signature,
	min(verdict)    AS verdict,
	min(property)   AS property,
	count(*)        AS traces,
	min(deviations) AS deviations, -- of the smallest story
	min(created)    AS first_found, -- UTC
	max(created)    AS last_found,
	(SELECT t.hash FROM traces t
		WHERE t.scenario = traces.scenario AND t.variant = traces.variant AND t.signature = traces.signature
		ORDER BY t.deviations, t.steps, t.hash LIMIT 1) AS smallest, -- its hash
	(SELECT coalesce(sum(r.runs), 0) FROM runs r JOIN campaigns c ON c.id = r.campaign
		WHERE c.scenario = traces.scenario AND c.variant = traces.variant AND r.signature = traces.signature) AS runs -- that failed so
FROM traces
WHERE verdict <> 'pass'
GROUP BY scenario, variant, signature`},
	}
}

// identity is what a SQLite file says that it is.
type identity struct {
	application, version int64
	objects              int64 // tables, indices and the like
}

// querier is a connection or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func identify(ctx context.Context, q querier) (identity, error) {
	var id identity
	err := q.QueryRowContext(ctx, `SELECT
		(SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&id.application, &id.version, &id.objects)
	return id, err
}

// blank reports whether the file has never been used.
func (id identity) blank() bool { return id == identity{} }

// refuse returns an error unless the file is a store that this program can read.
func (id identity) refuse(doing, path string, latest int) error {
	switch {
	case id.blank():
		return nil
	case id.application != applicationID:
		return &Error{
			Doing: doing, Path: path, Kind: Foreign,
			Why:    fmt.Sprintf("it is a SQLite file of another program (application_id %#08x, want %#08x)", uint32(id.application), applicationID),
			Advice: "nothing was changed in it; give another path with --db",
		}
	case id.version > int64(latest):
		return &Error{
			Doing: doing, Path: path, Kind: Newer,
			Why:    fmt.Sprintf("it has format version %d, written by a newer simrun; this one knows versions up to %d", id.version, latest),
			Advice: "use that simrun, or give another path with --db",
		}
	}
	return nil
}

// migrate brings the store to the last of steps, all in one transaction: a
// process that is killed in the middle, or loses the race against another one
// that migrates, leaves the file as it was.
func migrate(ctx context.Context, db *sql.DB, doing, path string, steps []migration) error {
	id, err := identify(ctx, db)
	if err != nil || id.application == applicationID && id.version == int64(len(steps)) {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // without effect after Commit
	// Once more, now that nobody else can write.
	if id, err = identify(ctx, tx); err != nil {
		return err
	}
	if err := id.refuse(doing, path, len(steps)); err != nil {
		return err
	}
	for i := int(id.version); i < len(steps); i++ {
		if _, err := tx.ExecContext(ctx, steps[i].sql); err != nil {
			return fmt.Errorf("migrate to version %d (%s): %w", i+1, steps[i].name, err)
		}
	}
	stamp := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(steps))
	if _, err := tx.ExecContext(ctx, stamp); err != nil {
		return fmt.Errorf("stamp version %d: %w", len(steps), err)
	}
	return tx.Commit()
}
