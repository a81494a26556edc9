package timed_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

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

// stepper is one step at a constant number of pending events: scan which may
// fire, choose one, fire it, arm its successor. It returns how many may fire.
type stepper interface{ step() int }

type stateStepper struct {
	s       timed.State
	m       mixer
	events  []timed.Var
	enabled []int
}

func newStateStepper(n int) *stateStepper {
	b := &stateStepper{m: 1, events: make([]timed.Var, n), enabled: make([]int, 0, n)}
	b.s.Reset()
	for i := range b.events {
		b.events[i] = b.s.Arm(b.m.window())
	}
	return b
}

func (b *stateStepper) step() int {
	b.enabled = b.enabled[:0]
	for i, v := range b.events {
		if b.s.MayFire(v) {
			b.enabled = append(b.enabled, i)
		}
	}
	i := b.enabled[b.m.below(len(b.enabled))]
	b.s.Fire(b.events[i])
	b.events[i] = b.s.Arm(b.m.window())
	return len(b.enabled)
}

type plainStepper struct {
	p       *plain
	m       mixer
	enabled []int
}

func newPlainStepper(n int) *plainStepper {
	b := &plainStepper{p: newPlain(), m: 1, enabled: make([]int, 0, n)}
	for range n {
		e, l := b.m.window()
		b.p.arm(b.p.now, e, l)
	}
	return b
}

func (b *plainStepper) step() int {
	b.enabled = b.enabled[:0]
	for i, x := range b.p.pending {
		if b.p.mayFire(x) {
			b.enabled = append(b.enabled, i)
		}
	}
	i := b.enabled[b.m.below(len(b.enabled))]
	b.p.fire(b.p.pending[i])
	e, l := b.m.window()
	x := b.p.arm(b.p.now, e, l)
	copy(b.p.pending[i+1:], b.p.pending[i:]) // in the place of the one that fired
	b.p.pending[i] = x
	return len(b.enabled)
}

// Both sides of the benchmark do the same.
func TestSteppersAgree(t *testing.T) {
	for _, n := range sizes[:6] {
		a, b := newStateStepper(n), newPlainStepper(n)
		for i := range 500 {
			require.Equal(t, b.step(), a.step(), "%d pending, step %d", n, i)
		}
	}
}

// BenchmarkStep compares State with the plain matrix.
func BenchmarkStep(b *testing.B) {
	for _, n := range sizes {
		for _, side := range []struct {
			name string
			stepper
		}{{"state", newStateStepper(n)}, {"plain", newPlainStepper(n)}} {
			b.Run(fmt.Sprintf("pending=%d/%s", n, side.name), func(b *testing.B) {
				total := 0
				b.ReportAllocs()
				for b.Loop() {
					total += side.step()
				}
				b.ReportMetric(float64(total)/float64(b.N), "enabled")
			})
		}
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
