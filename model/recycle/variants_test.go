package recycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/model/recycle"
)

// The variants differ from the history in what the history says.
func TestVariants(t *testing.T) {
	vs := recycle.Variants()
	require.Len(t, vs, 12)
	require.Equal(t, recycle.Switches{}, vs[0].Switches, "the zero value is v0")
	v5, err := recycle.Find("v5")
	require.NoError(t, err)
	require.Equal(t, recycle.Switches{Signal: true, ReportAt: recycle.AfterStart, HookReport: true, TokenHygiene: recycle.Trim64}, v5)
	jb, err := recycle.Find("v4+jb")
	require.NoError(t, err)
	require.Equal(t, recycle.GateDeploy, jb.Job)
	_, err = recycle.Find("v9")
	require.EqualError(t, err, `find variant "v9": no such variant`)
}

// Every switch can be set to each of its values by name, and a wrong one is told.
func TestSet(t *testing.T) {
	for _, d := range recycle.SwitchDocs() {
		seen := map[recycle.Switches]bool{}
		for _, o := range d.Options {
			var s recycle.Switches
			require.NoError(t, s.Set(d.Name, o))
			require.False(t, seen[s], "%s=%s is like another value", d.Name, o)
			seen[s] = true
		}
		var s recycle.Switches
		require.NoError(t, s.Set(d.Name, d.Options[0]))
		require.Equal(t, recycle.Switches{}, s, "%s: the first value is the default", d.Name)
		require.Error(t, s.Set(d.Name, "nonsense"))
	}
	var s recycle.Switches
	require.EqualError(t, s.Set("signl", "on"), `set switch "signl": there is none of that name`)
}

// Golden fact 1.
func TestDecide(t *testing.T) {
	none, a, b := recycle.Echo{}, recycle.Echo{Token: "A"}, recycle.Echo{Token: "B"}
	undefined := recycle.Warmed{}
	warm := func(x recycle.Echo) recycle.Warmed { return recycle.Warmed{Defined: true, Echo: x} }
	keep := func(w recycle.Warmed) recycle.Decision { return recycle.Decision{Next: w} }
	var adopt recycle.Switches
	first := recycle.Switches{Baseline: recycle.RecycleFirst}
	gen := recycle.Switches{Generation: true}

	require.Equal(t, keep(undefined), recycle.Decide(none, undefined, first))
	require.Equal(t, keep(warm(a)), recycle.Decide(none, warm(a), first))
	require.Equal(t, keep(warm(a)), recycle.Decide(a, warm(a), first))
	require.Equal(t, recycle.Decision{Recycle: true, Next: warm(b)}, recycle.Decide(b, warm(a), adopt))
	require.Equal(t, keep(warm(a)), recycle.Decide(a, undefined, adopt))
	require.Equal(t, recycle.Decision{Recycle: true, Next: warm(a)}, recycle.Decide(a, undefined, first))

	a2 := recycle.Echo{Token: "A", Generation: 2}
	require.True(t, recycle.Decide(a2, warm(a), gen).Recycle, "another report of the same token")
	require.False(t, recycle.Decide(a2, warm(a), adopt).Recycle)
	require.True(t, recycle.Decide(a, recycle.Warmed{Defined: true, Unknown: true, Echo: a}, adopt).Recycle, "unknown differs from every token")
}

// Golden fact 7: a server that has just restarted its browser has no pages and so no
// affinities; that puts it before a busy server that has the page.
func TestChoose(t *testing.T) {
	idle := recycle.Candidate{Idle: true, Page: true, Active: 1, Capacity: 2, Queued: -1}
	restarted := recycle.Candidate{Capacity: 2, Queued: -1}
	busy := recycle.Candidate{Page: true, Active: 1, Capacity: 2, Queued: -1}
	full := recycle.Candidate{Active: 2, Capacity: 2, Queued: -1}
	choose := func(fallback int, cs ...recycle.Candidate) int { return recycle.Choose(cs, 5, fallback) }

	require.Equal(t, 0, choose(-1, idle, restarted, busy))
	require.Equal(t, 0, choose(-1, restarted, busy))
	require.Equal(t, 1, choose(-1, full, busy))
	require.Equal(t, 1, choose(1, full, full), "nobody has room: where the affinity used longest ago is")
	require.Equal(t, 0, choose(-1, full, full), "any usable")
	out := idle
	out.Out = true
	require.Equal(t, -1, choose(0, out))
	require.Equal(t, 1, choose(0, out, full))

	with := func(c recycle.Candidate, change func(*recycle.Candidate)) recycle.Candidate {
		change(&c)
		return c
	}
	assigned := with(idle, func(c *recycle.Candidate) { c.Assigned, c.AssignedAt, c.Load = true, 9, 3 })
	require.Equal(t, 1, choose(-1, idle, assigned), "assigned before others")
	queued := with(idle, func(c *recycle.Candidate) { c.Queued = 5 })
	require.Equal(t, 1, choose(-1, queued, idle), "nobody of equal priority waits")
	require.Equal(t, 0, choose(-1, with(idle, func(c *recycle.Candidate) { c.Queued = 4 }), idle))
	loaded := with(idle, func(c *recycle.Candidate) { c.Load = 1 })
	require.Equal(t, 1, choose(-1, loaded, idle))
	older := with(assigned, func(c *recycle.Candidate) { c.AssignedAt = 3 })
	require.Equal(t, 1, choose(-1, assigned, older), "assigned longest ago")
}

// Tokens are eight hexadecimal digits, and tell shells apart.
func TestToken(t *testing.T) {
	a, b := recycle.NewArtifact(1), recycle.NewArtifact(2)
	require.Regexp(t, "^[0-9a-f]{8}$", a.Token)
	require.NotEqual(t, a.Token, b.Token)
	require.Equal(t, "A", a.Version.String())
	require.Equal(t, recycle.Token(a.HTML), a.Token)
}
