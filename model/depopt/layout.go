package depopt

import (
	"slices"
	"strings"
)

// Naming says what the name of a chunk is made of.
type Naming uint8

// The ways of naming chunks.
const (
	// Content: the source and who shares it (esbuild).
	Content Naming = iota
	// Stable: the source alone (rolldown).
	Stable
)

// String is the name of the naming.
func (n Naming) String() string { return pick(int(n), "content", "stable") }

// Bundle is a file of the directory of bundles.
type Bundle struct {
	Name    string   // of the dependency, or the chunk's
	Dep     int      // index of the dependency; -1 for a chunk
	Sources []string // what is in it
	Chunks  []string // what it imports
	Hash    uint64   // of its content
	dep     *DepSource
}

// Layout is how a set of dependencies is cut into files.
type Layout struct {
	Set    depSet
	Deps   []*Bundle // in the order of the app's dependencies
	Chunks []*Bundle // in the order of their sources
}

// depSet is a set of dependencies, by index.
type depSet uint64

func (s depSet) has(i int) bool { return s>>i&1 == 1 }

type layoutKey struct {
	set    depSet
	naming Naming
}

// Layout is the chunk-sharing relation, a pure function: a shared source that two or
// more dependencies of the set use moves into a chunk file, otherwise it is inlined
// into its only user. Chunks are called after what naming says, and what a file is
// called decides the content of those that import it.
func (a *App) layout(set depSet, naming Naming) *Layout {
	k := layoutKey{set, naming}
	if l := a.layouts[k]; l != nil {
		return l
	}
	l := a.cut(set, naming)
	if len(a.layouts) < maxLayouts {
		a.layouts[k] = l
	}
	return l
}

// maxLayouts bounds the memory of layouts.
const maxLayouts = 4096

func (a *App) cut(set depSet, naming Naming) *Layout {
	l := &Layout{Set: set}
	sharers := make(map[string][]string)
	var shared []string
	for i := range a.Deps {
		if !set.has(i) {
			continue
		}
		for _, s := range a.Deps[i].Sources {
			if len(sharers[s]) == 0 {
				shared = append(shared, s)
			}
			sharers[s] = append(sharers[s], a.Deps[i].Name)
		}
	}
	chunkOf := make(map[string]string)
	for _, s := range shared {
		if len(sharers[s]) < 2 {
			continue
		}
		name := chunkName(s, sharers[s], naming)
		chunkOf[s] = name
		l.Chunks = append(l.Chunks, &Bundle{Name: name, Dep: -1, Sources: []string{s}, Hash: hashOf("chunk", s)})
	}
	for i := range a.Deps {
		if !set.has(i) {
			continue
		}
		d := &a.Deps[i]
		b := &Bundle{Name: d.Name, Dep: i, dep: d}
		for _, s := range d.Sources {
			if c, ok := chunkOf[s]; ok {
				b.Chunks = append(b.Chunks, c)
			} else {
				b.Sources = append(b.Sources, s)
			}
		}
		b.Sources = append(b.Sources, d.Name)
		slices.Sort(b.Chunks)
		b.Hash = hashOf(d.Name, b.Chunks...)
		l.Deps = append(l.Deps, b)
	}
	return l
}

// chunkName has no dot: labels are cut at those.
func chunkName(source string, sharers []string, naming Naming) string {
	if naming == Stable {
		return "chunk-" + source
	}
	names := slices.Clone(sharers)
	slices.Sort(names)
	return "chunk-" + source + "-" + strings.Join(names, "+")
}

// find is the file of that name; nil if there is none.
func (l *Layout) find(name string) *Bundle {
	for _, b := range l.Deps {
		if b.Name == name {
			return b
		}
	}
	for _, b := range l.Chunks {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// ofDep is the file of a dependency; nil if it is not in the set.
func (l *Layout) ofDep(i int) *Bundle {
	for _, b := range l.Deps {
		if b.Dep == i {
			return b
		}
	}
	return nil
}

// FNV-1a, 64 bits.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashOf hashes texts, keeping them apart.
func hashOf(first string, rest ...string) uint64 {
	h := hashText(fnvOffset, first)
	for _, s := range rest {
		h = hashText(h, s)
	}
	return h
}

func hashText(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return (h ^ 0xff) * fnvPrime
}

// hashNumber mixes a number into h.
func hashNumber(h, n uint64) uint64 {
	for range 8 {
		h = (h ^ n&0xff) * fnvPrime
		n >>= 8
	}
	return h
}

// commitVersion is the commit hash of a set of dependencies: even, and not 0.
func commitVersion(set depSet, lock string) Version {
	return Version(hashNumber(hashText(fnvOffset, lock), uint64(set))<<1 | 2)
}

// discoveryVersion is the discovery hash for what is optimized and what has been
// discovered: odd, so never a commit's.
func discoveryVersion(optimized, discovered depSet, token string) Version {
	h := hashNumber(hashText(fnvOffset, token), uint64(optimized))
	return Version(hashNumber(h, uint64(discovered)) | 1)
}
