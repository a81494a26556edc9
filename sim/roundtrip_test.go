package sim_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever a chooser does step by step, the deviations that the run records make
// the same run again.
func TestEveryRunIsReplayedByItsDeviations(t *testing.T) {
	replayEveryRun(t, nil, sim.Limits{})
}

func TestEveryRunIsReplayedUnderLoad(t *testing.T) {
	replayEveryRun(t, []*sim.Profile{sim.CILoaded()}, sim.Limits{})
}

func TestEveryRunIsReplayedWithoutTime(t *testing.T) {
	replayEveryRun(t, []*sim.Profile{untimed()}, sim.Limits{})
}

// Also a run that a limit ends, and one in which calm begins in the middle.
func TestEveryRunIsReplayedAtItsLimits(t *testing.T) {
	replayEveryRun(t, nil, sim.Limits{Steps: 12, Storm: 7})
	replayEveryRun(t, nil, sim.Limits{Pending: 3})
}

func replayEveryRun(t *testing.T, profiles []*sim.Profile, limits sim.Limits) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		s := randomScenario(randomPrograms().Draw(t, "program"), profiles...)
		cfg := sim.Config{
			Chooser: randomly(rapid.Uint64().Draw(t, "seed")), Limits: limits,
			Record: rapid.Bool().Draw(t, "record"),
			Mode:   rapid.SampledFrom([]sim.Mode{sim.Timed, sim.Timed, sim.Sampled}).Draw(t, "mode"),
		}
		first, err := w.Run(s, cfg)
		require.NoError(t, err)
		want := keep(first)

		replay := strategy.NewReplay(want.Deviations, true)
		cfg.Chooser, cfg.Record = replay, !cfg.Record
		again, err := w.Run(s, cfg)
		require.NoError(t, err)
		require.Equal(t, want, keep(again))
		require.Nil(t, replay.Divergence())
		checkNames(t, again, first)
	})
}

// keep copies what a result shares with its world, and drops the trace, which
// only one of two runs has.
func keep(r *sim.Result) sim.Result {
	k := *r
	k.Deviations, k.Params = append(sim.Schedule{}, r.Deviations...), append([]sim.Param{}, r.Params...)
	k.Goals, k.Reached = append([]string{}, r.Goals...), append([]bool{}, r.Reached...)
	k.Trace = nil
	k.Failure.Stack = ""
	return k
}

// checkNames requires that the names in the schedule of whichever run was
// recorded are those of its IDs.
func checkNames(t *rapid.T, runs ...*sim.Result) {
	for _, r := range runs {
		if r.Trace == nil {
			continue
		}
		for _, d := range r.Trace.Schedule {
			parsed, err := sim.ParseDeviation(d.String())
			require.NoError(t, err)
			require.Equal(t, d, parsed)
		}
		for i, e := range r.Trace.Events {
			require.Less(t, int(e.Cause), i)
			if i > 0 {
				require.LessOrEqual(t, r.Trace.Events[i-1].Time, e.Time, "instants rise")
			}
		}
	}
}

// A deviation is read as it was written, whatever the names.
func TestDeviationsAreText(t *testing.T) {
	name := rapid.Custom(func(t *rapid.T) string {
		word := rapid.StringMatching(`[a-zA-Z][-a-zA-Z0-9./@ ]{0,8}[a-z0-9]`)
		return word.Draw(t, "process") + ":" + word.Draw(t, "label") + fmt.Sprint("#", rapid.IntRange(1, 99).Draw(t, "n"))
	})
	rapid.Check(t, func(t *rapid.T) {
		d := sim.Deviation{Kind: rapid.SampledFrom([]sim.Kind{sim.KindSchedule, sim.KindDraw, sim.KindFault, sim.KindClock, sim.KindElapsed, sim.KindOption}).Draw(t, "kind")}
		d.Name = name.Draw(t, "name")
		if d.Kind == sim.KindSchedule {
			d.AfterName = name.Draw(t, "after")
		} else {
			d.Value = rapid.Int64().Draw(t, "value")
		}
		got, err := sim.ParseDeviation(d.String())
		require.NoError(t, err)
		require.NotZero(t, got.Event)
		got.Event, got.After = 0, 0
		require.Equal(t, d, got)
	})
}

func TestDeviationsThatAreNone(t *testing.T) {
	const form = "want `hold EVENT after EVENT` or `draw|option|fault|clock|elapsed CHOICE = NUMBER`"
	for text, want := range map[string]string{
		"":                         `choice "": ` + form,
		"hold":                     `choice "hold": ` + form,
		"hold A:s#1":               `choice "hold A:s#1": ` + form,
		"hold A:s#1 before B:s#1":  `choice "hold A:s#1 before B:s#1": ` + form,
		"hold A after B:s#1":       `event "A": want process:label#occurrence`,
		"hold A:s#0 after B:s#1":   `event "A:s#0": want process:label#occurrence`,
		"hold A:s#1 after B:s":     `event "B:s": want process:label#occurrence`,
		"hold :s#1 after B:s#1":    `event ":s#1": want process:label#occurrence`,
		"fault A:crash#1":          `choice "fault A:crash#1": ` + form,
		"fault A:crash#1 = yes":    `value "yes" of A:crash#1: want a whole number`,
		"fault A:crash = 1":        `event "A:crash": want process:label#occurrence`,
		"earthquake A:crash#1 = 1": `choice "earthquake A:crash#1 = 1": ` + form,
	} {
		_, err := sim.ParseDeviation(text)
		require.EqualError(t, err, want)
	}
}

// A run that is replayed without one of its holds, or with an event of another
// program, still ends: lenient replay never hangs or errs.
func TestLenientReplayOfAnythingEnds(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		a := randomScenario(randomPrograms().Draw(t, "one program"))
		b := randomScenario(randomPrograms().Draw(t, "another"))
		r, err := w.Run(a, sim.Config{Chooser: randomly(rapid.Uint64().Draw(t, "seed"))})
		require.NoError(t, err)
		replay := strategy.NewReplay(slices.Clone(r.Deviations), rapid.Bool().Draw(t, "strict"))
		_, err = w.Run(b, sim.Config{Chooser: replay, Limits: sim.Limits{Virtual: time.Minute}})
		require.NoError(t, err)
	})
}
