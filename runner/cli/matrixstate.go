package cli

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner/matrix"
	"github.com/seed-3519b94c/simrun/sim"
)

// cellLine is a measured cell: what is printed with --json, and what is kept.
type cellLine struct {
	line
	Scenario string   `json:"scenario"`
	Variant  string   `json:"variant"`
	Profile  string   `json:"profile"`
	Verdict  string   `json:"verdict"`            // agrees, differs, open
	Expected []string `json:"expected,omitempty"` // properties that should be violated
	Rarely   []string `json:"rarely,omitempty"`   // that few schedules violate
	Holds    []string `json:"holds,omitempty"`    // that should hold although others fail
	Open     bool     `json:"open,omitempty"`
	Why      string   `json:"why,omitempty"`
	Failing  []failed `json:"failing,omitempty"`
	Runs     int      `json:"runs"`
	Steps    int64    `json:"steps"`
	Classes  int      `json:"classes"` // of the question that showed most
	// Exhausted: of the properties that hold, there is nothing left to try.
	Exhausted   bool     `json:"exhausted,omitempty"`
	Claim       string   `json:"claim,omitempty"`
	Differences []string `json:"differences,omitempty"`
	ElapsedNs   int64    `json:"elapsed_ns"`
	// Curve is how many classes the question that showed most had seen after so many runs.
	Curve []reports.CurvePoint `json:"curve,omitempty"`
	// Identity says what measured it: binary and flags.
	Identity string `json:"identity"`
}

// failed is a property that was found violated.
type failed struct {
	Property  string `json:"property"`
	Seed      uint64 `json:"seed"`
	Run       int    `json:"run"` // the schedule that showed it first, with this seed
	Verdict   string `json:"verdict"`
	Signature string `json:"signature"`
	Message   string `json:"message"`
	// Deviations of the schedule as it was found, not made small.
	Deviations int    `json:"deviations"`
	Source     string `json:"source,omitempty"` // file:line of the last event before the failure
	// Trials is how it went with several seeds; nil with one.
	Trials *trials `json:"trials,omitempty"`
}

// trials is with how many seeds a property was found, and by which schedule.
type trials struct {
	Found  int   `json:"found"`
	Seeds  int   `json:"seeds"`
	Median int   `json:"median"` // of those that found it
	Latest int   `json:"latest"`
	At     []int `json:"at"` // by seed; 0: it did not
}

// text is the property with the schedule that showed it first, such as S1@12, or how it
// went with several seeds, such as S1 20/20 @4..37.
func (f *failed) text() string {
	name := f.Property
	if f.Verdict != "violation" {
		name = f.Verdict + " " + name
	}
	if t := f.Trials; t != nil {
		return fmt.Sprintf("%s %d/%d @%s..%s", name, t.Found, t.Seeds, comma(t.Median), comma(t.Latest))
	}
	return name + "@" + comma(f.Run)
}

// line sums up a measured cell.
func (m *matrixRun) line(r *matrix.Measured) *cellLine {
	l := &cellLine{
		line: newLine("cell"), Scenario: r.Scenario.Name, Variant: r.Variant, Profile: r.Profile, Verdict: r.Verdict.String(),
		Expected: r.Expect.Fails, Rarely: r.Expect.Rarely, Holds: r.Expect.Holds, Open: r.Expect.Open, Why: r.Expect.Why,
		Runs: r.Runs(), Steps: r.Steps(), Differences: r.Differences, Identity: m.state.identity,
	}
	for i := range r.Answers {
		a := &r.Answers[i]
		if a.Classes > l.Classes {
			l.Classes, l.Curve = a.Classes, l.Curve[:0]
			for _, p := range a.Curve {
				l.Curve = append(l.Curve, reports.CurvePoint(p))
			}
		}
		if len(a.Found) == 0 && a.Claim != "" {
			l.Exhausted, l.Claim = a.Exhausted, a.Claim
		}
	}
	for _, p := range r.Failing() {
		l.Failing = append(l.Failing, failedOf(r, p))
	}
	return l
}

// failedOf sums up how a property failed.
func failedOf(r *matrix.Measured, property string) failed {
	f, seed := r.First(property)
	t := f.Found
	out := failed{
		Property: property, Seed: seed, Run: f.Run, Verdict: t.Verdict.String(), Signature: f.Signature, Message: t.Failure.Message,
		Deviations: len(t.Schedule), Source: lastSource(t),
	}
	if tr := r.Trial(property); tr != nil {
		out.Trials = &trials{tr.Found(), len(tr.At), tr.Median(), tr.Latest(), tr.At}
	}
	return out
}

// lastSource is where the logic was when a run ended.
func lastSource(t *sim.Trace) string {
	for i := len(t.Events) - 1; i >= 0; i-- {
		if t.Events[i].Source != "" {
			return t.Events[i].Source
		}
	}
	return ""
}

// identity tells apart measurements that may differ: of another binary, or with
// other flags.
func (m *matrixRun) identity() string {
	h := sha256.New()
	fmt.Fprintf(h, "%+v\n%d %d %d %q %q\n", m.Build, m.options.Runs, m.options.Seed, m.options.Seeds, m.options.Strategy, m.options.Judge)
	if m.Binary != "" {
		if f, err := os.Open(m.Binary); err == nil {
			io.Copy(h, f) //nolint:errcheck // then it is another binary
			f.Close()     //nolint:errcheck // it was only read
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// matrixState keeps measured cells in a file, a line of JSON each.
type matrixState struct {
	path, identity string
	f              *os.File
	cells          map[[3]string]*cellLine
}

func openMatrixState(path string, resume bool, identity string) (*matrixState, error) {
	st := &matrixState{path: path, identity: identity, cells: make(map[[3]string]*cellLine)}
	if resume {
		if err := st.load(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("keep measured cells: %w", err)
	}
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if !resume {
		flags |= os.O_TRUNC
	}
	var err error
	if st.f, err = os.OpenFile(path, flags, 0o644); err != nil {
		return nil, fmt.Errorf("keep measured cells: %w", err)
	}
	return st, nil
}

// load reads the cells that were measured by the same binary with the same flags. A
// line that was cut off by the end of its process counts as not written.
func (st *matrixState) load() error {
	f, err := os.Open(st.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var l cellLine
		if json.Unmarshal(lines.Bytes(), &l) == nil && l.Type == "cell" && l.Identity == st.identity {
			st.cells[[3]string{l.Scenario, l.Variant, l.Profile}] = &l
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("resume from %q: %w", st.path, err)
	}
	return nil
}

func (st *matrixState) known(c *matrix.Cell) (*cellLine, bool) {
	l, ok := st.cells[[3]string{c.Scenario.Name, c.Variant, c.Profile}]
	return l, ok
}

func (st *matrixState) add(l *cellLine) error {
	b, err := json.Marshal(l)
	if err == nil {
		_, err = st.f.Write(append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep measured cell in %q: %w", st.path, err)
	}
	return nil
}

func (st *matrixState) close() { st.f.Close() } //nolint:errcheck // every line was written
