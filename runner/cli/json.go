package cli

import (
	"encoding/json"
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// line begins every line of JSON.
type line struct {
	Type string `json:"type"`
	V    int    `json:"v"`
}

func newLine(kind string) line { return line{Type: kind, V: 1} }

// emit prints one line of JSON.
func (s *invocation) emit(v any) error {
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode %T: %w", v, err)
	}
	return nil
}

// traceFields describe a trace, in every line that is about one.
type traceFields struct {
	Trace      string           `json:"trace"` // content hash
	Scenario   string           `json:"scenario"`
	Variant    string           `json:"variant"`
	Profile    string           `json:"profile"`
	Verdict    string           `json:"verdict"`
	Signature  string           `json:"signature"`
	Property   string           `json:"property"`
	Facts      string           `json:"facts,omitempty"`
	Message    string           `json:"message"`
	Steps      int              `json:"steps"`
	Params     map[string]int64 `json:"params,omitempty"`
	Schedule   []string         `json:"schedule"`
	Minimised  int              `json:"minimised,omitempty"` // runs that it took
	Strategy   string           `json:"strategy,omitempty"`
	Decides    []raceFields     `json:"decides,omitempty"`
	LateNs     int64            `json:"late_ns"` // of the latest event
	WaitFor    string           `json:"wait_for,omitempty"`
	Module     string           `json:"module,omitempty"`
	Revision   string           `json:"revision,omitempty"`
	StackTrace string           `json:"stack,omitempty"`
}

type raceFields struct {
	First        string `json:"first"`
	FirstSource  string `json:"first_source,omitempty"`
	Second       string `json:"second"`
	SecondSource string `json:"second_source,omitempty"`
	Resource     string `json:"resource,omitempty"`
	Otherwise    string `json:"otherwise"` // signature with the other order; "" if it passes
}

func fieldsOf(hash string, t *sim.Trace) traceFields {
	f := traceFields{
		Trace: hash, Scenario: t.Scenario, Variant: t.Variant, Profile: t.Profile, Verdict: t.Verdict.String(),
		Signature: t.Signature, Property: t.Failure.Property, Facts: t.Failure.Facts, Message: t.Failure.Message,
		Steps: len(t.Events), Schedule: []string{}, Minimised: t.Minimised, Strategy: t.Strategy,
		WaitFor: t.Failure.WaitFor, StackTrace: t.Failure.Stack, Module: t.Module, Revision: t.Revision,
	}
	for _, p := range t.Params {
		if f.Params == nil {
			f.Params = make(map[string]int64)
		}
		f.Params[p.Label] = p.Value
	}
	for _, d := range t.Schedule {
		f.Schedule = append(f.Schedule, d.String())
	}
	for _, r := range t.Races {
		f.Decides = append(f.Decides, raceFields{
			First: t.EventName(int(r.First)), FirstSource: t.Events[r.First].Source,
			Second: t.EventName(int(r.Second)), SecondSource: t.Events[r.Second].Source,
			Resource: r.Resource, Otherwise: r.Otherwise,
		})
	}
	for i := range t.Events {
		f.LateNs = max(f.LateNs, int64(t.Late(i)))
	}
	return f
}
