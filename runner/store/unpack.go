package store

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"modernc.org/sqlite/vtab"

	"github.com/seed-3519b94c/simrun/sim"
)

// unpacked is a virtual table: what the stored traces hold, one per row. SQLite asks for
// the columns that a query names and for no others, so that a scan costs little more than
// unpacking the traces.
type unpacked struct {
	name    string
	columns string
	// rows is the number of rows of a trace, value one cell of one of them. A value is an
	// int64, a string or nil.
	rows  func(t *sim.Trace) int
	value func(t *sim.Trace, row, column int) any
}

// The first two columns of every virtual table: a condition that fixes them is not scanned
// for.
const (
	traceColumn = 0 // traces.id
	stepColumn  = 1
)

func unpackedTables() []unpacked {
	return []unpacked{
		{"events", eventColumns, func(t *sim.Trace) int { return len(t.Events) }, eventCell},
		{"choices", choiceColumns, func(t *sim.Trace) int { return len(t.Schedule) }, choiceCell},
		footprintsTable(),
		sitesTable(),
	}
}

// unpackedNamed lists the tables that a query may name.
func unpackedNamed(query string) []unpacked {
	var out []unpacked
	for _, t := range unpackedTables() {
		if regexp.MustCompile(`(?i)\b` + t.name + `\b`).MatchString(query) {
			out = append(out, t)
		}
	}
	return out
}

// unpacking is the state of one query that reads virtual tables.
type unpacking struct {
	ctx   context.Context
	store *Store
	ids   []int64 // of all traces, rising
	full  map[string]bool
	cache map[int64]*sim.Trace // traces that were unpacked last
	order []int64              // of cache, the oldest first
}

// cached is how many traces one query keeps unpacked: joins come back to the same ones.
const cached = 64

// module is the bridge from SQLite to the query that made a connection: the name of a
// virtual table carries the number of its query.
type module struct {
	once    sync.Once
	err     error
	mu      sync.Mutex
	last    int
	queries map[int]*unpacking
}

// bridge is registered with the driver once for the process, which is all that the driver
// offers.
var bridge = module{queries: make(map[int]*unpacking)}

const moduleName = "simrun_traces"

// enter makes a query known, and returns its number and how to forget it.
func (m *module) enter(db *sql.DB, u *unpacking) (key int, leave func(), err error) {
	m.once.Do(func() { m.err = vtab.RegisterModule(db, moduleName, m) })
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	key = m.last
	m.queries[key] = u
	return key, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.queries, key)
	}, m.err
}

// Create implements vtab.Module. The arguments are those of CREATE VIRTUAL TABLE: the
// table's name and the number of the query.
func (m *module) Create(ctx vtab.Context, args []string) (vtab.Table, error) {
	return m.Connect(ctx, args)
}

// Connect implements vtab.Module.
func (m *module) Connect(ctx vtab.Context, args []string) (vtab.Table, error) {
	if len(args) < 5 {
		return nil, fmt.Errorf("virtual table: %d arguments; want 5", len(args))
	}
	key, err := strconv.Atoi(strings.TrimSpace(args[4]))
	if err != nil {
		return nil, fmt.Errorf("virtual table: %w", err)
	}
	m.mu.Lock()
	u := m.queries[key]
	m.mu.Unlock()
	for _, t := range unpackedTables() {
		if u != nil && t.name == strings.TrimSpace(args[3]) {
			return &virtualTable{unpacked: t, u: u}, ctx.Declare("CREATE TABLE x (" + t.columns + "\n)")
		}
	}
	return nil, fmt.Errorf("virtual table %q of query %d: there is none", args[3], key)
}

// unpack makes the virtual tables of a query on the one connection of db. Which of them
// were cut off at the limit is known once the query has run.
func (s *Store) unpack(ctx context.Context, db *sql.DB, tables []unpacked) (u *unpacking, leave func(), err error) {
	u = &unpacking{ctx: ctx, store: s, full: make(map[string]bool), cache: make(map[int64]*sim.Trace)}
	rows, err := s.read.QueryContext(ctx, "SELECT id FROM traces ORDER BY id")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, nil, err
		}
		u.ids = append(u.ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	key, leave, err := bridge.enter(db, u)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range tables {
		make := fmt.Sprintf("CREATE VIRTUAL TABLE temp.%s USING %s(%s, %d)", t.name, moduleName, t.name, key)
		if _, err := db.ExecContext(ctx, make); err != nil {
			leave()
			return nil, nil, err
		}
	}
	return u, leave, nil
}

// trace unpacks a trace, unless it is one of those that were unpacked last.
func (u *unpacking) trace(id int64) (*sim.Trace, error) {
	if t := u.cache[id]; t != nil {
		return t, nil
	}
	var hash string
	var blob []byte
	err := u.store.read.QueryRowContext(u.ctx, "SELECT hash, blob FROM traces WHERE id = ?", id).Scan(&hash, &blob)
	if err != nil {
		return nil, err
	}
	t, err := Decode(blob)
	if err != nil {
		return nil, u.store.damaged(id, hash, err)
	}
	if len(u.order) == cached {
		delete(u.cache, u.order[0])
		u.order = append(u.order[:0], u.order[1:]...)
	}
	u.cache[id] = t
	u.order = append(u.order, id)
	return t, nil
}
