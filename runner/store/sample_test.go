package store

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// typicalTrace is a failure of n events as a run of a scenario makes it: five
// processes take turns at four sites each, one event in ten is late, one in
// three has a note. Each seed is a story of its own.
func typicalTrace(seed int64, n int) *sim.Trace {
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	t := &sim.Trace{
		Scenario: "hotreload/drop", Variant: "V1", Profile: "laptop", Strategy: "pct", Module: "v0.1.0", Revision: "d1866bc",
		Verdict:   sim.Violation,
		Signature: "violation S1: generation 0",
		Failure: sim.Failure{
			Property: "S1", Facts: "generation 0", Message: "the error of generation 0 was lost", Step: n,
		},
		Fingerprint: uint64(seed) * 0x9e3779b97f4a7c15, Rolling: uint64(seed) + 1,
		Params:   []sim.Param{{Label: "edits", Value: seed, Lo: 1, Hi: 1 << 40}},
		Schedule: story(seed),
		Setup:    []string{"app.js has 100 bytes"},
		Calm:     n,
	}
	for p := range 5 {
		t.Processes = append(t.Processes, fmt.Sprintf("P%d", p))
	}
	for l := range 20 {
		t.Labels = append(t.Labels, fmt.Sprintf("step%d", l))
	}
	for l := range 12 {
		t.Resources = append(t.Resources, fmt.Sprintf("vm.field%d", l))
	}
	last, occurrence := [5]int32{-1, -1, -1, -1, -1}, [20]uint32{}
	for i := range n {
		p := int32(r.IntN(5))
		l := p*4 + int32(r.IntN(4))
		occurrence[l]++
		e := sim.Event{
			Process: p, Label: l, Occurrence: occurrence[l], Cause: last[p], Origin: last[p], HeldAfter: -1,
			Window: sim.Micros(0.02, float64(l+1), 50), Source: fmt.Sprintf("report.go:%d", 40+l),
		}
		if l%3 != 0 {
			e.Reads = []int32{l % 12}
		}
		if l%4 == 0 {
			e.Writes = []int32{(l + 1) % 12}
		}
		e.Time = e.Window.Nominal
		e.Nominal = e.Window.Nominal
		if e.Origin >= 0 {
			e.Time += t.Events[e.Origin].Time
			e.Nominal += t.Events[e.Origin].Nominal
		}
		if i > 0 {
			e.Time = max(e.Time, t.Events[i-1].Time)
		}
		if r.IntN(10) == 0 {
			e.Time += time.Duration(r.IntN(20_000))
		}
		if r.IntN(20) == 0 && i > 0 {
			e.HeldAfter = int32(i - 1)
		}
		if r.IntN(20) == 0 {
			e.Outcomes = []sim.Outcome{{Kind: sim.KindFault, Name: fmt.Sprintf("P%d:crash#1", p), Value: 1}}
		}
		if r.IntN(3) == 0 {
			e.Notes = []string{fmt.Sprintf("publish generation %d", r.IntN(10))}
		}
		t.Events = append(t.Events, e)
		last[p] = int32(i)
	}
	if n > 1 {
		t.Minimised, t.Races = 212, []sim.Race{{First: 0, Second: int32(n - 1), Resource: "vm.promise"}}
	}
	return t
}

// story is a schedule that differs for each seed.
func story(seed int64) sim.Schedule {
	return sim.Schedule{
		{Kind: sim.KindDraw, Event: 3, Value: seed, Name: "world:edits#1"},
		{Kind: sim.KindSchedule, Event: 1, After: 2, Name: "J:report#1", AfterName: "F:publish#1"},
	}
}
