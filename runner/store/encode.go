package store

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// encoder packs traces. It keeps its tables from one trace to the next, so that
// packing many allocates only their bytes. The zero value is ready to use.
type encoder struct {
	body    []byte
	strings stringTable
	sites   []site
	labels  int               // of the trace
	dense   []uint32          // process*labels+label to 1 + an index in sites; nil if it were too large
	sparse  map[uint64]uint32 // process and label to an index in sites, instead of dense
	last    []int32           // the last event of each process
	none    sim.Event         // what is before the first event at a site
}

func (e *encoder) encode(t *sim.Trace) ([]byte, error) { return e.pack(nil, t) }

// pack is encode into the memory of to, if it is large enough.
func (e *encoder) pack(to []byte, t *sim.Trace) ([]byte, error) {
	err := check(t)
	if err == nil {
		e.reset(len(t.Processes), len(t.Labels))
		e.body, err = e.events(e.header(e.body[:0], t), t)
	}
	if err != nil {
		return nil, fmt.Errorf("encode trace of scenario %q: %w", t.Scenario, err)
	}
	e.body = e.races(e.body, t)
	return e.assemble(to), nil
}

// events checks and appends all events: both at once, because most of the time goes into
// waiting for the memory of a long trace. Here and below the bytes are handed from one
// function to the next, which is faster than through e.body.
func (e *encoder) events(b []byte, t *sim.Trace) ([]byte, error) {
	b = appendUint(b, uint64(len(t.Events)))
	accesses := 0
	for i := range t.Events {
		var err error
		if b, err = e.event(b, t, i); err != nil {
			return b, fmt.Errorf("event %d: %w", i, err)
		}
		accesses += len(t.Events[i].Reads) + len(t.Events[i].Writes)
	}
	if accesses > maxAccesses {
		return b, fmt.Errorf("%d reads and writes; at most %d can be stored", accesses, maxAccesses)
	}
	return b, nil
}

func (e *encoder) reset(processes, labels int) {
	if e.sparse == nil {
		e.sparse = map[uint64]uint32{}
	}
	clear(e.sparse)
	e.labels = labels
	if n := processes * labels; n <= maxDense {
		e.dense = slices.Grow(e.dense[:0], n)[:n]
		clear(e.dense)
	} else {
		e.dense = nil
	}
	e.strings.reset()
	e.sites = e.sites[:0]
	e.last = slices.Grow(e.last[:0], processes)[:processes]
	for i := range e.last {
		e.last[i] = -1
	}
}

// assemble puts the parts together, now that all strings are known.
func (e *encoder) assemble(to []byte) []byte {
	list := e.strings.list
	size := prefixLen + binary.MaxVarintLen64 + len(e.body)
	for _, s := range list {
		size += len(s) + 2
	}
	out := slices.Grow(to[:0], size)[:prefixLen]
	out = appendUint(out, uint64(len(list)))
	for _, s := range list {
		out = appendUint(out, uint64(len(s)))
	}
	for _, s := range list {
		out = append(out, s...)
	}
	out = append(out, e.body...)
	out[0] = codecVersion
	binary.LittleEndian.PutUint32(out[1:], checksum(out[prefixLen:]))
	return out
}

func (e *encoder) header(b []byte, t *sim.Trace) []byte {
	for _, s := range []string{t.Scenario, t.Variant, t.Profile, t.Strategy, t.Module, t.Revision, t.Signature} {
		b = e.str(b, s)
	}
	b = append(b, byte(t.Mode), byte(t.Verdict))
	for _, u := range []uint64{t.Seed, t.Fingerprint, t.Rolling} {
		b = binary.LittleEndian.AppendUint64(b, u)
	}
	f := &t.Failure
	for _, s := range []string{f.Property, f.Facts, f.Message, f.WaitFor, f.Stack} {
		b = e.str(b, s)
	}
	b = appendInt(b, int64(f.Step))
	b = appendUint(b, uint64(len(t.Params)))
	for _, p := range t.Params {
		b = e.str(e.str(b, p.Label), p.Text)
		b = appendInt(appendInt(appendInt(b, p.Value), p.Lo), p.Hi)
	}
	b = appendUint(b, uint64(len(t.Schedule)))
	for i := range t.Schedule {
		d := &t.Schedule[i]
		b = append(b, byte(d.Kind))
		b = binary.LittleEndian.AppendUint64(b, uint64(d.Event))
		b = binary.LittleEndian.AppendUint64(b, uint64(d.After))
		b = e.str(e.str(appendInt(b, d.Value), d.Name), d.AfterName)
	}
	for _, list := range [][]string{t.Processes, t.Labels, t.Resources, t.Setup} {
		b = e.strs(b, list)
	}
	return e.strs(appendUint(b, uint64(t.Calm)), t.Judge)
}

func (e *encoder) races(b []byte, t *sim.Trace) []byte {
	b = appendInt(b, int64(t.Minimised))
	b = appendUint(b, uint64(len(t.Races)))
	for _, r := range t.Races {
		b = appendUint(appendUint(b, uint64(r.First)), uint64(r.Second))
		b = e.str(e.str(b, r.Resource), r.Otherwise)
	}
	return b
}

// event checks and appends event i: which parts follow, its site, then those parts.
func (e *encoder) event(b []byte, t *sim.Trace, i int) ([]byte, error) {
	ev := &t.Events[i]
	if err := checkEvent(t, ev); err != nil {
		return b, err
	}
	number, fresh := e.site(ev)
	s := &e.sites[number]
	before := s.before(t.Events, &e.none)
	x := expected(t.Events, i)
	flags := departs(ev, before, x, e.last[ev.Process])
	b = appendUint(appendUint(b, flags), uint64(number))
	if fresh {
		b = appendUint(appendUint(b, uint64(ev.Process)), uint64(ev.Label))
	}
	if flags&hasOccurrence != 0 {
		b = appendUint(b, uint64(ev.Occurrence))
	}
	if flags&hasCause != 0 {
		b = appendInt(b, int64(i)-int64(ev.Cause))
	}
	if flags&hasOrigin != 0 {
		b = appendInt(b, int64(i)-int64(ev.Origin))
	}
	if flags&hasWindow != 0 {
		b = appendInt(b, int64(ev.Window.Earliest))
		b = appendInt(b, int64(ev.Window.Nominal-ev.Window.Earliest))
		b = appendInt(b, int64(ev.Window.Latest-ev.Window.Nominal))
	}
	if flags&hasNominal != 0 {
		b = appendInt(b, int64(ev.Nominal-x.nominal))
	}
	if flags&hasTime != 0 {
		b = appendInt(b, int64(ev.Time-x.time))
	}
	if flags&hasHeld != 0 {
		b = appendInt(b, int64(i)-int64(ev.HeldAfter))
	}
	if flags&hasFootprint != 0 { // else it is as it was, and has been checked
		if err := checkFootprint(t, ev); err != nil {
			return b, err
		}
		b = appendIndices(appendIndices(b, ev.Reads), ev.Writes)
	}
	s.last, e.last[ev.Process] = int32(i), int32(i)
	if flags&hasWords == 0 {
		return b, nil
	}
	return e.words(b, ev, flags)
}

// words checks and appends those parts of an event that are for people.
func (e *encoder) words(b []byte, ev *sim.Event, flags uint64) ([]byte, error) {
	if flags&hasOutcomes != 0 {
		b = appendUint(b, uint64(len(ev.Outcomes)))
		for i := range ev.Outcomes {
			o := &ev.Outcomes[i]
			if o.Kind < sim.KindSchedule || o.Kind > lastKind {
				return b, fmt.Errorf("outcome %q: kind %d is unknown", o.Name, uint8(o.Kind))
			}
			b = appendInt(e.str(append(b, byte(o.Kind)), o.Name), o.Value)
		}
	}
	if flags&hasNotes != 0 {
		b = e.strs(b, ev.Notes)
	}
	if flags&hasDetails != 0 {
		b = e.strs(b, ev.Details)
	}
	if flags&hasRules != 0 {
		b = appendUint(b, uint64(len(ev.Rules)))
		for _, r := range ev.Rules {
			b = e.str(e.str(b, r.ID), r.Text)
		}
	}
	if flags&hasSource != 0 {
		b = e.str(b, ev.Source)
	}
	return b, nil
}

// maxDense limits the table that finds the site of a process and label; larger
// ones would cost more to clear than a map costs to ask.
const maxDense = 1 << 14

// site finds the site of ev, or makes it.
func (e *encoder) site(ev *sim.Event) (number uint32, fresh bool) {
	if e.dense != nil {
		n := &e.dense[int(ev.Process)*e.labels+int(ev.Label)]
		if *n != 0 {
			return *n - 1, false
		}
		*n = uint32(len(e.sites)) + 1
	} else {
		key := uint64(uint32(ev.Process))<<32 | uint64(uint32(ev.Label))
		if n, ok := e.sparse[key]; ok {
			return n, false
		}
		e.sparse[key] = uint32(len(e.sites))
	}
	e.sites = append(e.sites, site{ev.Process, ev.Label, -1})
	return uint32(len(e.sites) - 1), true
}

// instants are when an event is expected.
type instants struct {
	nominal time.Duration // on a good day: its window after its origin
	time    time.Duration // not before the event before it, and its nominal duration after its origin
}

// expected needs, of event i, only its origin and its window.
func expected(events []sim.Event, i int) instants {
	ev := &events[i]
	x := instants{ev.Window.Nominal, ev.Window.Nominal}
	if ev.Origin >= 0 && int(ev.Origin) < i {
		origin := &events[ev.Origin]
		x.nominal += origin.Nominal
		x.time += origin.Time
	}
	if i > 0 {
		x.time = max(x.time, events[i-1].Time)
	}
	return x
}

// departs tells in which parts an event is not what the one before at its site, the last one
// of its process, and its instants let expect.
func departs(ev, before *sim.Event, x instants, last int32) (flags uint64) {
	if ev.Time != x.time {
		flags |= hasTime
	}
	if !sameIndices(ev.Reads, before.Reads) || !sameIndices(ev.Writes, before.Writes) {
		flags |= hasFootprint
	}
	if len(ev.Notes) > 0 {
		flags |= hasNotes
	}
	if len(ev.Details) > 0 {
		flags |= hasDetails
	}
	if len(ev.Rules) > 0 {
		flags |= hasRules
	}
	if ev.Cause != last {
		flags |= hasCause
	}
	if ev.Occurrence != before.Occurrence+1 {
		flags |= hasOccurrence
	}
	if len(ev.Outcomes) > 0 {
		flags |= hasOutcomes
	}
	if ev.HeldAfter != -1 {
		flags |= hasHeld
	}
	if ev.Origin != ev.Cause {
		flags |= hasOrigin
	}
	if ev.Window != before.Window {
		flags |= hasWindow
	}
	if ev.Nominal != x.nominal {
		flags |= hasNominal
	}
	if ev.Source != before.Source {
		flags |= hasSource
	}
	return flags
}

// sameIndices is slices.Equal for lists that mostly have one number, and is inlined.
func sameIndices(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for i, v := range a {
		if v != b[i] {
			return false
		}
	}
	return true
}

// str appends the number of s in the table, in the order of first use.
func (e *encoder) str(b []byte, s string) []byte { return appendUint(b, uint64(e.strings.number(s))) }

func (e *encoder) strs(b []byte, list []string) []byte {
	b = appendUint(b, uint64(len(list)))
	for _, s := range list {
		b = e.str(b, s)
	}
	return b
}

func appendIndices(b []byte, list []int32) []byte {
	b = appendUint(b, uint64(len(list)))
	for _, i := range list {
		b = appendUint(b, uint64(i))
	}
	return b
}

func appendInt(b []byte, v int64) []byte { return appendUint(b, zigzag(v)) }

// appendUint is binary.AppendUvarint with the one-byte case inlined: most
// numbers here are small.
func appendUint(b []byte, u uint64) []byte {
	if u < 0x80 {
		return append(b, byte(u))
	}
	return binary.AppendUvarint(b, u)
}
