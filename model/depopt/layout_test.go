package depopt

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawApp is an app whose dependencies share sources at random.
func drawApp(t *rapid.T) *App {
	a := &App{}
	for i := range rapid.IntRange(1, 8).Draw(t, "deps") {
		d := DepSource{Name: "dep-" + string(rune('a'+i))}
		for _, s := range []string{"s1", "s2", "s3"} {
			if rapid.Bool().Draw(t, d.Name+s) {
				d.Sources = append(d.Sources, s)
			}
		}
		a.Deps = append(a.Deps, d)
	}
	a.prepare()
	return a
}

// Each source of a set is in one file exactly, and reachable from each of its users.
func TestLayoutHoldsEachSourceOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawApp(t)
		set := depSet(rapid.Uint64Range(0, 1<<len(a.Deps)-1).Draw(t, "set"))
		l := a.layout(set, Naming(rapid.IntRange(0, 1).Draw(t, "naming")))
		var all []string
		for _, b := range append(slices.Clone(l.Deps), l.Chunks...) {
			all = append(all, b.Sources...)
		}
		slices.Sort(all)
		require.Equal(t, slices.Compact(slices.Clone(all)), all)
		for i := range a.Deps {
			b := l.ofDep(i)
			require.Equal(t, set.has(i), b != nil)
			if b == nil {
				continue
			}
			got := slices.Clone(b.Sources)
			for _, c := range b.Chunks {
				got = append(got, l.find(c).Sources...)
			}
			slices.Sort(got)
			want := append(slices.Clone(a.Deps[i].Sources), a.Deps[i].Name)
			slices.Sort(want)
			require.Equal(t, want, got)
		}
	})
}

// A second user of a shared source changes the file of the first; a third one does so only
// if chunks are called after their content.
func TestSharersChangeFiles(t *testing.T) {
	a := &App{Deps: deps()}
	a.prepare()
	of := func(naming Naming, names ...string) uint64 {
		var set depSet
		for _, n := range names {
			i, ok := a.dep(n)
			require.True(t, ok)
			set |= 1 << i
		}
		return a.layout(set, naming).find("dep-a").Hash
	}
	for _, n := range []Naming{Content, Stable} {
		require.Equal(t, of(n, "dep-a"), of(n, "dep-a", "dep-y", "dep-lone"))
		require.NotEqual(t, of(n, "dep-a"), of(n, "dep-a", "dep-b"))
		third := of(n, "dep-a", "dep-b", "dep-c") == of(n, "dep-a", "dep-b")
		require.Equal(t, n == Stable, third)
	}
}

// Versions of discoveries and of commits are never the same.
func TestVersionsOfDiscoveriesAndCommitsDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, two := rapid.Uint64().Draw(t, "one"), rapid.Uint64().Draw(t, "two")
		d, h := discoveryVersion(depSet(one), depSet(two), "token"), commitVersion(depSet(one), "lock")
		require.True(t, d.Discovered())
		require.False(t, h.Discovered())
		require.NotZero(t, h)
	})
}

// A URL is one value, however it is asked for.
func TestURLsAreInterned(t *testing.T) {
	var u urls
	u.reset()
	for range 2 {
		a := u.file("dep-a", 7)
		require.Same(t, a, u.of(File, "dep-a", 7, false))
		require.Same(t, u.bridged(a), u.of(File, "dep-a", 7, true))
		require.Same(t, a, u.bridged(a).Inner())
		require.Same(t, u.file("dep-a", 0), a.Bare())
		require.Equal(t, "ssr:/deps/dep-a?v=D3", u.bridged(a).String())
		require.True(t, u.file("dep-a", 0).Unversioned())
		require.False(t, u.bridged(u.file("dep-a", 0)).Unversioned())
	}
}
