package store

import (
	"context"
	"database/sql"
)

// PruneOptions say how small a store is to become.
type PruneOptions struct {
	MaxBytes int64 // of the file; 0 leaves no trace that may go
	// Last lets the last failure of a signature go too. Without it every failure that
	// was ever found can still be replayed.
	Last bool
	// DryRun tells what would go, and changes nothing.
	DryRun bool
}

// Pruned is what Prune did.
type Pruned struct {
	Passes, Failures int   // traces that went
	Before, After    int64 // bytes of pages in use; of the file, once it is packed
	Kept             int   // traces that are left
}

// worth orders traces by what is lost with them, the least first: runs that passed or reached a limit, then
// failures of whose signature another one is left that tells it shorter, and last those
// that are the shortest story of their failure. Of equals the oldest goes first.
const worth = `
SELECT id, class FROM (
	SELECT id, created, CASE
		WHEN verdict IN ('pass', 'budget') THEN 0
		WHEN row_number() OVER (PARTITION BY scenario, variant, signature ORDER BY deviations, steps, hash) > 1 THEN 1
		ELSE 2 END AS class
	FROM traces)
ORDER BY class, created, id`

// The classes of worth.
const (
	passClass = iota
	spareClass
	lastClass
)

// Prune removes traces, the least valuable first, until the store takes no more than
// o.MaxBytes, and gives the space back to the file system. Campaigns, which are counts, stay.
// If what may go is not enough, After is more than MaxBytes.
func (s *Store) Prune(ctx context.Context, o PruneOptions) (Pruned, error) {
	const doing = "prune store"
	var p Pruned
	if err := s.writable(doing); err != nil {
		return p, err
	}
	if err := s.writer.flush(ctx); err != nil {
		return p, err
	}
	err := s.patiently(func() (err error) {
		p, err = s.prune(ctx, o)
		return err
	})
	if err != nil {
		return p, explain(doing, s.path, err)
	}
	if o.DryRun || p.Passes+p.Failures == 0 {
		return p, nil
	}
	// The log is emptied too: it would be as long as the file.
	for _, q := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := s.write.ExecContext(ctx, q); err != nil && !isBusy(err) {
			return p, explain(doing, s.path, err)
		}
	}
	p.After, err = bytesInUse(ctx, s.write)
	return p, explain(doing, s.path, err)
}

// prune removes traces in one transaction, so that a process that is killed meanwhile has
// removed all or none.
func (s *Store) prune(ctx context.Context, o PruneOptions) (p Pruned, err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return p, err
	}
	defer tx.Rollback() // without effect after Commit
	if p.Before, err = bytesInUse(ctx, tx); err != nil {
		return p, err
	}
	p.After = p.Before
	list, err := byWorth(ctx, tx)
	if err != nil {
		return p, err
	}
	for _, t := range list {
		if p.After <= o.MaxBytes || t.class == lastClass && !o.Last {
			break
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM traces WHERE id = ?", t.id); err != nil {
			return p, err
		}
		if p.After, err = bytesInUse(ctx, tx); err != nil {
			return p, err
		}
		if t.class == passClass {
			p.Passes++
		} else {
			p.Failures++
		}
	}
	p.Kept = len(list) - p.Passes - p.Failures
	if o.DryRun {
		return p, nil
	}
	return p, tx.Commit()
}

// valued is a trace and the class of its worth.
type valued struct {
	id    int64
	class int
}

func byWorth(ctx context.Context, tx *sql.Tx) ([]valued, error) {
	rows, err := tx.QueryContext(ctx, worth)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []valued
	for rows.Next() {
		var v valued
		if err := rows.Scan(&v.id, &v.class); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// bytesInUse is the size of the pages that hold something: of the file after VACUUM.
func bytesInUse(ctx context.Context, q querier) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT (SELECT page_size FROM pragma_page_size) *
		((SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count))`).Scan(&n)
	return n, err
}
