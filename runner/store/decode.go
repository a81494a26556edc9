package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// decoder unpacks one trace. The first error sticks; everything read after it
// is zero, so that callers check once. Every count is checked against the bytes
// that are left before anything of that size is made: input of n bytes never
// takes more memory than a fixed multiple of n (and of maxAccesses).
type decoder struct {
	in       []byte
	version  byte
	at       int
	err      error
	strings  []string
	sites    []site
	last     []int32
	accesses int
	spare    []int32
	none     sim.Event // what is before the first event at a site
}

func (d *decoder) trace() *sim.Trace {
	d.table()
	t := &sim.Trace{}
	d.header(t)
	n := d.count("events", 2)
	t.Events = make([]sim.Event, n)
	d.last = make([]int32, len(t.Processes))
	for i := range d.last {
		d.last[i] = -1
	}
	for i := range t.Events {
		if d.event(t, i); d.err != nil {
			d.err = fmt.Errorf("event %d: %w", i, d.err)
			return nil
		}
	}
	d.races(t)
	if d.err == nil && d.at != len(d.in) {
		d.fail("%d bytes are left over", len(d.in)-d.at)
	}
	if d.err == nil {
		d.err = check(t)
	}
	if n == 0 {
		t.Events = nil
	}
	return t
}

// table reads the string table. All strings share the memory of one.
func (d *decoder) table() {
	n := d.count("strings", 1)
	lengths := make([]int, n)
	total := 0
	for i := range lengths {
		lengths[i] = int(d.uintTo("length of a string", uint64(len(d.in))))
		if total += lengths[i]; total > len(d.in) {
			d.fail("the strings take %d bytes or more, of %d", total, len(d.in))
			return
		}
	}
	all := string(d.bytes(total))
	if d.err != nil {
		return
	}
	d.strings = make([]string, n)
	for i, l := range lengths {
		d.strings[i], all = all[:l], all[l:]
	}
}

func (d *decoder) header(t *sim.Trace) {
	for _, s := range []*string{&t.Scenario, &t.Variant, &t.Profile, &t.Strategy, &t.Module, &t.Revision, &t.Signature} {
		*s = d.str()
	}
	t.Mode, t.Verdict = sim.Mode(d.byte()), sim.Verdict(d.byte())
	for _, u := range []*uint64{&t.Seed, &t.Fingerprint, &t.Rolling} {
		*u = d.fixed()
	}
	f := &t.Failure
	for _, s := range []*string{&f.Property, &f.Facts, &f.Message, &f.WaitFor, &f.Stack} {
		*s = d.str()
	}
	f.Step = int(d.int())
	if n := d.count("parameters", 5); n > 0 {
		t.Params = make([]sim.Param, n)
	}
	for i := range t.Params {
		t.Params[i] = sim.Param{Label: d.str(), Text: d.str(), Value: d.int(), Lo: d.int(), Hi: d.int()}
	}
	if n := d.count("deviations", 20); n > 0 {
		t.Schedule = make(sim.Schedule, n)
	}
	for i := range t.Schedule {
		t.Schedule[i] = sim.Deviation{
			Kind: sim.Kind(d.byte()), Event: sim.EventID(d.fixed()), After: sim.EventID(d.fixed()),
			Value: d.int(), Name: d.str(), AfterName: d.str(),
		}
	}
	for _, list := range []*[]string{&t.Processes, &t.Labels, &t.Resources, &t.Setup} {
		*list = d.strs()
	}
	t.Calm = int(d.uintTo("calm", math.MaxInt32))
	if d.version >= 2 {
		t.Judge = d.strs()
	}
}

func (d *decoder) races(t *sim.Trace) {
	t.Minimised = int(d.int())
	if n := d.count("races", 4); n > 0 {
		t.Races = make([]sim.Race, n)
	}
	for i := range t.Races {
		t.Races[i] = sim.Race{
			First: d.index("event", len(t.Events)), Second: d.index("event", len(t.Events)), Resource: d.str(), Otherwise: d.str(),
		}
	}
}

func (d *decoder) event(t *sim.Trace, i int) {
	flags := d.uintTo("flags", 1<<eventBits-1)
	s := d.site(t)
	if d.err != nil {
		return
	}
	ev, before := &t.Events[i], s.before(t.Events, &d.none)
	ev.Process, ev.Label, ev.Occurrence = s.process, s.label, before.Occurrence+1
	ev.Cause, ev.HeldAfter, ev.Window, ev.Source = d.last[s.process], -1, before.Window, before.Source
	if flags&hasOccurrence != 0 {
		ev.Occurrence = uint32(d.uintTo("occurrence", math.MaxUint32))
	}
	if flags&hasCause != 0 {
		ev.Cause = d.back(i)
	}
	ev.Origin = ev.Cause
	if flags&hasOrigin != 0 {
		ev.Origin = d.back(i)
	}
	if flags&hasWindow != 0 {
		w := &ev.Window
		w.Earliest = time.Duration(d.int())
		w.Nominal = w.Earliest + time.Duration(d.int())
		w.Latest = w.Nominal + time.Duration(d.int())
	}
	x := expected(t.Events, i)
	ev.Nominal = x.nominal
	if flags&hasNominal != 0 {
		ev.Nominal += time.Duration(d.int())
	}
	ev.Time = x.time
	if flags&hasTime != 0 {
		ev.Time += time.Duration(d.int())
	}
	if flags&hasHeld != 0 {
		ev.HeldAfter = d.back(i)
	}
	if flags&hasFootprint != 0 {
		ev.Reads, ev.Writes = d.indices(len(t.Resources)), d.indices(len(t.Resources))
	} else {
		ev.Reads, ev.Writes = d.again(before.Reads), d.again(before.Writes)
	}
	d.words(ev, flags)
	s.last, d.last[ev.Process] = int32(i), int32(i)
}

func (d *decoder) words(ev *sim.Event, flags uint64) {
	if flags&hasOutcomes != 0 {
		if n := d.count("outcomes", 3); n > 0 {
			ev.Outcomes = make([]sim.Outcome, n)
		}
		for i := range ev.Outcomes {
			ev.Outcomes[i] = sim.Outcome{Kind: sim.Kind(d.byte()), Name: d.str(), Value: d.int()}
		}
	}
	if flags&hasNotes != 0 {
		ev.Notes = d.strs()
	}
	if flags&hasDetails != 0 {
		ev.Details = d.strs()
	}
	if flags&hasRules != 0 {
		ev.Rules = d.rules()
	}
	if flags&hasSource != 0 {
		ev.Source = d.str()
	}
}

// site reads the number of a site, and what it stands for if it is the next new one.
func (d *decoder) site(t *sim.Trace) *site {
	n := d.uintTo("site", uint64(len(d.sites)))
	if d.err != nil {
		return nil
	}
	if int(n) == len(d.sites) {
		process, label := d.index("process", len(t.Processes)), d.index("label", len(t.Labels))
		d.sites = append(d.sites, site{process, label, -1})
	}
	return &d.sites[n]
}

// again copies a footprint, so that no two events share memory.
func (d *decoder) again(list []int32) []int32 {
	c := d.footprint(len(list))
	copy(c, list)
	return c
}

// footprint makes room for n resources, cut from a larger piece.
func (d *decoder) footprint(n int) []int32 {
	if d.accesses += n; d.accesses > maxAccesses {
		d.fail("more than %d reads and writes", maxAccesses)
		return nil
	}
	if n == 0 {
		return nil
	}
	if n > len(d.spare) {
		d.spare = make([]int32, max(n, 256))
	}
	list := d.spare[:n:n]
	d.spare = d.spare[n:]
	return list
}

// fail keeps the first error, with the place in the input.
func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("byte %d: "+format, append([]any{prefixLen + d.at}, args...)...)
	}
}

func (d *decoder) uint() uint64 {
	if d.err != nil {
		return 0
	}
	if d.at < len(d.in) && d.in[d.at] < 0x80 {
		d.at++
		return uint64(d.in[d.at-1])
	}
	u, n := binary.Uvarint(d.in[d.at:])
	if n <= 0 {
		d.fail("want a number, have %d bytes", len(d.in)-d.at)
		return 0
	}
	d.at += n
	return u
}

// uintTo reads a number that must not exceed limit.
func (d *decoder) uintTo(what string, limit uint64) uint64 {
	u := d.uint()
	if u > limit {
		d.fail("%s is %d, at most %d is possible", what, u, limit)
		return 0
	}
	return u
}

// count reads how many things follow, each of at least size bytes.
func (d *decoder) count(what string, size int) int {
	n := d.uint()
	if left := len(d.in) - d.at; n > uint64(left/size) {
		d.fail("%d %s in %d bytes", n, what, left)
		return 0
	}
	return int(n)
}

func (d *decoder) int() int64 { return unzigzag(d.uint()) }

func (d *decoder) bytes(n int) []byte {
	if d.err == nil && n > len(d.in)-d.at {
		d.fail("want %d bytes, have %d", n, len(d.in)-d.at)
	}
	if d.err != nil {
		return nil
	}
	d.at += n
	return d.in[d.at-n : d.at]
}

func (d *decoder) byte() byte {
	if b := d.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) fixed() uint64 {
	if b := d.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// back reads another event than i, as how far back it is; -1 is none.
func (d *decoder) back(i int) int32 {
	n := int64(i) - d.int()
	if n < -1 || n > math.MaxInt32 {
		d.fail("event %d does not exist", n)
		return -1
	}
	return int32(n)
}

// index reads an index into a table of n.
func (d *decoder) index(what string, n int) int32 {
	if n == 0 {
		d.fail("%s: there is none", what)
		return 0
	}
	return int32(d.uintTo(what, uint64(n-1)))
}

func (d *decoder) str() string {
	if i := d.index("string", len(d.strings)); d.err == nil {
		return d.strings[i]
	}
	return ""
}

func (d *decoder) strs() []string {
	n := d.count("strings", 1)
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.str()
	}
	return list
}

func (d *decoder) rules() []sim.Rule {
	n := d.count("rules", 2)
	if n == 0 {
		return nil
	}
	list := make([]sim.Rule, n)
	for i := range list {
		list[i] = sim.Rule{ID: d.str(), Text: d.str()}
	}
	return list
}

func (d *decoder) indices(n int) []int32 {
	list := d.footprint(d.count("resources", 1))
	for i := range list {
		list[i] = d.index("resource", n)
	}
	return list
}
