package netsim

import (
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Store is storage that outlives programs, an env.Store for all of them.
type Store struct {
	n      *Net
	name   string
	run    uint64   // of n, in which it was made
	values []stored // sorted by key
	keys   sim.Resource
	res    map[string]sim.Resource
}

type stored struct {
	key string
	v   any
}

var _ env.Store = (*Store)(nil)

// Store is the storage of this name; the first call in a run makes it, empty.
func (n *Net) Store(name string) *Store {
	s := n.kept.stores[name]
	if s == nil {
		s = &Store{name: name, keys: n.w.Resource("keys of " + name), res: make(map[string]sim.Resource)}
		n.kept.stores[name] = s
	}
	if s.n == n && s.run == n.run {
		return s
	}
	s.n, s.run = n, n.run
	clear(s.values)
	s.values = s.values[:0]
	return s
}

// resource stands for one key.
func (s *Store) resource(key string) sim.Resource {
	r, ok := s.res[key]
	if !ok {
		r = s.n.w.Resource(s.name + "[" + key + "]")
		s.res[key] = r
	}
	return r
}

func (s *Store) find(key string) (int, bool) {
	return slices.BinarySearchFunc(s.values, key, func(v stored, key string) int { return strings.Compare(v.key, key) })
}

// Load implements env.Store.
func (s *Store) Load(key string) (any, bool) {
	s.n.w.Read(s.resource(key))
	if i, ok := s.find(key); ok {
		return s.values[i].v, true
	}
	return nil, false
}

// Save implements env.Store.
func (s *Store) Save(key string, v any) {
	s.n.w.Write(s.resource(key))
	i, ok := s.find(key)
	if ok {
		s.values[i].v = v
		return
	}
	s.n.w.Write(s.keys)
	s.values = slices.Insert(s.values, i, stored{key, v})
}

// Delete implements env.Store.
func (s *Store) Delete(key string) {
	s.n.w.Write(s.resource(key))
	if i, ok := s.find(key); ok {
		s.n.w.Write(s.keys)
		s.values = slices.Delete(s.values, i, i+1)
	}
}

// Keys implements env.Store.
func (s *Store) Keys(prefix string) []string {
	s.n.w.Read(s.keys)
	var keys []string
	for _, v := range s.values {
		if strings.HasPrefix(v.key, prefix) {
			keys = append(keys, v.key)
		}
	}
	return keys
}

// storeOf is a Store as one life sees it: after its end it can change nothing.
type storeOf struct {
	l *life
	s *Store
}

// Load implements env.Store.
func (o storeOf) Load(key string) (any, bool) { return o.s.Load(key) }

// Save implements env.Store.
func (o storeOf) Save(key string, v any) {
	if !o.l.over {
		o.s.Save(key, v)
	}
}

// Delete implements env.Store.
func (o storeOf) Delete(key string) {
	if !o.l.over {
		o.s.Delete(key)
	}
}

// Keys implements env.Store.
func (o storeOf) Keys(prefix string) []string { return o.s.Keys(prefix) }
