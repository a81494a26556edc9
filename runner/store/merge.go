package store

import (
	"context"
)

// Merge adds all traces and campaigns of other, such as those of another
// shard. What is there already is left as it is, so merging twice is harmless.
func (s *Store) Merge(ctx context.Context, other *Store) error {
	if err := s.writable("merge into store"); err != nil {
		return err
	}
	if err := other.settle(ctx); err != nil {
		return err
	}
	if err := s.mergeTraces(ctx, other); err != nil {
		return explain("merge store", other.path, err)
	}
	campaigns, err := other.Campaigns(ctx, "")
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		if err := s.AddCampaign(ctx, c); err != nil {
			return err
		}
	}
	return s.Flush(ctx)
}

func (s *Store) mergeTraces(ctx context.Context, other *Store) error {
	rows, err := other.read.QueryContext(ctx, "SELECT "+summaryColumns+", blob FROM traces ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row := &traceRow{}
		if err := scanSummary(rows, &row.Summary, &row.blob); err != nil {
			return err
		}
		if _, err := Decode(row.blob); err != nil {
			return other.damaged(row.ID, row.Hash, err)
		}
		if err := s.writer.add(ctx, row); err != nil {
			return err
		}
	}
	return rows.Err()
}
