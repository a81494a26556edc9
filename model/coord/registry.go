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
}

type regEntry[K comparable, V any] struct {
	key  K
	v    V
	seen env.Mark
}

func (r *Registry[K, V]) find(key K) int {
	return slices.IndexFunc(r.entries, func(e *regEntry[K, V]) bool { return e.key == key })
}

// Seen notes that key was seen now, and returns its value to be changed: the zero
// value if it is new.
func (r *Registry[K, V]) Seen(key K) (v *V, isNew bool) {
	i := r.find(key)
	if i < 0 {
		e := &regEntry[K, V]{key: key, seen: r.Clock.Mark()}
		r.entries = append(r.entries, e)
		return &e.v, true
	}
	e := r.entries[i]
	r.Clock.Release(e.seen)
	e.seen = r.Clock.Mark()
	return &e.v, false
}

// Get is the value of key, whether fresh or not; nil if it is not there.
func (r *Registry[K, V]) Get(key K) *V {
	if i := r.find(key); i >= 0 {
		return &r.entries[i].v
	}
	return nil
}

// Fresh reports whether key is there and was seen no longer than the TTL ago.
func (r *Registry[K, V]) Fresh(key K) bool {
	i := r.find(key)
	return i >= 0 && !r.stale(r.entries[i])
}

func (r *Registry[K, V]) stale(e *regEntry[K, V]) bool { return r.Clock.Elapsed(e.seen, r.TTL+1) }

// Delete forgets key and reports whether it was there.
func (r *Registry[K, V]) Delete(key K) bool {
	i := r.find(key)
	if i < 0 {
		return false
	}
	r.Clock.Release(r.entries[i].seen)
	r.entries = slices.Delete(r.entries, i, i+1)
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
