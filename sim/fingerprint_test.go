package sim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// independent programs are scripts with random footprints on few resources.
func independentPrograms() *rapid.Generator[[]script] {
	footprint := rapid.SampledFrom([]string{"", "x", "+x", "y", "+y", "x +y", "z", "+z", "x y"})
	return rapid.Custom(func(t *rapid.T) []script {
		var all []script
		for i := range rapid.IntRange(2, 4).Draw(t, "scripts") {
			s := ops(strings.Repeat("P", i+1), rapid.SliceOfN(footprint, 1, 4).Draw(t, "footprints")...)
			if len(s.ops) > 1 && rapid.Bool().Draw(t, "spawns") {
				s.ops[0].spawn = []script{ops("child", rapid.SliceOfN(footprint, 1, 2).Draw(t, "child")...)}
			}
			all = append(all, s)
		}
		return all
	})
}

// Two neighbours of different processes that touch nothing in common, one of
// them writing, can change places, unless the first caused the second: the
// fingerprint stays. If they do conflict, it does not.
func TestSwappingNeighbours(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		s := programme(independentPrograms().Draw(t, "program")...)
		r, err := w.Run(s, sim.Config{Chooser: randomly(rapid.Uint64().Draw(t, "seed")), Record: true})
		require.NoError(t, err)
		tr := r.Trace
		if len(tr.Events) < 2 {
			return
		}
		at := rapid.IntRange(0, len(tr.Events)-2).Draw(t, "at")
		a, b := &tr.Events[at], &tr.Events[at+1]
		if a.Process == b.Process || b.Cause == int32(at) {
			return
		}
		o := new(order)
		for i := range tr.Events {
			id, err := sim.ParseEventID(tr.EventName(i))
			require.NoError(t, err)
			o.events = append(o.events, id)
		}
		o.events[at], o.events[at+1] = o.events[at+1], o.events[at]
		swapped, err := w.Run(s, sim.Config{Chooser: o})
		require.NoError(t, err)
		require.False(t, o.wrong)
		require.Equal(t, len(o.events), o.at)
		require.NotEqual(t, r.Rolling, swapped.Rolling)
		if conflicts(a, b) {
			require.NotEqual(t, r.Fingerprint, swapped.Fingerprint)
		} else {
			require.Equal(t, r.Fingerprint, swapped.Fingerprint)
		}
	})
}

func conflicts(a, b *sim.Event) bool {
	share := func(xs, ys []int32) bool {
		return slices.ContainsFunc(xs, func(x int32) bool { return slices.Contains(ys, x) })
	}
	return share(a.Writes, b.Writes) || share(a.Writes, b.Reads) || share(a.Reads, b.Writes)
}

// The classes are exactly those of the order of conflicting events: two runs
// have one fingerprint if and only if every pair of conflicting events comes in
// the same order.
func TestFingerprintsAreClasses(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := independentPrograms().Draw(rt, "program")[:2]
		for i := range all {
			all[i].ops = all[i].ops[:min(3, len(all[i].ops))]
		}
		class := make(map[uint64]string)
		print := make(map[string]uint64)
		runs := 0
		exhaust(t, programme(all...), func(r *sim.Result) {
			key := conflictOrder(r.Trace)
			if runs++; runs > 300 {
				return // enough of a large one
			}
			if known, ok := class[r.Fingerprint]; ok {
				require.Equal(rt, known, key)
			}
			if known, ok := print[key]; ok {
				require.Equal(rt, known, r.Fingerprint)
			}
			class[r.Fingerprint], print[key] = key, r.Fingerprint
		})
	})
}

// conflictOrder lists, by name, the pairs of conflicting events in their order.
func conflictOrder(t *sim.Trace) string {
	var pairs []string
	for j := range t.Events {
		for i := range j {
			if conflicts(&t.Events[i], &t.Events[j]) {
				pairs = append(pairs, t.EventName(i)+" < "+t.EventName(j))
			}
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "\n")
}

// Outcomes of choices are part of it, raw clock readings are not.
func TestFingerprintOfOutcomes(t *testing.T) {
	s := build(func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			m := p.Mark()
			p.Step("s")
			w.Fault("fault")
			p.Elapsed(m, 10*time.Microsecond)
			p.Now()
		})
	})
	with := func(kind sim.Kind) uint64 {
		return run(t, s, sim.Config{Chooser: choose(func(p *sim.Point) int {
			if p.Kind == kind {
				return p.N - 1
			}
			return 0
		})}).Fingerprint
	}
	nominal := with(sim.KindDraw) // there is none
	require.NotEqual(t, nominal, with(sim.KindFault))
	require.NotEqual(t, nominal, with(sim.KindElapsed))
	require.Equal(t, nominal, run(t, s, sim.Config{Chooser: choose(func(p *sim.Point) int {
		if p.Kind == sim.KindClock { // another reading, but the same answer to Elapsed
			alt, _ := p.Alternative(p.Nominal + 1)
			return alt
		}
		return 0
	})}).Fingerprint)
}
