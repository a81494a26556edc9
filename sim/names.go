package sim

import (
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// Label is the interned name of what an event does. Labels are numbered in the
// order of their first use in a World and keep their number from run to run.
type Label int32

// Resource is the interned name of something that events read or write.
type Resource int32

// EventID identifies an event or a choice: the hash of `process:label#occurrence`,
// so that it can be computed from the name alone and does not depend on the
// schedule. 0 is no event.
type EventID uint64

// eventID hashes the three parts; occ counts from 1.
func eventID(proc, label uint64, occ uint32) EventID {
	return EventID(mix(mix(proc, label), uint64(occ)))
}

// names interns strings. The hash of each is kept beside it.
type names struct {
	index map[string]int32
	list  []string
	hash  []uint64
	check func(s string) // of every new name; may be nil
	// Strings in code are constants: recent ones are found by address, without hashing.
	cache [64]struct {
		s  string
		id int32
	}
}

func newNames() *names { return &names{index: make(map[string]int32)} }

func (n *names) intern(s string) int32 {
	slot := &n.cache[(uintptr(unsafe.Pointer(unsafe.StringData(s)))>>3)&63]
	if len(slot.s) == len(s) && len(s) > 0 && unsafe.StringData(slot.s) == unsafe.StringData(s) {
		return slot.id
	}
	id, ok := n.index[s]
	if !ok {
		if n.check != nil {
			n.check(s)
		}
		id = int32(len(n.list))
		n.index[s] = id
		n.list = append(n.list, s)
		n.hash = append(n.hash, hashString(s))
	}
	slot.s, slot.id = s, id
	return id
}

// checkLabel refuses labels that would make `process:label#occurrence` ambiguous.
func (w *World) checkLabel(s string) {
	if strings.ContainsAny(s, ":\n") {
		w.misuse("label %q: it must not contain a colon or a line break, for events are called process:label#occurrence", strings.TrimPrefix(s, dataPrefix))
	}
}

// eventName is the readable form of an event's identity.
func eventName(process, label string, occ uint32) string {
	return process + ":" + label + "#" + strconv.FormatUint(uint64(occ), 10)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// dataLabelOf is the label of a choice called label: kept apart from those of
// events by a prefix.
func (w *World) dataLabelOf(label string) Label {
	id := int(w.choiceNames.intern(label))
	w.choiceLabels = grow(w.choiceLabels, id)
	if w.choiceLabels[id] == 0 {
		w.choiceLabels[id] = Label(w.labels.intern(dataPrefix+label)) + 1
	}
	return w.choiceLabels[id] - 1
}
