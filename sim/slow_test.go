package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
)

// A slow machine takes longer for its work, and not for its timers.
func TestSlowMachine(t *testing.T) {
	var worked, slept time.Duration
	s := &sim.Scenario{Name: "test/slow", Profiles: []*sim.Profile{{
		Name: "exact", Step: sim.Exactly(time.Millisecond), Windows: map[string]sim.Window{"work": sim.Exactly(10 * time.Millisecond)},
	}}}
	s.Build = func(w *sim.World) {
		w.Slow(2500)
		w.Process("p", func(p *sim.Proc) {
			p.Step("work")
			p.Step("other")
			worked = w.NominalNow()
			p.Sleep("timer", time.Second)
			slept = w.NominalNow() - worked
		})
	}
	w := sim.NewWorld()
	defer w.Close()
	_, err := w.Run(s, sim.Config{})
	require.NoError(t, err)
	assert.Equal(t, 27500*time.Microsecond, worked)
	assert.Equal(t, time.Second, slept)

	slow := s.Build
	s.Build = func(w *sim.World) {
		slow(w)
		w.Slow(0)
	}
	_, err = w.Run(s, sim.Config{})
	assert.ErrorContains(t, err, "slow machine: 0 thousandths; want 1 to 1,000,000")
}

// What varies from run to run is drawn by the seed, and nothing is where nothing is drawn.
func TestSample(t *testing.T) {
	var bits [2]uint64
	var mode sim.Mode
	s := &sim.Scenario{Name: "test/sample", Build: func(w *sim.World) {
		bits = [2]uint64{w.Sample("a"), w.Sample("b")}
		mode = w.Mode()
	}}
	w := sim.NewWorld()
	defer w.Close()
	seen := map[uint64]bool{}
	for seed := range uint64(50) {
		_, err := w.Run(s, sim.Config{Mode: sim.Sampled, Seed: seed})
		require.NoError(t, err)
		first := bits
		_, err = w.Run(s, sim.Config{Mode: sim.Sampled, Seed: seed})
		require.NoError(t, err)
		require.Equal(t, first, bits)
		require.Equal(t, sim.Sampled, mode)
		seen[bits[0]], seen[bits[1]] = true, true
	}
	assert.Len(t, seen, 100)
	_, err := w.Run(s, sim.Config{Seed: 7})
	require.NoError(t, err)
	assert.Equal(t, [2]uint64{}, bits)
	assert.Equal(t, sim.Timed, mode)
}
