package recycle

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// named is a host of which only the name is asked.
type named struct{ env.Host }

func (named) Name() string { return "prerender#1" }

// Golden fact 11: a page that was closed while its lease was waited for is selected
// away from, twice; the third selection is used as it is.
func TestTheThirdSelectionIsUsedAsItIs(t *testing.T) {
	p := &Pool{Base: Base{Host: named{}, Constants: Defaults(), Probe: NopProbe{}}, Max: 1}
	next := func(id int) (g *Page, release func()) {
		g = &Page{ID: id, Affinity: "realm"}
		g.lease.Acquire(0, func(r func()) { release = r })
		p.add(&p.affinity, g)
		return g, release
	}
	closed := func(g *Page) { g.closed, g.closing = true, true }

	first, release1 := next(1)
	var got *chosen
	p.selectPage(&Render{Affinity: "realm"}, func(c chosen, err error) {
		require.NoError(t, err)
		got = &c
	})
	closed(first)
	second, release2 := next(2)
	release1()
	require.Nil(t, got, "the first was closed: it waits for the second")
	closed(second)
	third, release3 := next(3)
	release2()
	require.Nil(t, got, "so was the second")
	closed(third)
	release3()
	require.NotNil(t, got)
	require.Same(t, third, got.page)
	require.True(t, got.page.Closed())
}
