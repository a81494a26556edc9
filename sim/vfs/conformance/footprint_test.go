package conformance

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// footprint is what one operation touched.
type footprint map[kernel.Resource]bool // true for a write

func (f footprint) Touch(r kernel.Resource, write bool)                 { f[r] = f[r] || write }
func (f footprint) Queued(kernel.Instance, env.WatchEvent, kernel.Fate) {}
func (f footprint) Unlocked(uint64)                                     {}

// conflicts reports whether one wrote what the other touched.
func (f footprint) conflicts(g footprint) bool {
	for r, wrote := range f {
		if other, ok := g[r]; ok && (wrote || other) {
			return true
		}
	}
	return false
}

// Two operations of two processes whose footprints do not conflict lead to the
// same state, and see the same, in either order.
func TestFootprints(t *testing.T) {
	independent := 0
	rapid.Check(t, func(r *rapid.T) {
		s := drawScript(r)
		d := drawer{r, themes[0]}
		ops := []Op{d.op(), d.op()}
		run := func(first int) (string, [2]footprint) {
			m := newModel(lazy, 0)
			for at, op := range s.Ops {
				require.NoError(r, m.do(at, op))
			}
			actors := [2]*model{}
			for i := range actors {
				a := *m
				a.t = m.k.NewTable()
				must(m.k.Chdir(a.t, scriptDir))
				a.handles, a.wds, a.errs, a.reads, a.raw = nil, nil, nil, nil, nil
				a.cookies = nil
				for j, path := range []string{"a", "b", "d/a"} {
					_ = a.change(Op{Op: "open", H: handles[j], Path: path, Fl: []string{"creat", "rdwr"}})
				}
				actors[i] = &a
			}
			var prints [2]footprint
			for _, i := range []int{first, 1 - first} {
				prints[i] = footprint{}
				m.k.SetObserver(prints[i])
				require.NoError(r, actors[i].do(i, ops[i]))
				m.k.SetObserver(nil)
			}
			state := string(m.k.AppendState(nil))
			for _, a := range actors {
				state += fmt.Sprintln(a.errs, a.reads, a.wds, a.raw, a.handles)
			}
			return state, prints
		}
		one, prints := run(0)
		if prints[0].conflicts(prints[1]) {
			return
		}
		other, prints := run(1)
		if prints[0].conflicts(prints[1]) {
			return
		}
		independent++
		require.Equal(r, one, other, "%v and %v", ops[0], ops[1])
	})
	t.Logf("%d pairs were independent", independent)
}
