package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

const (
	inotifyBuffer  = 263168 // bytes of the buffer that records are read into
	recordHeader   = 16     // bytes of a record without its name
	maxBatch       = 128    // records handed to one callback
	maxDrainRounds = 32
	// A cursor that is never reset makes the thread spin. Nothing is lost by
	// spinning slowly.
	spinPause = 10 * time.Millisecond
)

// batch is what was read from inotify, and how much of it has been handled.
type batch struct {
	records []env.WatchEvent
	cursor  int  // where the next callback goes on
	set     bool // the cursor is in force: hand out, do not read
	again   bool // the rest has been handed out before
}

// readBatch returns the records for the next callback. It blocks until there
// are some. ok is false if the queue cannot be read.
func (s *System) readBatch(p env.Proc) (records []env.WatchEvent, ok bool) {
	b := &s.batch
	if !b.set {
		read, err := s.Deps.Watcher.Read(inotifyBuffer)
		if err != nil {
			return nil, false
		}
		b.records = append(b.records[:0], read...)
		b.cursor, b.again = 0, false
		p.Step("wake")
		s.readMore()
	} else if b.again {
		p.Sleep("spin", spinPause)
	}
	rest := b.records[b.cursor:]
	if len(rest) > maxBatch {
		// High load and short names overrun the array that a callback gets.
		b.cursor += maxBatch
		b.set = true
		return rest[:maxBatch], true
	}
	if b.set {
		// Before Bun #27668 the cursor outlived the buffer it points into.
		b.set = !s.cfg.CursorReset
		b.again = true
	}
	return rest, true
}

// readMore collects what comes shortly after the first records: one save makes
// many. The buffer is so large that there is practically always room.
func (s *System) readMore() {
	rounds := 1
	if s.cfg.Coalesce == DrainLoop {
		rounds = maxDrainRounds
	}
	room := inotifyBuffer - recordBytes(s.batch.records)
	for range rounds {
		if room <= 0 || !s.Deps.Watcher.Poll(time.Duration(s.cfg.CoalesceNs)) {
			return
		}
		read, err := s.Deps.Watcher.Read(room)
		if err != nil {
			return
		}
		s.batch.records = append(s.batch.records, read...)
		room -= recordBytes(read)
	}
}

// recordBytes is the room that records take in a buffer: names are padded with
// zeros, at least one, to a multiple of the header's size.
func recordBytes(records []env.WatchEvent) int {
	n := 0
	for i := range records {
		n += recordHeader
		if l := len(records[i].Name); l > 0 {
			n += (l + recordHeader) / recordHeader * recordHeader
		}
	}
	return n
}
