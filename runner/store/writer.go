package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/benbjohnson/clock"
)

// writer is the one goroutine that writes to the file, in batches: committing
// is the expensive part, and processes that commit often starve each other.
type writer struct {
	store *Store
	queue chan order
	done  chan struct{}
	put   inserter

	sending sync.RWMutex // held for reading while an order is sent
	closed  bool         // under sending

	mu    sync.Mutex // of what follows
	stats Stats
	err   error // the first failure; nothing is written after it
}

// order is something to insert, or a wish to know when all before it is on disk.
type order struct {
	item  item
	reply chan<- error
}

// item is something that a batch inserts.
type item interface {
	// insert reports whether the item was new.
	insert(ctx context.Context, put *inserter) (bool, error)
	size() int
}

// Stats counts what a Store has done with what was added to it.
type Stats struct {
	Added     int // accepted by Add and AddCampaign
	Committed int // of those, on disk, duplicates included
	Duplicate int // of those, already there
	Batches   int // transactions
	Retries   int // transactions tried again
}

// batch is what the next transaction will insert.
type batch struct {
	items []item
	bytes int
	timer *clock.Timer // started with the first item
}

func newWriter(ctx context.Context, s *Store) (*writer, error) {
	w := &writer{store: s, queue: make(chan order, s.opts.Queue), done: make(chan struct{})}
	if err := w.put.within(ctx, s.write, func() error { return nil }); err != nil { // prepares the statements
		return nil, err
	}
	go w.loop()
	return w, nil
}

// add hands an item to the writer. It waits while the queue is full.
func (w *writer) add(ctx context.Context, it item) error {
	if err := w.failure(); err != nil {
		return err
	}
	return w.send(ctx, order{item: it})
}

func (w *writer) send(ctx context.Context, o order) error {
	w.sending.RLock()
	defer w.sending.RUnlock()
	if w.closed {
		return &Error{Doing: "write to store", Path: w.store.path, Kind: Closed, Why: "it is closed"}
	}
	if err := ctx.Err(); err != nil { // select takes any that is ready
		return fmt.Errorf("write to store %q: %w", w.store.path, err)
	}
	select {
	case w.queue <- o:
	case <-ctx.Done():
		return fmt.Errorf("write to store %q: %w", w.store.path, ctx.Err())
	}
	if o.item != nil {
		w.count(func(s *Stats) { s.Added++ })
	}
	return nil
}

// flush waits until all that was added before is on disk.
func (w *writer) flush(ctx context.Context) error {
	reply := make(chan error, 1)
	if err := w.send(ctx, order{reply: reply}); err != nil {
		return err
	}
	select {
	case err := <-reply:
		return err
	case <-ctx.Done():
		return fmt.Errorf("flush store %q: %w", w.store.path, ctx.Err())
	}
}

// close writes what is left and ends the goroutine.
func (w *writer) close() error {
	w.sending.Lock()
	w.closed = true
	w.sending.Unlock()
	close(w.queue)
	<-w.done
	w.put.close()
	return w.failure()
}

func (w *writer) loop() {
	defer close(w.done)
	b := &batch{}
	for {
		var due <-chan time.Time
		if b.timer != nil {
			due = b.timer.C
		}
		select {
		case o, open := <-w.queue:
			if !open {
				w.commit(b)
				return
			}
			if o.item != nil {
				b.add(o.item, w.store.opts)
			}
			if o.reply != nil {
				w.commit(b)
				o.reply <- w.failure()
			} else if b.full(w.store.opts, len(w.queue)) {
				w.commit(b)
			}
		case <-due:
			w.commit(b)
		}
	}
}

func (b *batch) add(it item, opts Options) {
	if len(b.items) == 0 {
		b.timer = opts.Clock.Timer(opts.BatchDelay)
	}
	b.items = append(b.items, it)
	b.bytes += it.size()
}

// The size of a batch if Options do not say: the larger one only while more are waiting, so
// that a writer that cannot keep up commits less often. With the pages of the index that a
// commit writes, a long exploration was stored a quarter faster.
const (
	defaultBatch = 100
	largestBatch = 500
)

func (b *batch) full(opts Options, waiting int) bool {
	n, most := len(b.items), opts.BatchTraces
	if most == 0 {
		most = defaultBatch
		if waiting > 0 {
			most = largestBatch
		}
	}
	return n >= most || b.bytes >= opts.BatchBytes
}

func (b *batch) clear() {
	if b.timer != nil {
		b.timer.Stop()
	}
	clear(b.items) // let go of the blobs
	*b = batch{items: b.items[:0]}
}

// commit writes b in one transaction. After a failure nothing is written any
// more, and every call says how many were accepted in vain.
func (w *writer) commit(b *batch) {
	defer b.clear()
	if len(b.items) == 0 || w.failure() != nil {
		return
	}
	duplicates, tries := 0, -1
	err := w.store.patiently(func() (err error) {
		tries++
		duplicates, err = w.insert(b)
		return err
	})
	w.count(func(s *Stats) {
		s.Retries += tries
		if err != nil {
			return
		}
		s.Batches++
		s.Committed += len(b.items)
		s.Duplicate += duplicates
	})
	if err != nil {
		w.mu.Lock()
		w.err = explain("write to store", w.store.path, err)
		w.mu.Unlock()
		return
	}
	for _, it := range b.items {
		if r, ok := it.(*traceRow); ok {
			w.store.spares.written(r)
		}
	}
}

func (w *writer) insert(b *batch) (duplicates int, err error) {
	ctx := context.Background() // a batch is written whole, whoever gives up waiting for it
	err = w.put.within(ctx, w.store.write, func() error {
		for _, it := range b.items {
			fresh, err := it.insert(ctx, &w.put)
			if err != nil {
				return err
			}
			if !fresh {
				duplicates++
			}
		}
		return nil
	})
	return duplicates, err
}

func (w *writer) count(f func(*Stats)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.stats)
}

// failure is the error that stopped the writer, with what it cost.
func (w *writer) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		return nil
	}
	return fmt.Errorf("%w (not stored: %d)", w.err, w.stats.Added-w.stats.Committed)
}
