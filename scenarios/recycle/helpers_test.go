package recycle

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// exact is a profile in which everything takes its nominal time.
func exact(name string) []*sim.Profile {
	p := profile(name)
	for label, w := range p.Windows {
		p.Windows[label] = sim.Exactly(w.Nominal)
	}
	p.Step, p.Timer = sim.Exactly(0), sim.Exactly(0)
	return []*sim.Profile{p}
}

// nominal runs a story of a test once, in the nominal order, and returns the recording.
func nominal(t *testing.T, variant string, s story, params map[string]int64) *sim.Trace {
	t.Helper()
	s.name, s.variants = "test", []string{variant}
	if s.profiles == nil {
		s.profiles = exact(rollingDeploy)
	}
	if params == nil {
		params = map[string]int64{"servers": 1, "pages": 1, "tasks": 1, "policy": 0}
	}
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s.scenario(), sim.Config{Params: params, Record: true})
	require.NoError(t, err)
	require.Equal(t, sim.Pass, r.Verdict, "%s: %s", r.Failure.Property, r.Failure.Message)
	return r.Trace
}

// count is how many events of a recording have a label.
func count(tr *sim.Trace, label string) (n int) {
	for _, e := range tr.Events {
		if tr.Labels[e.Label] == label {
			n++
		}
	}
	return n
}

// explore runs a campaign that must be free of mistakes.
func explore(t *testing.T, o runner.Options) *runner.Report {
	t.Helper()
	if o.Minimise == 0 {
		o.Minimise = -1
	}
	r, err := runner.Explore(context.Background(), o)
	require.NoError(t, err)
	return r
}

// seconds is n of them.
func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
