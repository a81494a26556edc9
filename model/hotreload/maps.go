package hotreload

// slot holds the source map of one path. There is one for each path, and every
// transpile of the path overwrites it: a map does not know whose error still
// needs it.
type slot struct {
	path     string
	gen      uint32
	mappings int
	m        Map
}

func (s *System) slotOf(path string) *slot {
	for i := range s.slots {
		if s.slots[i].path == path {
			return &s.slots[i]
		}
	}
	return nil
}

// mapsPut stores the map of a module just transpiled. Since Bun #29740 a map
// without mappings, which a half-written file yields, does not replace one
// that has some; a blob too short for a header is not recognised as one.
func (s *System) mapsPut(m *Module) {
	put := MapPut{Path: m.path, Generation: m.load.gen, Mappings: m.unit.Mappings}
	fresh := slot{path: m.path, gen: m.load.gen, mappings: m.unit.Mappings, m: m.unit.Map}
	s.Deps.Maps.Lock()
	old := s.slotOf(m.path)
	if old == nil {
		put.Outcome = MapStored
		s.slots = append(s.slots, fresh)
	} else {
		put.OldGeneration, put.OldMappings = old.gen, old.mappings
		if s.cfg.KeepNonEmptyMap && old.mappings > 0 && !m.unit.NoHeader && m.unit.Mappings == 0 {
			put.Outcome = MapKept
		} else {
			put.Outcome = MapOverwritten
			*old = fresh
		}
	}
	s.probe.MapPut(put)
	s.Deps.Maps.Unlock()
}

// sourcePosition looks up where a generated position of path came from, in the
// map that is there now.
func (s *System) sourcePosition(path string, at Position) (pos Position, how Lookup, gen uint32) {
	s.Deps.Maps.Lock()
	defer s.Deps.Maps.Unlock()
	sl := s.slotOf(path)
	if sl == nil {
		return at, NoMap, 0
	}
	if sl.mappings > 0 && sl.m != nil {
		if pos, ok := sl.m.Source(at); ok {
			return pos, FromMap, sl.gen
		}
	}
	return at, NotMapped, sl.gen
}
