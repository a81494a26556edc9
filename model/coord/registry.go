package coord

import (
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Registry remembers who was seen and when, by the wall clock of its process. Keys
// are in the order in which they were first seen, like those of a JavaScript Map. It
// holds one env.Mark for each.
type Registry[K comparable, V any] struct {
	Clock env.WallClock
	TTL   time.Duration // how long somebody who is not seen again stays fresh

	entries []*regEntry[K, V]
	index   map[K]*regEntry[K, V]
}

type regEntry[K comparable, V any] struct {
	key  K
	v    V
	seen env.Mark
}

// Seen notes that key was seen now, and returns its value to be changed: the zero
// value if it is new.
func (r *Registry[K, V]) Seen(key K) (v *V, isNew bool) {
	if e := r.index[key]; e != nil {
		r.Clock.Release(e.seen)
		e.seen = r.Clock.Mark()
		return &e.v, false
	}
	if r.index == nil {
		r.index = make(map[K]*regEntry[K, V])
	}
	e := &regEntry[K, V]{key: key, seen: r.Clock.Mark()}
	r.entries, r.index[key] = append(r.entries, e), e
	return &e.v, true
}

// Get is the value of key, whether fresh or not; nil if it is not there.
func (r *Registry[K, V]) Get(key K) *V {
	if e := r.index[key]; e != nil {
		return &e.v
	}
	return nil
}

// Fresh reports whether key is there and was seen no longer than the TTL ago.
func (r *Registry[K, V]) Fresh(key K) bool {
	e := r.index[key]
	return e != nil && !r.stale(e)
}

func (r *Registry[K, V]) stale(e *regEntry[K, V]) bool { return r.Clock.Elapsed(e.seen, r.TTL+1) }

// Delete forgets key and reports whether it was there.
func (r *Registry[K, V]) Delete(key K) bool {
	e := r.index[key]
	if e == nil {
		return false
	}
	r.Clock.Release(e.seen)
	delete(r.index, key)
	r.entries = slices.DeleteFunc(r.entries, func(other *regEntry[K, V]) bool { return other == e })
	return true
}

// Sweep forgets all that were seen longer than the TTL ago. gone, if not nil, is told
// of each.
func (r *Registry[K, V]) Sweep(gone func(key K, v *V)) {
	r.entries = slices.DeleteFunc(r.entries, func(e *regEntry[K, V]) bool {
		if !r.stale(e) {
			return false
		}
		r.Clock.Release(e.seen)
		delete(r.index, e.key)
		if gone != nil {
			gone(e.key, &e.v)
		}
		return true
	})
}

// Len is how many are there.
func (r *Registry[K, V]) Len() int { return len(r.entries) }

// Keys lists who is there, in order.
func (r *Registry[K, V]) Keys() []K {
	keys := make([]K, len(r.entries))
	for i, e := range r.entries {
		keys[i] = e.key
	}
	return keys
}
