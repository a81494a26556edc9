package reports

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/seed-3519b94c/simrun/sim"
)

// jsonTrace is a trace for programs. Its fields are stable; new ones may be added.
type jsonTrace struct {
	Type        string      `json:"type"` // trace
	V           int         `json:"v"`
	Trace       string      `json:"trace"` // content hash
	Scenario    string      `json:"scenario"`
	Variant     string      `json:"variant"`
	Profile     string      `json:"profile"`
	Mode        string      `json:"mode"`
	Judge       []string    `json:"judge,omitempty"`
	Verdict     string      `json:"verdict"`
	Signature   string      `json:"signature"`
	Property    string      `json:"property"`
	Facts       string      `json:"facts"`
	Message     string      `json:"message"`
	WaitFor     string      `json:"wait_for,omitempty"`
	Stack       string      `json:"stack,omitempty"`
	Fingerprint string      `json:"fingerprint"` // of the happens-before class
	Params      []jsonParam `json:"params"`
	Schedule    []string    `json:"schedule"`
	Races       []jsonRace  `json:"races"`
	Calm        int         `json:"calm"` // index of the first event in calm
	Events      []jsonEvent `json:"events"`
}

type jsonParam struct {
	Label string `json:"label"`
	Value int64  `json:"value"`
	Text  string `json:"text,omitempty"`
}

type jsonRace struct {
	First     string `json:"first"`
	Second    string `json:"second"`
	Resource  string `json:"resource"`
	Otherwise string `json:"otherwise"` // signature with the other order; "" if it passes
}

type jsonEvent struct {
	Name       string   `json:"name"` // process:label#occurrence
	Process    string   `json:"process"`
	TimeNs     int64    `json:"time_ns"`
	NominalNs  int64    `json:"nominal_ns"`
	EarliestNs int64    `json:"earliest_ns"` // of its window
	LatestNs   *int64   `json:"latest_ns"`   // null: unbounded
	Cause      int32    `json:"cause"`       // index of the event that armed it; -1: the set-up
	HeldAfter  int32    `json:"held_after"`  // index of the last event that overtook it; -1: none
	Reads      []string `json:"reads,omitempty"`
	Writes     []string `json:"writes,omitempty"`
	Choices    []string `json:"choices,omitempty"`
	Notes      []string `json:"notes,omitempty"`
	Details    []string `json:"details,omitempty"`
	Rules      []string `json:"rules,omitempty"`
	Source     string   `json:"source,omitempty"`
}

// JSON writes t as one JSON document.
func JSON(w io.Writer, t *sim.Trace, _ Options) error {
	out := jsonTrace{
		Type: "trace", V: 1, Trace: t.Hash(), Scenario: t.Scenario, Variant: t.Variant, Profile: t.Profile, Mode: t.Mode.String(),
		Judge: t.Judge, Verdict: t.Verdict.String(), Signature: t.Signature, Property: t.Failure.Property, Facts: t.Failure.Facts,
		Message: t.Failure.Message, WaitFor: t.Failure.WaitFor, Stack: t.Failure.Stack, Fingerprint: fmt.Sprintf("%016x", t.Fingerprint),
		Params: []jsonParam{}, Schedule: []string{}, Races: []jsonRace{}, Calm: t.Calm, Events: []jsonEvent{},
	}
	for _, p := range t.Params {
		out.Params = append(out.Params, jsonParam{p.Label, p.Value, p.Text})
	}
	for _, d := range t.Schedule {
		out.Schedule = append(out.Schedule, d.String())
	}
	for _, r := range t.Races {
		out.Races = append(out.Races, jsonRace{t.EventName(int(r.First)), t.EventName(int(r.Second)), r.Resource, r.Otherwise})
	}
	for i := range t.Events {
		out.Events = append(out.Events, newJSONEvent(t, i))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("write JSON of trace %q: %w", t.Hash()[:shortHash], err)
	}
	return nil
}

func newJSONEvent(t *sim.Trace, i int) jsonEvent {
	e := &t.Events[i]
	out := jsonEvent{
		Name: t.EventName(i), Process: t.Processes[e.Process], TimeNs: int64(e.Time), NominalNs: int64(e.Nominal),
		EarliestNs: int64(e.Window.Earliest), Cause: e.Cause, HeldAfter: e.HeldAfter, Notes: e.Notes, Details: e.Details, Source: e.Source,
	}
	if latest := int64(e.Window.Latest); e.Window.Latest < sim.Unbounded {
		out.LatestNs = &latest
	}
	for _, r := range e.Reads {
		out.Reads = append(out.Reads, t.Resources[r])
	}
	for _, r := range e.Writes {
		out.Writes = append(out.Writes, t.Resources[r])
	}
	for _, o := range e.Outcomes {
		out.Choices = append(out.Choices, fmt.Sprintf("%s %s = %d", o.Kind, o.Name, o.Value))
	}
	for _, r := range e.Rules {
		out.Rules = append(out.Rules, r.ID)
	}
	return out
}
