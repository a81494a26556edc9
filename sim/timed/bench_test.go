package timed_test

import (
	"fmt"
	"testing"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

var sizes = []int{3, 5, 8, 10, 15, 20, 40}

// mixer is a small generator of numbers, the same for both sides.
type mixer uint64

func (m *mixer) below(n int) int {
	*m = *m*6364136223846793005 + 1442695040888963407
	return int(uint64(*m)>>33) % n
}

func (m *mixer) window() (earliest, latest int64) {
	earliest = int64(m.below(1000))
	return earliest, earliest + 1 + int64(m.below(3000))
}

// BenchmarkStep is one step at a constant number of pending events: scan which
// may fire, choose one, fire it, arm its successor.
func BenchmarkStep(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("pending=%d/state", n), func(b *testing.B) {
			var s timed.State
			s.Reset()
			m := mixer(1)
			events := make([]timed.Var, n)
			for i := range events {
				events[i] = s.Arm(m.window())
			}
			enabled, total := make([]int, 0, n), 0
			b.ReportAllocs()
			for b.Loop() {
				enabled = enabled[:0]
				for i, v := range events {
					if s.MayFire(v) {
						enabled = append(enabled, i)
					}
				}
				total += len(enabled)
				i := enabled[m.below(len(enabled))]
				s.Fire(events[i])
				events[i] = s.Arm(m.window())
			}
			b.ReportMetric(float64(total)/float64(b.N), "enabled")
		})
		b.Run(fmt.Sprintf("pending=%d/plain", n), func(b *testing.B) {
			p := newPlain()
			m := mixer(1)
			for range n {
				e, l := m.window()
				p.arm(p.now, e, l)
			}
			enabled, total := make([]int, 0, n), 0
			b.ReportAllocs()
			for b.Loop() {
				enabled = enabled[:0]
				for _, x := range p.pending {
					if p.mayFire(x) {
						enabled = append(enabled, x)
					}
				}
				total += len(enabled)
				p.fire(enabled[m.below(len(enabled))])
				e, l := m.window()
				p.arm(p.now, e, l)
			}
			b.ReportMetric(float64(total)/float64(b.N), "enabled")
		})
	}
}

// BenchmarkSolve is a run of 10,000 events in random order, 8 pending at a time.
func BenchmarkSolve(b *testing.B) {
	m := mixer(3)
	r := longRun(10_000, 8, m.below)
	b.Run("times", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.Times(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("stall", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.SmallestStall(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
