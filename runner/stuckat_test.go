package runner_test

import (
	"sync"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// What blocks a process outside of its world is named with its line and with what to use
// instead, long before a process that computes is given up.
func TestBlockedOutsideOfTheWorld(t *testing.T) {
	for name, c := range map[string]struct {
		block func(release chan bool)
		want  string
	}{
		"a channel": {func(release chan bool) { <-release }, `it stands at stuckat_test\.go:21 \(chan receive\): wait with World\.NewWaker instead`},
		"a lock": {func(release chan bool) {
			var mu sync.Mutex
			mu.Lock()
			go func() { <-release; mu.Unlock() }()
			mu.Lock()
		}, `it stands at stuckat_test\.go:26 \(sync\.Mutex\.Lock\): lock with World\.NewMutex instead`},
		"a wait group": {func(release chan bool) {
			var wg sync.WaitGroup
			wg.Go(func() { <-release })
			wg.Wait()
		}, `it stands at stuckat_test\.go:31 \(sync\.WaitGroup\.Wait\): wait with World\.NewWaker instead`},
	} {
		t.Run(name, func(t *testing.T) {
			release, gone := make(chan bool), make(chan bool)
			s := &sim.Scenario{Name: "stuck", Build: func(w *sim.World) {
				w.Process("B", func(p *sim.Proc) {
					p.Step("s")
					c.block(release)
					close(gone)
				})
			}}
			mock, stop := running()
			defer func() { stop(); close(release); <-gone }()
			_, err := runner.Run(runner.Options{Scenario: s, Stuck: time.Hour, Clock: mock}, sim.Config{})
			require.ErrorContains(t, err, `process "B": a process does not come back`)
			require.Regexp(t, c.want, err.Error())
		})
	}
}

// running is a wall clock of the watch that goes a hundred times too fast, and ends with stop.
func running() (mock *clock.Mock, stop func()) {
	mock = clock.NewMock()
	quit := make(chan bool)
	go func() {
		for {
			select {
			case <-quit:
				return
			case <-time.After(time.Millisecond):
				mock.Add(100 * time.Millisecond)
			}
		}
	}()
	return mock, func() { close(quit) }
}

// searches makes runs whose process blocks as it is told, and returns what they come to. At
// the end of the test release is closed, and all processes must have gone on.
func searches(t *testing.T) (stuck func(block func()) error, release chan bool) {
	release = make(chan bool)
	var gone sync.WaitGroup
	mock, stop := running()
	t.Cleanup(func() { stop(); close(release); gone.Wait() })
	return func(block func()) error {
		gone.Add(1)
		s := &sim.Scenario{Name: "stuck", Build: func(w *sim.World) {
			w.Process("B", func(p *sim.Proc) {
				p.Step("s")
				block()
				gone.Done()
			})
		}}
		_, err := runner.Run(runner.Options{Scenario: s, Stuck: time.Minute, Clock: mock}, sim.Config{})
		return err
	}, release
}

// A process that an earlier run left behind is not taken for the one that blocks now, and
// does not keep it from being named.
func TestBlockedAfterAnotherWasLeftBehind(t *testing.T) {
	blocked, release := searches(t)
	require.ErrorContains(t, blocked(func() { <-release }), "(for 2s, ")

	var mu sync.Mutex
	mu.Lock()
	go func() { <-release; mu.Unlock() }()
	err := blocked(func() { mu.Lock() })
	require.ErrorContains(t, err, "(for 2s, ", "it is seen to wait")
	require.Regexp(t, `it stands at stuckat_test\.go:\d+ \(sync\.Mutex\.Lock\): lock with World\.NewMutex instead`, err.Error())
}

// Of two searches at once, each names its own process and not that of the other.
func TestBlockedWhileAnotherIsBlocked(t *testing.T) {
	blocked, release := searches(t)
	stuck := func(block func()) <-chan error {
		found := make(chan error, 1)
		go func() { found <- blocked(block) }()
		return found
	}
	receives := stuck(func() { <-release })
	selects := stuck(func() {
		select {
		case <-release:
		case <-(chan bool)(nil):
		}
	})
	require.Regexp(t, `it stands at stuckat_test\.go:\d+ \(chan receive\): wait`, (<-receives).Error())
	require.Regexp(t, `it stands at stuckat_test\.go:\d+ \(select\): wait`, (<-selects).Error())
}
