package sim_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// What the logic logs is told as part of the story, at the event in which it did.
func TestLogsBecomePartOfTheStory(t *testing.T) {
	s := &sim.Scenario{Name: "test/log", Build: func(w *sim.World) {
		w.Process("server", func(p *sim.Proc) {
			log := w.Logger().With("server", 3).WithGroup("request")
			p.Step("serve")
			log.Info("served", "path", "/x y", slog.Group("took", "ms", 7), "after", 2*time.Second)
			p.Step("fail")
			log.Warn("slow")
			log.Debug("cache", "hit", false)
		})
	}}
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s, sim.Config{Record: true})
	require.NoError(t, err)
	require.Equal(t, []string{`served server=3 request.path="/x y" request.took.ms=7 request.after=2s`}, r.Trace.Events[1].Notes)
	require.Equal(t, []string{"WARN slow server=3"}, r.Trace.Events[2].Notes)
	require.Equal(t, []string{"cache server=3 request.hit=false"}, r.Trace.Events[2].Details)

	_, err = w.Run(s, sim.Config{})
	require.NoError(t, err)
	require.False(t, w.Logger().Enabled(t.Context(), slog.LevelError), "it is off where nobody keeps what it says")
}
