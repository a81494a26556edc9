package store

import (
	"slices"

	"modernc.org/sqlite/vtab"

	"github.com/seed-3519b94c/simrun/sim"
)

// virtualTable is an unpacked table as SQLite sees it.
type virtualTable struct {
	unpacked
	u *unpacking
}

// Which conditions a scan makes use of; bits of IndexInfo.IdxNum.
const (
	byTrace = 1 << iota
	byStep
)

// BestIndex implements vtab.Table: a condition that fixes the trace, and for events the
// step, is looked up.
func (v *virtualTable) BestIndex(info *vtab.IndexInfo) error {
	args := 0
	use := func(column, bit int) {
		for i := range info.Constraints {
			c := &info.Constraints[i]
			if c.Usable && c.Op == vtab.OpEQ && c.Column == column && info.IdxNum&int64(bit) == 0 {
				c.ArgIndex, c.Omit = args, false
				args++
				info.IdxNum |= int64(bit)
			}
		}
	}
	use(traceColumn, byTrace)
	// A scan of all is worse than a visit to each trace: SQLite knows nothing of how many there are.
	info.EstimatedCost, info.EstimatedRows = 1e9, 1e6
	if info.IdxNum&byTrace != 0 {
		info.EstimatedCost, info.EstimatedRows = 200, 200
		if v.name == "events" {
			use(stepColumn, byStep)
		}
		if info.IdxNum&byStep != 0 {
			info.EstimatedCost, info.EstimatedRows = 1, 1
		}
	}
	return nil
}

// Open implements vtab.Table.
func (v *virtualTable) Open() (vtab.Cursor, error) { return &virtualCursor{v: v}, nil }

// Disconnect implements vtab.Table.
func (v *virtualTable) Disconnect() error { return nil }

// Destroy implements vtab.Table.
func (v *virtualTable) Destroy() error { return nil }

// virtualCursor is one scan of a virtual table.
type virtualCursor struct {
	v      *virtualTable
	ids    []int64 // traces that are left, the present one first
	t      *sim.Trace
	row    int
	rows   int // of the present trace
	only   int // the one row that is asked for; -1: all
	passed int // rows handed out
	eof    bool
}

// Filter implements vtab.Cursor: it begins a scan.
func (c *virtualCursor) Filter(index int, _ string, vals []vtab.Value) error {
	c.ids, c.only, c.passed, c.eof, c.t = c.v.u.ids, -1, 0, false, nil
	at := 0
	if index&byTrace != 0 {
		id, ok := vals[at].(int64)
		at++
		k, known := slices.BinarySearch(c.ids, id)
		if !ok || !known {
			c.eof = true
			return nil
		}
		c.ids = c.ids[k : k+1]
	}
	if index&byStep != 0 {
		step, ok := vals[at].(int64)
		if !ok || step < 0 {
			c.eof = true
			return nil
		}
		c.only = int(step)
	}
	return c.begin()
}

// begin goes to the first row of the first trace that is left and has one.
func (c *virtualCursor) begin() error {
	for len(c.ids) > 0 {
		t, err := c.v.u.trace(c.ids[0])
		if err != nil {
			return err
		}
		c.t, c.row, c.rows = t, 0, c.v.rows(t)
		if c.only >= 0 {
			c.row, c.rows = c.only, min(c.rows, c.only+1)
		}
		if c.row < c.rows {
			return nil
		}
		c.ids = c.ids[1:]
	}
	c.eof = true
	return nil
}

// Next implements vtab.Cursor.
func (c *virtualCursor) Next() error {
	if c.passed++; c.passed >= c.v.u.store.opts.MaxRows {
		if more := c.row+1 < c.rows || len(c.ids) > 1; more {
			c.v.u.full[c.v.name] = true
		}
		c.eof = true
		return nil
	}
	if c.row++; c.row < c.rows {
		return nil
	}
	c.ids = c.ids[1:]
	return c.begin()
}

// Eof implements vtab.Cursor.
func (c *virtualCursor) Eof() bool { return c.eof }

// Column implements vtab.Cursor.
func (c *virtualCursor) Column(column int) (vtab.Value, error) {
	if column == traceColumn {
		return c.ids[0], nil
	}
	return c.v.value(c.t, c.row, column), nil
}

// Rowid implements vtab.Cursor.
func (c *virtualCursor) Rowid() (int64, error) { return c.ids[0]<<24 | int64(c.row), nil }

// Close implements vtab.Cursor.
func (c *virtualCursor) Close() error { return nil }
