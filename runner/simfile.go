package runner

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// simVersion is the version of the text form of a trace. Readers accept it and
// every older one.
const simVersion = 1

// ErrEdited says that a .sim file is not as it was written.
var ErrEdited = errors.New("it was edited or cut off after it was written; replay it with --lenient, or restore it")

// WriteSim writes a trace as text: a header, the story as comments, one choice a
// line by name, and a check sum. It holds all that a replay needs.
func WriteSim(w io.Writer, t *sim.Trace) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "simrun trace %d\n", simVersion)
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, quoted(value))
		}
	}
	field("scenario", t.Scenario)
	field("variant", t.Variant)
	field("profile", t.Profile)
	field("judge", strings.Join(t.Judge, ", "))
	if t.Mode != sim.Timed {
		field("mode", t.Mode.String())
	}
	if t.Mode == sim.Sampled {
		field("seed", strconv.FormatUint(t.Seed, 10))
	}
	field("verdict", t.Verdict.String())
	field("signature", t.Signature)
	field("message", t.Failure.Message)
	field("fingerprint", fmt.Sprintf("%016x", t.Fingerprint))
	field("rolling", fmt.Sprintf("%016x", t.Rolling))
	field("strategy", t.Strategy)
	field("module", t.Module)
	field("revision", t.Revision)
	writeStory(&b, t)
	for _, d := range t.Schedule {
		fmt.Fprintln(&b, d)
	}
	fmt.Fprintf(&b, "end %d %s\n", len(t.Schedule), simSum(b.Bytes()))
	_, err := w.Write(b.Bytes())
	return err
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " / ") }

// quoted is a value as it stands in a header: itself, or in quotes if it would not
// come back whole.
func quoted(s string) string {
	if s != strings.TrimSpace(s) || strings.ContainsAny(s, "\n\r") || strings.HasPrefix(s, `"`) || len(s) > maxValue {
		return strconv.Quote(cut(s, maxValue))
	}
	return s
}

// maxValue is how much of a message is kept.
const maxValue = 64 << 10

// writeStory tells, as comments, what a reader of the diff wants to know.
func writeStory(b *bytes.Buffer, t *sim.Trace) {
	for _, p := range t.Params {
		value := strconv.FormatInt(p.Value, 10)
		if p.Text != "" {
			value = p.Text
		}
		fmt.Fprintf(b, "# %s = %s\n", p.Label, value)
	}
	for i := range t.Races {
		fmt.Fprintln(b, decides+RaceText(t, &t.Races[i]))
	}
	for i := range t.Events {
		for _, n := range t.Events[i].Notes {
			fmt.Fprintf(b, "# %6d %12v %s: %s\n", i+1, t.Events[i].Time, t.EventName(i), oneLine(n))
		}
	}
}

// simSum covers everything but comments, so that a story may be annotated.
func simSum(text []byte) string {
	h := sha256.New()
	for line := range bytes.Lines(text) {
		if len(line) > 0 && line[0] != '#' {
			h.Write(bytes.TrimRight(line, "\r\n"))
			h.Write([]byte{'\n'})
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// ReadSim reads what WriteSim wrote. name is for messages. A file that was
// edited or cut off gives ErrEdited together with what could be read.
func ReadSim(r io.Reader, name string) (*sim.Trace, error) {
	t := &sim.Trace{}
	var text bytes.Buffer
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 8*maxValue)
	n, ended := 0, false
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		fail := func(err error) (*sim.Trace, error) {
			return nil, fmt.Errorf("read trace %q: line %d: %w", name, n, err)
		}
		switch {
		case n == 1:
			if err := checkSimVersion(line); err != nil {
				return fail(err)
			}
		case line == "" || line[0] == '#':
			continue
		case ended:
			return t, fmt.Errorf("read trace %q: line %d: something follows after the end: %w", name, n, ErrEdited)
		case strings.HasPrefix(line, "end "):
			ended = line == fmt.Sprintf("end %d %s", len(t.Schedule), simSum(text.Bytes()))
		case isHeader(line):
			if err := setHeader(t, line); err != nil {
				return fail(err)
			}
		default:
			d, err := sim.ParseDeviation(line)
			if err != nil {
				return fail(err)
			}
			t.Schedule = append(t.Schedule, d)
		}
		text.WriteString(lines.Text() + "\n")
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read trace %q: %w", name, err)
	}
	if n == 0 {
		return nil, fmt.Errorf("read trace %q: the file is empty", name)
	}
	if t.Scenario == "" {
		return nil, fmt.Errorf("read trace %q: it names no scenario", name)
	}
	if !ended {
		return t, fmt.Errorf("read trace %q: %w", name, ErrEdited)
	}
	return t, nil
}

func checkSimVersion(line string) error {
	v, ok := strings.CutPrefix(line, "simrun trace ")
	n, err := strconv.Atoi(v)
	switch {
	case !ok || err != nil || n < 1:
		return fmt.Errorf("it begins with %q; want `simrun trace %d`: is it a .sim file?", cut(line, 40), simVersion)
	case n > simVersion:
		return fmt.Errorf("format version %d is newer than %d, the newest that this simrun reads: use a newer simrun", n, simVersion)
	}
	return nil
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n] + "..."
	}
	return s
}

var simHeaders = []string{
	"scenario", "variant", "profile", "judge", "mode", "seed", "verdict", "signature", "message",
	"fingerprint", "rolling", "strategy", "module", "revision",
}

func isHeader(line string) bool {
	name, _, ok := strings.Cut(line, ": ")
	return ok && slices.Contains(simHeaders, name)
}

func setHeader(t *sim.Trace, line string) error {
	name, value, _ := strings.Cut(line, ": ")
	var err error
	if strings.HasPrefix(value, `"`) {
		if value, err = strconv.Unquote(value); err != nil {
			return fmt.Errorf("%s %s: a quote is missing", name, value)
		}
	}
	number := func(base int) (v uint64) {
		if v, err = strconv.ParseUint(value, base, 64); err != nil {
			err = fmt.Errorf("%s %q is no number", name, value)
		}
		return v
	}
	switch name {
	case "scenario":
		t.Scenario = value
	case "variant":
		t.Variant = value
	case "profile":
		t.Profile = value
	case "judge":
		t.Judge = strings.Split(value, ", ")
	case "mode":
		switch value {
		case sim.Sampled.String():
			t.Mode = sim.Sampled
		case sim.Bubbled.String():
			t.Mode = sim.Bubbled
		default:
			err = fmt.Errorf("mode %q: want %q or %q", value, sim.Sampled, sim.Bubbled)
		}
	case "seed":
		t.Seed = number(10)
	case "verdict":
		t.Verdict, err = sim.ParseVerdict(value)
	case "signature":
		t.Signature = value
	case "message":
		t.Failure.Message = value
	case "fingerprint":
		t.Fingerprint = number(16)
	case "rolling":
		t.Rolling = number(16)
	case "strategy":
		t.Strategy = value
	case "module":
		t.Module = value
	case "revision":
		t.Revision = value
	}
	return err
}

// SimPath is where the regression file of t belongs below dir.
func SimPath(dir string, t *sim.Trace) string {
	return filepath.Join(dir, filepath.FromSlash(t.Scenario), t.Hash()+".sim")
}

// SaveSim writes t to its file below dir, by a temporary file and a rename: the
// file is there whole or not at all.
func SaveSim(dir string, t *sim.Trace) (path string, err error) {
	path = SimPath(dir, t)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("save trace: %w", err)
	}
	err = WriteWhole(path, func(w io.Writer) error { return WriteSim(w, t) })
	if err != nil {
		return "", fmt.Errorf("save trace %q: %w", path, err)
	}
	return path, nil
}

// WriteWhole writes a file by a temporary one and a rename: it is there whole, or
// as it was before. What is no regular file, such as a pipe or /dev/null, is written
// into and stays what it is.
func WriteWhole(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeInto(path, write)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".simrun-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // after the rename there is nothing to remove
	err = write(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

func writeInto(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = write(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// LoadSim reads a .sim file.
func LoadSim(path string) (*sim.Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	return ReadSim(f, path)
}

// Regressions lists the .sim files of a scenario below dir, in the order of
// their names.
func Regressions(dir, scenario string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(scenario), "*.sim"))
	slices.Sort(files)
	return files, err
}
