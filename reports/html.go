package reports

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"

	"github.com/seed-3519b94c/simrun/sim"
)

//go:embed assets/trace.html.tmpl
var htmlPage string

//go:embed assets/trace.css
var htmlStyle string

//go:embed assets/trace.js
var htmlScript string

// HTML tells the story of t as one self-contained page: swim lanes on virtual time, the
// events one by one, and what each did. passing, if not nil, is the nearest run that
// does not fail, shown beside it.
func HTML(w io.Writer, t, passing *sim.Trace, o Options) error {
	o = o.withDefaults(t)
	page, err := newHTMLPage(t, passing, o)
	if err == nil {
		var tmpl *template.Template
		if tmpl, err = template.New("trace").Parse(htmlPage); err == nil {
			err = tmpl.Execute(w, page)
		}
	}
	if err != nil {
		return fmt.Errorf("write page of trace %q: %w", o.Hash, err)
	}
	return nil
}

// htmlFields are what the page is made of.
type htmlFields struct {
	Title, Scenario, Variant, Verdict, Promise, Message, Hash, Profile, Steps, Story string
	Failed                                                                           bool
	CSS                                                                              template.CSS
	JS, Data                                                                         template.JS
}

// maxStoryRows is how much of the story is in the page as text: it is what is printed, and
// what is there without scripts.
const maxStoryRows = 200

func newHTMLPage(t, passing *sim.Trace, o Options) (*htmlFields, error) {
	s := &story{t: t, o: o}
	f := &htmlFields{
		Scenario: clean(t.Scenario), Variant: clean(t.Variant), Verdict: s.verdict(), Message: s.message(), Hash: clean(o.Hash),
		Profile: clean(t.Profile), Steps: plural(len(t.Events), "step"), Failed: t.Verdict.Failed(),
		CSS: template.CSS(htmlStyle), JS: template.JS(htmlScript), //nolint:gosec // they are ours
	}
	f.Title = s.headline()
	for _, d := range o.Properties {
		if d.Name == t.Failure.Property && t.Verdict.Failed() {
			f.Promise = clean(d.Name + ": " + d.Doc)
		}
	}
	text := o
	text.Color, text.Rows, text.Full = false, max(o.Rows, min(maxStoryRows, len(t.Events))), false
	var b bytes.Buffer
	if err := Text(&b, t, text); err != nil {
		return nil, err
	}
	f.Story = b.String()
	data := htmlData{Run: newHTMLRun(t), Start: s.start()}
	if passing != nil {
		data.Passing = newHTMLRun(passing)
		common := align(t, passing).common
		data.Common = &common
	}
	raw, err := json.Marshal(data) // escapes <, > and &, so nothing ends the element it stands in
	f.Data = template.JS(raw)      //nolint:gosec // see above
	return f, err
}

// start is the event that the page opens at: the first that decides, or else deviates, or
// else the last.
func (s *story) start() int {
	s.index()
	first := len(s.t.Events) - 1
	for i := range s.t.Events {
		if s.racing[i] {
			return i
		}
	}
	if at := s.firstDeviation(); at > 0 {
		first = min(first, at)
	}
	return max(first, 0)
}

// htmlData is what the script of the page reads.
type htmlData struct {
	Run     *htmlRun `json:"run"`
	Passing *htmlRun `json:"passing,omitempty"`
	// Common is the number of steps that both begin with.
	Common *int `json:"common,omitempty"`
	Start  int  `json:"start"`
}

// htmlRun is a run as columns, which takes a third of the space of objects.
type htmlRun struct {
	Processes []string   `json:"processes"`
	Labels    []string   `json:"labels"`
	Resources []string   `json:"resources"`
	Sources   []string   `json:"sources"`
	RuleTexts []string   `json:"ruleTexts"`
	Windows   [][3]int64 `json:"windows"` // earliest, nominal, latest in ns; latest -1: unbounded

	Process    []int32  `json:"process"`
	Label      []int32  `json:"label"`
	Occurrence []uint32 `json:"occurrence"`
	Time       []int64  `json:"time"` // ns
	Nominal    []int64  `json:"nominal"`
	Cause      []int32  `json:"cause"`
	Origin     []int32  `json:"origin"`
	Held       []int32  `json:"held"`
	Window     []int    `json:"window"` // index into Windows
	Source     []int    `json:"source"` // index into Sources; -1: unknown

	// Sparse, by event.
	Reads    map[int][]int32  `json:"reads"`
	Writes   map[int][]int32  `json:"writes"`
	Notes    map[int][]string `json:"notes"`
	Details  map[int][]string `json:"details"`
	Rules    map[int][]int    `json:"rules"`
	Outcomes map[int][][4]any `json:"outcomes"` // kind, name, whether it deviates, value

	Races     [][2]int32 `json:"races"`
	RaceTexts [][3]any   `json:"races_text"`
	Calm      int        `json:"calm"`
}

// table numbers values in the order in which they are first met.
type table[T comparable] struct {
	list []T
	at   map[T]int
}

func (tb *table[T]) number(v T) int {
	if n, ok := tb.at[v]; ok {
		return n
	}
	if tb.at == nil {
		tb.at = make(map[T]int)
	}
	tb.at[v] = len(tb.list)
	tb.list = append(tb.list, v)
	return len(tb.list) - 1
}

func newHTMLRun(t *sim.Trace) *htmlRun {
	r := &htmlRun{
		Processes: cleanAll(t.Processes), Labels: cleanAll(t.Labels), Resources: cleanAll(t.Resources),
		Reads: make(map[int][]int32), Writes: make(map[int][]int32), Notes: make(map[int][]string), Details: make(map[int][]string),
		Rules: make(map[int][]int), Outcomes: make(map[int][][4]any), Races: [][2]int32{}, RaceTexts: [][3]any{}, Calm: t.Calm,
	}
	s := &story{t: t}
	var sources, rules table[string]
	var windows table[[3]int64]
	n := len(t.Events)
	for _, column := range []*[]int32{&r.Process, &r.Label, &r.Cause, &r.Origin, &r.Held} {
		*column = make([]int32, 0, n)
	}
	r.Occurrence, r.Time, r.Nominal, r.Window, r.Source = []uint32{}, []int64{}, []int64{}, []int{}, []int{}
	for i := range t.Events {
		e := &t.Events[i]
		r.Process, r.Label, r.Occurrence = append(r.Process, e.Process), append(r.Label, e.Label), append(r.Occurrence, e.Occurrence)
		r.Time, r.Nominal = append(r.Time, int64(e.Time)), append(r.Nominal, int64(e.Nominal))
		r.Cause, r.Origin, r.Held = append(r.Cause, e.Cause), append(r.Origin, e.Origin), append(r.Held, e.HeldAfter)
		latest := int64(e.Window.Latest)
		if e.Window.Latest >= sim.Unbounded {
			latest = -1
		}
		r.Window = append(r.Window, windows.number([3]int64{int64(e.Window.Earliest), int64(e.Window.Nominal), latest}))
		source := -1
		if e.Source != "" {
			source = sources.number(clean(e.Source))
		}
		r.Source = append(r.Source, source)
		r.sparse(s, i, e, &rules)
	}
	for _, race := range t.Races {
		if min(race.First, race.Second) < 0 || int(max(race.First, race.Second)) >= n {
			continue
		}
		r.Races = append(r.Races, [2]int32{race.First, race.Second})
		text := s.name(int(race.First)) + " before " + s.name(int(race.Second)) + s.over(race) + ". " + s.otherwise(race)
		r.RaceTexts = append(r.RaceTexts, [3]any{race.First, race.Second, text})
	}
	r.Sources, r.RuleTexts, r.Windows = nonNil(sources.list), nonNil(rules.list), nonNil(windows.list)
	return r
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// sparse takes over what only some events have.
func (r *htmlRun) sparse(s *story, i int, e *sim.Event, rules *table[string]) {
	if len(e.Reads) > 0 {
		r.Reads[i] = slices.Clone(e.Reads)
	}
	if len(e.Writes) > 0 {
		r.Writes[i] = slices.Clone(e.Writes)
	}
	if len(e.Notes) > 0 {
		r.Notes[i] = cleanAll(e.Notes)
	}
	if len(e.Details) > 0 {
		r.Details[i] = cleanAll(e.Details)
	}
	for _, rule := range e.Rules {
		r.Rules[i] = append(r.Rules[i], rules.number(clean(rule.Text)))
	}
	for _, o := range e.Outcomes {
		value := any(o.Value)
		if o.Value > 1<<53 || o.Value < -1<<53 {
			value = strconv.FormatInt(o.Value, 10)
		}
		r.Outcomes[i] = append(r.Outcomes[i], [4]any{o.Kind.String(), clean(o.Name), s.deviates(o), value})
	}
}
