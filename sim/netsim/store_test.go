package netsim_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A store against a map.
func TestStore(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		_, _ = try(t, w, nil, sim.Config{}, func(x *world) {
			s, m := x.n.Store("db"), make(map[string]int)
			if x.n.Store("db") != s || x.n.Store("other") == s {
				rt.Fatal("a store has a name")
			}
			keys := rapid.SampledFrom([]string{"a", "b", "ab", "abc", ""})
			for i := range rapid.IntRange(1, 30).Draw(rt, "steps") {
				key := keys.Draw(rt, "key")
				switch rapid.IntRange(0, 3).Draw(rt, "do") {
				case 0:
					s.Save(key, i)
					m[key] = i
				case 1:
					s.Delete(key)
					delete(m, key)
				case 2:
					v, ok := s.Load(key)
					want, there := m[key]
					if ok != there || ok && v != want {
						rt.Fatalf("%q is %v %v, want %v %v", key, v, ok, want, there)
					}
				case 3:
					var want []string
					for k := range m {
						if strings.HasPrefix(k, key) {
							want = append(want, k)
						}
					}
					slices.Sort(want)
					if got := s.Keys(key); !slices.Equal(got, want) {
						rt.Fatalf("keys %q: %q, want %q", key, got, want)
					}
				}
			}
		})
	})
}

// In the next run a store is empty.
func TestStoreBeginsEmpty(t *testing.T) {
	w := newWorld(t)
	s := &sim.Scenario{Name: "test/store", Profiles: []*sim.Profile{profile(nil)}}
	x := &world{t: t, w: w}
	s.Build = func(w *sim.World) {
		x.begin(w)
		db := x.n.Store("db")
		require.Empty(t, db.Keys(""))
		db.Save("k", 1)
	}
	for range 2 {
		_, err := w.Run(s, sim.Config{})
		require.NoError(t, err)
	}
}
