package strategy

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// effect is what an event did, as far as it makes other events depend on it. Of an
// event with several outcomes it is what all of them did together.
type effect struct {
	id sim.EventID
	// foot is what it touched: twice the number of a thing, and one more if it wrote
	// it; sorted, each thing once. The masks are a quick look at it.
	foot        []uint32
	all, writes uint64
	everything  bool // its order matters to all other events
	// The order of one that revives the world and one after which there is less
	// activity matters.
	revives, ceases bool
	// By how much it changed the number of pending events, at most, and the number of
	// those that count as activity, at least.
	pending, activity int
	known             bool
}

// add takes one outcome into e.
func (e *effect) add(foot []uint32, everything bool, pending, activity int) {
	for _, f := range foot {
		i, found := slices.BinarySearchFunc(e.foot, f>>1, func(have, thing uint32) int { return int(have>>1) - int(thing) })
		if found {
			e.foot[i] |= f & 1
		} else {
			e.foot = slices.Insert(e.foot, i, f)
		}
		bit := uint64(1) << (f >> 1 & 63)
		e.all |= bit
		if f&1 != 0 {
			e.writes |= bit
		}
	}
	e.everything = e.everything || everything
	if !e.known {
		e.known, e.pending, e.activity = true, pending, activity
		return
	}
	e.pending, e.activity = max(e.pending, pending), min(e.activity, activity)
}

// merge takes another outcome of the same event into e.
func (e *effect) merge(o *effect) {
	e.add(o.foot, o.everything, o.pending, o.activity)
	e.revives, e.ceases = e.revives || o.revives, e.ceases || o.ceases
}

func (e *effect) clone() *effect {
	c := *e
	c.foot = slices.Clone(e.foot)
	return &c
}

// conflicts reports whether the order of two events matters, by what they touch.
func (e *effect) conflicts(o *effect) bool {
	if e.everything || o.everything || e.revives && o.ceases || e.ceases && o.revives {
		return true
	}
	if e.writes&o.all == 0 && o.writes&e.all == 0 {
		return false
	}
	for i, j := 0, 0; i < len(e.foot) && j < len(o.foot); {
		a, b := e.foot[i], o.foot[j]
		switch {
		case a>>1 < b>>1:
			i++
		case a>>1 > b>>1:
			j++
		case (a|b)&1 != 0:
			return true
		default:
			i++
			j++
		}
	}
	return false
}

// counts are the numbers of pending events and of those that count as activity, and
// whether there has been one that does not.
type counts struct {
	pending, activity int
	idle              bool
}

func (c counts) to(pending, activity int) counts {
	return counts{pending, activity, c.idle || pending > activity}
}

func (c counts) after(e *effect) counts { return c.to(c.pending+e.pending, c.activity+e.activity) }

// rests reports whether the world is at rest, and that matters to what does not count
// as activity: it comes before the event that brings the world to rest, or never.
func (c counts) rests() bool { return c.activity <= 0 && c.idle }

// independent reports whether two events that are both pending where there are so many
// may change places: either is possible before the other, and they leave the same.
func (c counts) independent(e, o *effect) bool {
	return !e.conflicts(o) && !c.after(e).rests() && !c.after(o).rests() && !c.after(e).after(o).rests()
}
