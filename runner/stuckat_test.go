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
			mock := clock.NewMock()
			quit := make(chan bool)
			defer func() { close(quit); close(release); <-gone }()
			go func() { // the wall clock of the watch
				for {
					select {
					case <-quit:
						return
					case <-time.After(time.Millisecond):
						mock.Add(100 * time.Millisecond)
					}
				}
			}()
			_, err := runner.Run(runner.Options{Scenario: s, Stuck: time.Hour, Clock: mock}, sim.Config{})
			require.ErrorContains(t, err, `process "B": a process does not come back`)
			require.Regexp(t, c.want, err.Error())
		})
	}
}
