package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

const campaignColumns = "id, scenario, variant, profile, mode, strategy, seed, workers, started, elapsed_ns," +
	" runs, steps, classes, unseen, stopped, module, revision"

// Campaigns reads what was explored, in the order of their numbers. where is a
// condition in SQL over the columns of campaigns; "" lists all.
func (s *Store) Campaigns(ctx context.Context, where string) ([]Campaign, error) {
	const doing = "list campaigns of store"
	if strings.TrimSpace(where) == "" {
		where = "1"
	}
	list, err := s.campaigns(ctx, where)
	if err != nil {
		return nil, s.badSQL(doing, "condition "+strconv.Quote(where), "the columns are "+campaignColumns, err)
	}
	return list, nil
}

func (s *Store) campaigns(ctx context.Context, where string) ([]Campaign, error) {
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	// One transaction, so that both tables are read as of the same instant.
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	rows, err := tx.QueryContext(ctx, "SELECT "+campaignColumns+" FROM campaigns WHERE (\n"+where+"\n) ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Campaign
	at := map[int64]int{}
	for rows.Next() {
		var c Campaign
		var mode, started string
		var elapsed, runs, steps int64 // runs and steps are the sums of Counts
		err := rows.Scan(&c.ID, &c.Scenario, &c.Variant, &c.Profile, &mode, &c.Strategy, &c.Seed, &c.Workers, &started,
			&elapsed, &runs, &steps, &c.Classes, &c.Unseen, &c.Stopped, &c.Module, &c.Revision)
		if err == nil {
			c.Mode, err = parseMode(mode)
		}
		if err == nil {
			c.Started, err = time.Parse(timeLayout, started)
		}
		if err != nil {
			return nil, fmt.Errorf("campaign %d: %w", c.ID, err)
		}
		c.Elapsed = time.Duration(elapsed)
		at[c.ID] = len(list)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	counts, err := tx.QueryContext(ctx, "SELECT campaign, strategy, verdict, signature, runs, steps FROM runs")
	if err != nil {
		return nil, err
	}
	defer counts.Close()
	for counts.Next() {
		var id int64
		var n Count
		var verdict string
		err := counts.Scan(&id, &n.Strategy, &verdict, &n.Signature, &n.Runs, &n.Steps)
		if err == nil {
			n.Verdict, err = sim.ParseVerdict(verdict)
		}
		if err != nil {
			return nil, fmt.Errorf("runs of campaign %d: %w", id, err)
		}
		if i, ok := at[id]; ok {
			list[i].Counts = append(list[i].Counts, n)
		}
	}
	return list, counts.Err()
}
