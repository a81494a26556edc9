package runner_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func write(t require.TestingT, trace *sim.Trace) string {
	var b bytes.Buffer
	require.NoError(t, runner.WriteSim(&b, trace))
	return b.String()
}

func read(text string) (*sim.Trace, error) { return runner.ReadSim(strings.NewReader(text), "a.sim") }

// The text of a small failure, as it lies in a repository.
func TestSimFile(t *testing.T) {
	r := explore(t, runner.Options{Scenario: bank(), Variant: "careless", Seed: 1, Runs: 500})
	require.NotEmpty(t, r.Failures)
	text := ""
	for _, f := range r.Failures {
		text += write(t, f.Minimal) + "\n"
	}
	golden.Check(t, "simfile", text)
}

// What is written is read again: all that a replay needs, byte for byte.
func TestSimFileRoundTrip(t *testing.T) {
	word := rapid.StringMatching(`[a-zA-Z0-9][a-zA-Z0-9 :/#@.=,()é-]{0,20}[a-zA-Z0-9]`)
	name := rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9/ @.-]{0,8}[a-z]:[a-z][a-z. ]{0,5}[a-z]#[1-9][0-9]?`)
	rapid.Check(t, func(t *rapid.T) {
		trace := &sim.Trace{
			Scenario: word.Draw(t, "scenario"), Variant: word.Draw(t, "variant"), Profile: word.Draw(t, "profile"),
			Mode:    rapid.SampledFrom([]sim.Mode{sim.Timed, sim.Sampled, sim.Bubbled}).Draw(t, "mode"),
			Verdict: sim.Verdict(rapid.IntRange(0, int(sim.Nondeterminism)).Draw(t, "verdict")), Signature: word.Draw(t, "signature"),
			Fingerprint: rapid.Uint64().Draw(t, "fingerprint"), Rolling: rapid.Uint64().Draw(t, "rolling"),
			Strategy: word.Draw(t, "strategy"), Module: word.Draw(t, "module"), Revision: word.Draw(t, "revision"),
		}
		trace.Failure.Message = word.Draw(t, "message")
		if trace.Mode == sim.Sampled {
			trace.Seed = rapid.Uint64().Draw(t, "seed")
		}
		for range rapid.IntRange(0, 5).Draw(t, "deviations") {
			text := "hold " + name.Draw(t, "event") + " after " + name.Draw(t, "after")
			if kind := rapid.SampledFrom([]string{"hold", "draw", "fault", "clock", "elapsed", "option"}).Draw(t, "kind"); kind != "hold" {
				text = fmt.Sprintf("%s %s = %d", kind, name.Draw(t, "choice"), rapid.Int64().Draw(t, "value"))
			}
			d, err := sim.ParseDeviation(text)
			require.NoError(t, err)
			trace.Schedule = append(trace.Schedule, d)
		}
		text := write(t, trace)
		got, err := read(text)
		require.NoError(t, err)
		require.Equal(t, trace, got)
		require.Equal(t, text, write(t, got))
		require.Equal(t, trace.Hash(), got.Hash())
	})
}

// A file that was changed is told from one that was not; its comments may be.
func TestSimFileChanged(t *testing.T) {
	text := write(t, randomFailure(t, bank(), "racy", 3))
	whole, err := read(text)
	require.NoError(t, err)

	annotated := strings.Replace(text, "variant:", "# this is the one from Tuesday\n\nvariant:", 1)
	_, err = read(annotated)
	require.NoError(t, err)
	_, err = read(strings.ReplaceAll(text, "\n", "\r\n"))
	require.NoError(t, err, "a checkout with other line ends")

	lines := strings.SplitAfter(text, "\n")
	for i := range lines {
		if strings.HasPrefix(lines[i], "#") || lines[i] == "" {
			continue
		}
		without := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
		got, err := read(without)
		require.Error(t, err, "without %q", lines[i])
		if i > 1 {
			require.ErrorIs(t, err, runner.ErrEdited)
			require.Equal(t, whole.Scenario, got.Scenario, "what can be read is there for a lenient replay")
		}
	}
	for n := range len(text) - 1 {
		got, err := read(text[:n])
		require.Error(t, err, "cut off after %d bytes", n)
		require.True(t, got == nil || got.Scenario != "")
	}
}

func TestSimFileRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                        `read trace "a.sim": the file is empty`,
		"\x7fELF\x02\x01\x01\x00\x00":             `read trace "a.sim": line 1: it begins with "\x7fELF\x02\x01\x01\x00\x00"; want ` + "`simrun trace 1`: is it a .sim file?",
		"simrun trace 2\nscenario: x\n":           `read trace "a.sim": line 1: format version 2 is newer than 1, the newest that this simrun reads: use a newer simrun`,
		"simrun trace 0\n":                        `read trace "a.sim": line 1: it begins with "simrun trace 0"; want ` + "`simrun trace 1`: is it a .sim file?",
		"simrun trace 1\n":                        `read trace "a.sim": it names no scenario`,
		"simrun trace 1\nverdict: green\n":        `read trace "a.sim": line 2: verdict "green": want one of pass, violation, deadlock, budget, panic, nondeterminism`,
		"simrun trace 1\nmode: fast\n":            `read trace "a.sim": line 2: mode "fast": want "sampled" or "bubbled"`,
		"simrun trace 1\nrolling: xyz\n":          `read trace "a.sim": line 2: rolling "xyz" is no number`,
		"simrun trace 1\nscenario: x\nhold me\n":  `read trace "a.sim": line 3: choice "hold me": want ` + "`hold EVENT after EVENT` or `draw|option|fault|clock|elapsed CHOICE = NUMBER`",
		"simrun trace 1\nscenario: x\nend 0 00\n": `read trace "a.sim": ` + runner.ErrEdited.Error(),
	} {
		_, err := read(text)
		require.EqualError(t, err, want)
	}
}

// A regression is saved whole or not at all, below its scenario, under its hash.
func TestSaveSim(t *testing.T) {
	dir := t.TempDir()
	trace := randomFailure(t, bank(), "racy", 3)
	name, err := runner.SaveSim(dir, trace)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "bank", "count", trace.Hash()+".sim"), name)
	again, err := runner.SaveSim(dir, trace)
	require.NoError(t, err)
	require.Equal(t, name, again)
	files, err := os.ReadDir(filepath.Dir(name))
	require.NoError(t, err)
	require.Len(t, files, 1, "no temporary file stays behind")

	got, err := runner.LoadSim(name)
	require.NoError(t, err)
	require.Equal(t, trace.Schedule, got.Schedule)
	list, err := runner.Regressions(dir, "bank/count")
	require.NoError(t, err)
	require.Equal(t, []string{name}, list)
	_, err = runner.LoadSim(filepath.Join(dir, "none.sim"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// Nothing that anybody may put into a file makes the reader panic, and what it
// accepts is written and read again.
func FuzzReadSim(f *testing.F) {
	f.Add([]byte("simrun trace 1\nscenario: x\nhold A:s#1 after B:s#1\nend 1 00"))
	f.Add([]byte("simrun trace 1\nscenario: x\nmode: sampled\nseed: 3\nverdict: panic\nfault A:crash#1 = 1\nclock A:now#1 = 99999999999999999999"))
	f.Add([]byte("\x00\xff\xfe"))
	f.Add([]byte("simrun trace 18446744073709551616\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		trace, err := runner.ReadSim(bytes.NewReader(text), "fuzz.sim")
		if trace == nil {
			require.Error(t, err)
			return
		}
		got, err := read(write(t, trace))
		require.NoError(t, err)
		require.Equal(t, write(t, trace), write(t, got))
	})
}
