package reports

import (
	"fmt"
	"io"

	"github.com/seed-3519b94c/simrun/sim"
	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of Perfetto's messages that are written here, by number
// (https://perfetto.dev/docs/reference/trace-packet-proto).
const (
	tracePacket = 1 // Trace.packet

	packetTimestamp  = 8
	packetSequence   = 10
	packetEvent      = 11
	packetFlags      = 13
	packetDescriptor = 60

	descriptorUUID    = 1
	descriptorName    = 2
	descriptorParent  = 5
	descriptorProcess = 3
	descriptorThread  = 4
	processPID        = 1
	processName       = 6
	threadPID         = 1
	threadTID         = 2
	threadName        = 5

	eventAnnotations = 4
	eventType        = 9
	eventTrack       = 11
	eventCategories  = 22
	eventName        = 23
	eventFlows       = 47 // fixed64
	eventFlowsEnd    = 48 // fixed64

	annotationString = 6
	annotationName   = 10

	typeSliceBegin = 1
	typeSliceEnd   = 2
	typeInstant    = 3

	flagsCleared = 1 // SEQ_INCREMENTAL_STATE_CLEARED
)

// Perfetto writes t in the protobuf format of Perfetto (https://ui.perfetto.dev): a track
// for each process, a slice for what each event took, flows from cause to effect. The
// clock is the virtual one, in nanoseconds.
func Perfetto(w io.Writer, t *sim.Trace, o Options) error {
	p := &perfetto{s: &story{t: t, o: o.withDefaults(t)}}
	p.s.index()
	p.tracks()
	p.events()
	if _, err := w.Write(p.out); err != nil {
		return fmt.Errorf("write Perfetto trace %q: %w", p.s.o.Hash, err)
	}
	return nil
}

type perfetto struct {
	s   *story
	out []byte
}

// worldTrack is the track that those of the processes are below; that of process i is
// trackBase+i.
const (
	worldTrack = 1
	trackBase  = 100
	worldPID   = 1
)

func bytesField(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func stringField(b []byte, field protowire.Number, v string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func intField(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func fixedField(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), v)
}

// packet appends a TracePacket with one payload.
func (p *perfetto) packet(timestamp uint64, flags uint64, field protowire.Number, payload []byte) {
	b := intField(nil, packetTimestamp, timestamp)
	b = intField(b, packetSequence, 1)
	if flags != 0 {
		b = intField(b, packetFlags, flags)
	}
	b = bytesField(b, field, payload)
	p.out = bytesField(p.out, tracePacket, b)
}

func (p *perfetto) tracks() {
	process := stringField(intField(nil, processPID, worldPID), processName, p.s.headline())
	d := stringField(intField(nil, descriptorUUID, worldTrack), descriptorName, "world")
	p.packet(0, flagsCleared, packetDescriptor, bytesField(d, descriptorProcess, process))
	for i := range p.s.t.Processes {
		name := p.s.process(int32(i))
		thread := intField(intField(nil, threadPID, worldPID), threadTID, uint64(trackBase+i))
		thread = stringField(thread, threadName, name)
		d := stringField(intField(nil, descriptorUUID, uint64(trackBase+i)), descriptorName, name)
		d = bytesField(intField(d, descriptorParent, worldTrack), descriptorThread, thread)
		p.packet(0, 0, packetDescriptor, d)
	}
}

// events writes a slice for each event: from when its process was done with the one before,
// or from when its window began, to its instant.
func (p *perfetto) events() {
	t := p.s.t
	effects := make(map[int][]int) // by cause, in other processes
	for i := range t.Events {
		if c := int(t.Events[i].Cause); c >= 0 && c < i && t.Events[c].Process != t.Events[i].Process {
			effects[c] = append(effects[c], i)
		}
	}
	last := make([]uint64, len(t.Processes))
	for i := range t.Events {
		e := &t.Events[i]
		end := uint64(max(0, e.Time))
		begin := last[e.Process]
		if o := e.Origin; o >= 0 && int(o) < i {
			begin = max(begin, uint64(max(0, t.Events[o].Time)))
		}
		begin = min(begin, end)
		last[e.Process] = end
		track := uint64(trackBase + int(e.Process))
		b := intField(nil, eventType, typeSliceBegin)
		b = intField(b, eventTrack, track)
		b = stringField(b, eventName, p.s.label(e.Label))
		if p.s.racing[i] {
			b = stringField(b, eventCategories, "decides")
		}
		p.packet(begin, 0, packetEvent, p.annotations(b, i))
		b = intField(nil, eventType, typeInstant) // flows hang on instants: a slice begins before its cause
		b = intField(b, eventTrack, track)
		b = stringField(b, eventName, p.s.name(i))
		for _, effect := range effects[i] {
			b = fixedField(b, eventFlows, uint64(effect+1))
		}
		if c := int(e.Cause); c >= 0 && c < i && t.Events[c].Process != e.Process {
			b = fixedField(b, eventFlowsEnd, uint64(i+1))
		}
		p.packet(end, 0, packetEvent, b)
		p.packet(end, 0, packetEvent, intField(intField(nil, eventType, typeSliceEnd), eventTrack, track))
	}
}

// annotations are what a click on a slice shows.
func (p *perfetto) annotations(b []byte, i int) []byte {
	e := &p.s.t.Events[i]
	add := func(name, value string) {
		if value == "" {
			return
		}
		a := stringField(stringField(nil, annotationName, name), annotationString, value)
		b = bytesField(b, eventAnnotations, a)
	}
	add("event", p.s.name(i))
	for _, n := range e.Notes {
		add("note", clean(n))
	}
	for _, n := range e.Details {
		add("detail", clean(n))
	}
	names := func(list []int32) (out string) {
		for k, r := range list {
			if k > 0 {
				out += " "
			}
			out += entry(p.s.t.Resources, r)
		}
		return out
	}
	add("reads", names(e.Reads))
	add("writes", names(e.Writes))
	if h := int(e.HeldAfter); h >= 0 && h < len(p.s.t.Events) {
		add("held until after", p.s.name(h))
	}
	add("source", clean(e.Source))
	return b
}
