package simtest

import (
	"testing"
	"testing/synctest"

	"github.com/seed-3519b94c/simrun/runner"
)

// inside calls f in a bubble of its own, if the check is to be in one. A panic of f, by
// which rapid ends an example, comes out here.
func (c *check) inside(t *testing.T, f func()) {
	if !c.cfg.Bubble {
		f()
		return
	}
	var threw any
	defer runner.WatchBubble(c.s.Name)()
	synctest.Test(t, func(*testing.T) {
		defer func() { threw = recover() }()
		f()
	})
	if threw != nil {
		panic(threw)
	}
}
