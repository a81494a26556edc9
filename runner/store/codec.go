package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/seed-3519b94c/simrun/sim"
)

// The packed form of a trace, all numbers little-endian or LEB128 varints:
//
//	version   1 byte
//	checksum  4 bytes, CRC-32C of all that follows
//	strings   count, the length of each, then the bytes of all of them
//	body      header, tables, events, races; a string is its index in strings
//
// An event says only in what it departs from the expected one: the next
// occurrence at its site (process and label), armed by the last event of its
// process, with the window, footprint and source line its site had before. So a
// typical event takes about 7 bytes, names aside, and reading needs no second table.
//
// SQLite has no checksums on its pages, hence one here: a damaged trace is
// reported, never replayed.

// codecVersion is the version that Encode writes. Decode reads it and all before it.
// Version 2 has the judged properties.
const codecVersion = 2

// prefixLen is the length of version and checksum.
const prefixLen = 5

// maxAccesses limits the footprints of one trace, because a repeated footprint
// takes a few bits in the packed form and many bytes out of it.
const maxAccesses = 1 << 24

// The last value of each enum that this version can store.
const (
	lastMode    = sim.Bubbled
	lastVerdict = sim.Nondeterminism
	lastKind    = sim.KindOption
)

// Bits of an event: set where it departs from what is expected.
const (
	hasTime = 1 << iota
	hasFootprint
	hasNotes
	hasCause
	hasOccurrence
	hasOutcomes
	hasHeld
	hasOrigin
	hasWindow
	hasNominal
	hasSource
	hasDetails
	hasRules
	eventBits = iota

	hasWords = hasOutcomes | hasNotes | hasDetails | hasRules | hasSource
)

// site is a process and label, with the last event there: the next one is
// expected to look like it.
type site struct {
	process, label int32
	last           int32 // -1 if there is none
}

// before is the event at s before the present one; none, a zero Event, if there is none.
func (s *site) before(events []sim.Event, none *sim.Event) *sim.Event {
	if s.last < 0 {
		return none
	}
	return &events[s.last]
}

// Encode packs t. Equal traces give equal bytes. It fails only on a trace that
// is not well formed: an index out of range, an unknown verdict.
func Encode(t *sim.Trace) ([]byte, error) {
	var e encoder
	return e.encode(t)
}

// Decode unpacks what Encode made. It returns an error on anything else, and
// every index of the trace it returns is in range.
func Decode(blob []byte) (*sim.Trace, error) {
	if len(blob) < prefixLen {
		return nil, fmt.Errorf("decode trace: %d bytes; want at least %d", len(blob), prefixLen)
	}
	if v := blob[0]; v == 0 || v > codecVersion {
		return nil, fmt.Errorf("decode trace: version %d; this program reads versions 1 to %d", v, codecVersion)
	}
	want, got := binary.LittleEndian.Uint32(blob[1:]), checksum(blob[prefixLen:])
	if want != got {
		return nil, fmt.Errorf("decode trace: checksum is %08x, want %08x: the bytes are damaged", got, want)
	}
	d := decoder{in: blob[prefixLen:], version: blob[0]}
	t := d.trace()
	if d.err != nil {
		return nil, fmt.Errorf("decode trace: %w", d.err)
	}
	return t, nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// zigzag maps small numbers of either sign to small unsigned ones.
func zigzag(v int64) uint64   { return uint64(v<<1) ^ uint64(v>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// check reports the first thing in t, besides its events, that Decode would refuse.
func check(t *sim.Trace) error {
	n := len(t.Events)
	switch {
	case t.Mode > lastMode:
		return fmt.Errorf("mode %d is unknown", t.Mode)
	case t.Verdict > lastVerdict:
		return fmt.Errorf("verdict %d is unknown", uint8(t.Verdict))
	case n > math.MaxInt32:
		return fmt.Errorf("%d events; at most %d can be stored", n, math.MaxInt32)
	case t.Calm < 0 || t.Calm > n:
		return fmt.Errorf("calm is %d; want 0 to %d", t.Calm, n)
	}
	for i, d := range t.Schedule {
		if d.Kind < sim.KindSchedule || d.Kind > lastKind {
			return fmt.Errorf("deviation %d: kind %d is unknown", i, uint8(d.Kind))
		}
	}
	for i, r := range t.Races {
		if outside(r.First, n) || outside(r.Second, n) {
			return fmt.Errorf("race %d is of events %d and %d; there are %d", i, r.First, r.Second, n)
		}
	}
	return nil
}

// checkEvent reports the first thing in an event that Decode would refuse, its lists aside.
func checkEvent(t *sim.Trace, e *sim.Event) error {
	n := len(t.Events)
	switch {
	case outside(e.Process, len(t.Processes)):
		return fmt.Errorf("process %d; there are %d", e.Process, len(t.Processes))
	case outside(e.Label, len(t.Labels)):
		return fmt.Errorf("label %d; there are %d", e.Label, len(t.Labels))
	case e.Cause < -1 || int(e.Cause) >= n:
		return fmt.Errorf("cause is event %d; there are %d", e.Cause, n)
	case e.Origin < -1 || int(e.Origin) >= n:
		return fmt.Errorf("origin is event %d; there are %d", e.Origin, n)
	case e.HeldAfter < -1 || int(e.HeldAfter) >= n:
		return fmt.Errorf("held after event %d; there are %d", e.HeldAfter, n)
	}
	return nil
}

func checkFootprint(t *sim.Trace, e *sim.Event) error {
	if err := checkIndices(e.Reads, len(t.Resources)); err != nil {
		return err
	}
	return checkIndices(e.Writes, len(t.Resources))
}

func checkIndices(list []int32, resources int) error {
	for _, r := range list {
		if outside(r, resources) {
			return fmt.Errorf("resource %d; there are %d", r, resources)
		}
	}
	return nil
}

func outside(i int32, n int) bool { return i < 0 || int(i) >= n }
