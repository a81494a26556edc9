package sim

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// However many events are pending, the next is the one that is due first, and of those
// that are due at the same instant the one that was armed first; and each is found again.
func TestPendingOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q pending
		var want []key // first in, first out, by a stable sort
		n := rapid.IntRange(1, 4*near).Draw(t, "events")
		for range n {
			if len(want) > 0 && rapid.IntRange(0, 4).Draw(t, "take one out") == 0 {
				i := rapid.IntRange(0, len(want)-1).Draw(t, "which")
				require.Equal(t, len(want)-1-i, q.find(want[i].slot))
				q.remove(q.find(want[i].slot))
				want = slices.Delete(want, i, i+1)
				continue
			}
			slot, e := q.take()
			e.at, e.gen = rapid.Int64Range(0, 20).Draw(t, "instant"), e.gen+1
			k := key{at: e.at, slot: slot}
			q.insert(k)
			want = append(want, k)
			slices.SortStableFunc(want, func(a, b key) int { return int(a.at - b.at) })
		}
		got := slices.Clone(q.keys)
		slices.Reverse(got)
		require.Equal(t, want, got)
		slot, e := q.take()
		e.at = 21
		require.Equal(t, -1, q.find(slot), "it is in no list")
	})
}
