package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// Deviation is one way in which a run differed from the default. A hold says
// that Event was late: it did not happen until After had. The others say that
// the choice Event came out as Value.
type Deviation struct {
	Kind  Kind
	Event EventID
	After EventID // for a hold
	Value int64   // for a draw: the value; fault: 1; clock: nanoseconds; elapsed: 0 or 1
	// Names of Event and After, `process:label#occurrence`. The IDs are their hashes.
	Name, AfterName string
}

func (d Deviation) String() string { return string(d.appendTo(nil)) }

// appendTo appends what String returns.
func (d *Deviation) appendTo(b []byte) []byte {
	b = append(append(append(b, d.Kind.String()...), ' '), d.Name...)
	if d.Kind == KindSchedule {
		return append(append(b, " after "...), d.AfterName...)
	}
	return strconv.AppendInt(append(b, " = "...), d.Value, 10)
}

// Schedule is a run as the default plus its deviations, in the order in which
// they took effect. It is what is stored, replayed, minimised and shown.
type Schedule []Deviation

// ParseDeviation reads the form that String writes.
func ParseDeviation(line string) (Deviation, error) {
	kind, rest, _ := strings.Cut(line, " ")
	if kind == KindSchedule.String() {
		if event, after, ok := strings.Cut(rest, " after "); ok {
			d := Deviation{Kind: KindSchedule, Name: event, AfterName: after}
			var err error
			if d.Event, err = ParseEventID(event); err != nil {
				return Deviation{}, err
			}
			d.After, err = ParseEventID(after)
			return d, err
		}
	}
	for k := KindDraw; k <= KindOption; k++ {
		i := strings.LastIndex(rest, " = ")
		if kind != k.String() || i < 0 {
			continue
		}
		name, value := rest[:i], rest[i+len(" = "):]
		v, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return Deviation{}, fmt.Errorf("value %q of %s: want a whole number", value, name)
		}
		d := Deviation{Kind: k, Name: name, Value: v}
		d.Event, err = parseID(name, dataPrefix)
		return d, err
	}
	return Deviation{}, fmt.Errorf("choice %q: want `hold EVENT after EVENT` or `draw|option|fault|clock|elapsed CHOICE = NUMBER`", line)
}

// ParseEventID computes the ID of an event from `process:label#occurrence`.
func ParseEventID(name string) (EventID, error) { return parseID(name, "") }

func parseID(name, prefix string) (EventID, error) {
	rest, occ, ok := cutLast(name, '#')
	proc, label, ok2 := cutLast(rest, ':')
	n, err := strconv.ParseUint(occ, 10, 32)
	if !ok || !ok2 || err != nil || n == 0 || proc == "" || label == "" {
		return 0, fmt.Errorf("event %q: want process:label#occurrence", name)
	}
	return eventID(hashString(proc), hashString(prefix+label), uint32(n)), nil
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// dataPrefix keeps the labels of choices apart from those of events.
const dataPrefix = "?"

func (w *World) dataLabel(l Label) string { return strings.TrimPrefix(w.labels.list[l], dataPrefix) }

// DrawID is the ID of the parameter called label that a scenario draws at set-up.
func DrawID(label string) EventID {
	return eventID(hashString(worldName), hashString(dataPrefix+label), 1)
}

// worldName is the process in whose name the set-up of a scenario happens.
const worldName = "world"
