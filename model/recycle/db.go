package recycle

import "github.com/seed-3519b94c/simrun/sim/env"

// DB is the database: the modules table, which caches what modules export, and the
// index rows, which users see. It outlives every process.
type DB struct {
	Store env.Store
	Probe Probe // nil: NopProbe
}

// Row is what is stored of a module. It must not be changed.
type Row struct{ Result *Result }

func (d *DB) probe() Probe {
	if d.Probe == nil {
		return NopProbe{}
	}
	return d.Probe
}

// row is the footprint of a row.
func (d *DB) row(key string) Resource { return d.probe().Resource("db[" + key + "]") }

const (
	moduleRows = "module/"
	indexRows  = "index/"
	checksum   = "checksum"
)

// StoreModule puts what a module gave into the modules table.
func (d *DB) StoreModule(r *Result) { d.put(moduleRows, r) }

// StoreIndex puts what a card's module gave into the index.
func (d *DB) StoreIndex(r *Result) { d.put(indexRows, r) }

func (d *DB) put(table string, r *Result) {
	key := table + r.Module
	d.probe().Writes(d.row(key))
	d.Store.Save(key, Row{r})
	d.probe().Fact(Fact{Kind: Stored, Who: key, Result: r})
}

// Module is what the modules table has of a module; nil: nothing.
func (d *DB) Module(module string) *Result {
	key := moduleRows + module
	d.probe().Reads(d.row(key))
	if row, ok := d.Store.Load(key); ok {
		return row.(Row).Result
	}
	return nil
}

// ClearModules empties the modules table.
func (d *DB) ClearModules() {
	for _, key := range d.Store.Keys(moduleRows) {
		d.probe().Writes(d.row(key))
		d.Store.Delete(key)
		d.probe().Fact(Fact{Kind: Cleared, Who: key})
	}
}

// SwapChecksum remembers the token of the shell for which all was indexed, and
// reports whether it is another one than before.
func (d *DB) SwapChecksum(token string) bool {
	old, ok := d.Store.Load(checksum)
	d.Store.Save(checksum, token)
	return !ok || old.(string) != token
}
