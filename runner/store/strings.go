package store

import "math/bits"

// stringTable numbers the strings of a trace in the order of first use. It is a hash table
// of its own, because a map took a third of packing: the same few strings come again and
// again, from one trace to the next, so that the next trace finds its slots where the one
// before had them and nothing has to be cleared in between.
type stringTable struct {
	list  []string
	slots []stringSlot // open addressing, a power of two, at most half of them used
	trace uint32       // the number of the trace; slots of others are free
}

type stringSlot struct {
	hash          uint32
	trace, number uint32
}

// reset forgets the strings of the trace before.
func (t *stringTable) reset() {
	clear(t.list)
	t.list = t.list[:0]
	t.trace++
	if t.trace == 0 || t.slots == nil { // what the slots say of 4 billion traces ago would count again
		t.slots, t.trace = make([]stringSlot, max(len(t.slots), 512)), 1
	}
}

func (t *stringTable) number(s string) uint32 {
	hash := hashString(s)
	mask := uint32(len(t.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		slot := &t.slots[at]
		if slot.trace != t.trace {
			n := uint32(len(t.list))
			*slot = stringSlot{hash, t.trace, n}
			t.list = append(t.list, s)
			if len(t.list)*2 > len(t.slots) {
				t.grow()
			}
			return n
		}
		if slot.hash == hash && t.list[slot.number] == s {
			return slot.number
		}
	}
}

func (t *stringTable) grow() {
	old := t.slots
	t.slots = make([]stringSlot, 2*len(old))
	mask := uint32(len(t.slots) - 1)
	for _, slot := range old {
		if slot.trace != t.trace {
			continue
		}
		at := slot.hash & mask
		for t.slots[at].trace == t.trace {
			at = (at + 1) & mask
		}
		t.slots[at] = slot
	}
}

// hashString mixes all bytes of s, eight at a time, by the halves of a product, as wyhash
// does (https://github.com/wangyi-fudan/wyhash); the last eight overlap those before. It is
// not stored, and need not be safe from those who choose names to collide: that makes
// packing slow, not wrong.
func hashString(s string) uint32 {
	n := len(s)
	h := uint64(n) * odd
	var last uint64
	switch {
	case n >= 8:
		for at := 0; at < n-8; at += 8 {
			h = fold(h^load64(s[at:]), odd)
		}
		last = load64(s[n-8:])
	case n >= 4:
		last = load32(s)<<32 | load32(s[n-4:])
	case n > 0:
		last = uint64(s[0])<<16 | uint64(s[n/2])<<8 | uint64(s[n-1])
	}
	h = fold(h^last, odd)
	return uint32(h ^ h>>32)
}

const odd = 0x9e3779b97f4a7c15

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// load64 is one load: the compiler makes it so.
func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load32(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
