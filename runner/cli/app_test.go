package cli_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner/cli"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// desk is an App on buffers, with a store of its own.
type desk struct {
	cli.App
	out, err bytes.Buffer
	db       string
}

func newDesk(t *testing.T, scenarios ...*sim.Scenario) *desk {
	d := &desk{db: filepath.Join(t.TempDir(), "traces.db")}
	d.App = cli.App{Scenarios: scenarios, Stdout: &d.out, Stderr: &d.err, Clock: clock.NewMock()}
	return d
}

// run runs one command on the store of the desk.
func (d *desk) run(ctx context.Context, args ...string) int {
	d.out.Reset()
	d.err.Reset()
	return d.Run(ctx, append(args, "--db", d.db))
}

// interrupting is lostUpdate, and cancels a context when it is built for the nth time.
func interrupting(cancel context.CancelFunc, n int) *sim.Scenario {
	s := lostUpdate()
	build, builds := s.Build, 0
	s.Build = func(w *sim.World) {
		if builds++; builds == n {
			cancel()
		}
		build(w)
	}
	return s
}

func TestInterruptedRunKeepsWhatItFound(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	d := newDesk(t, interrupting(cancel, 150))
	code := d.run(ctx, "run", "cart/total", "--workers", "1", "--runs", "100000")
	require.Equal(t, 130, code, d.err.String())
	require.Regexp(t, `^cart/total, variant racy: 1 kind of failure in \d+ of \d+ runs, then interrupted\n`, d.out.String())
	require.Contains(t, d.out.String(), "\nreplay     simrun replay ")
	require.Empty(t, d.err.String())

	require.Equal(t, 0, d.run(context.Background(), "traces"), d.err.String())
	require.Contains(t, d.out.String(), "cart/total")
	require.Equal(t, 1, d.run(context.Background(), "replay", "1"), d.err.String())
	require.Contains(t, d.out.String(), "reproduced: ")
	require.Equal(t, 0, d.run(context.Background(), "doctor"), d.out.String()+d.err.String())
}

func TestInterruptedBetweenCampaigns(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	d := newDesk(t, interrupting(cancel, 30))
	require.Equal(t, 130, d.run(ctx, "run", "cart/total", "--variant", "locked", "--seed", "1-50", "--runs", "10", "--workers", "1"))
	require.Regexp(t, `simrun: interrupted: \d of 50 campaigns are done\n$`, d.err.String())
}

func TestInterruptedBeforeItBegins(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	d := newDesk(t, tiny()...)
	require.Equal(t, 130, d.run(ctx, "run", "cart/total"))
	require.Equal(t, "simrun: interrupted: 0 of 1 campaign are done\n", d.err.String())
}

func TestOutOfTime(t *testing.T) {
	mock := clock.NewMock()
	s := lostUpdate()
	build := s.Build
	s.Build = func(w *sim.World) {
		mock.Add(time.Millisecond)
		build(w)
	}
	d := newDesk(t, s)
	d.Clock = mock
	require.Equal(t, 0, d.run(context.Background(), "run", "cart/total", "--variant", "locked", "--workers", "1", "--budget", "100ms"))
	require.Regexp(t, `^cart/total, variant locked: no violation in \d+ runs, then out of time\n`, d.out.String())
}

// lines parses JSON lines, each of which says what it is.
func lines(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		var m map[string]any
		err := d.Decode(&m)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err, text)
		require.IsType(t, "", m["type"])
		require.EqualValues(t, 1, m["v"])
		all = append(all, m)
	}
}

func TestJSONLines(t *testing.T) {
	d := newDesk(t, lostUpdate(), passes())
	ctx := context.Background()
	require.Equal(t, 1, d.run(ctx, "run", "cart/total", "--json", "--runs", "300", "-p", "size=large"))
	got := lines(t, d.out.String())
	require.Len(t, got, 2)
	f, c := got[0], got[1]
	require.Equal(t, "failure", f["type"])
	require.Equal(t, "sum", f["property"])
	require.Equal(t, map[string]any{"clerks": 2.0, "size": 1.0}, f["params"])
	require.Contains(t, f["replay"], "simrun replay "+f["trace"].(string)[:8])
	require.NotEmpty(t, f["schedule"])
	require.NotEmpty(t, f["decides"])
	require.Equal(t, "campaign", c["type"])
	require.EqualValues(t, 300, c["runs"])
	require.EqualValues(t, 1, c["failures"])
	require.Equal(t, strings.Count(d.out.String(), "\n"), 2, "an object is one line")

	require.Equal(t, 0, d.run(ctx, "run", "fleet/quiet", "--json", "--runs", "10"))
	c = lines(t, d.out.String())[0]
	require.Equal(t, []any{"a node restarts"}, c["vacuous"])
	require.Equal(t, map[string]any{"a node restarts": 0.0}, c["goals"])

	for _, args := range [][]string{{"traces"}, {"replay", "1"}, {"minimize", "1"}, {"show", "1"}, {"doctor"}} {
		d.run(ctx, append(args, "--json")...)
		require.NotEmpty(t, lines(t, d.out.String()), args)
	}
	for _, command := range []string{"list", "version"} {
		d.out.Reset()
		require.Equal(t, 0, d.Run(ctx, []string{command, "--json"}))
		require.NotEmpty(t, lines(t, d.out.String()))
	}
}

func TestColorOnlyOnATerminal(t *testing.T) {
	d := newDesk(t, lostUpdate())
	args := []string{"run", "cart/total", "--runs", "300"}
	d.run(context.Background(), args...)
	require.NotContains(t, d.out.String(), "\x1b")
	d.Terminal = true
	d.run(context.Background(), args...)
	require.Contains(t, d.out.String(), "\x1b[1;31m")
	d.Env = func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
	d.run(context.Background(), args...)
	require.NotContains(t, d.out.String(), "\x1b")
}

// ticking makes the wall clock go on with every run.
func ticking(mock *clock.Mock, every time.Duration) *sim.Scenario {
	s := lostUpdate()
	build := s.Build
	s.Build = func(w *sim.World) {
		mock.Add(every)
		build(w)
	}
	return s
}

func TestProgressInALog(t *testing.T) {
	mock := clock.NewMock()
	d := newDesk(t, ticking(mock, 10*time.Millisecond))
	d.Clock = mock
	d.run(context.Background(), "run", "cart/total", "--variant", "locked", "--workers", "1", "--runs", "1200")
	require.NotContains(t, d.err.String(), "\x1b")
	require.NotContains(t, d.err.String(), "\r")
	got := strings.Split(strings.TrimSuffix(d.err.String(), "\n"), "\n")
	require.Len(t, got, 2, d.err.String())
	require.Regexp(t, `^cart/total locked: \d+ of 1,200 runs, \d+ distinct orders, 2 pairs in one order only, [\d.]+s, .+`, got[0])
}

func TestProgressOnATerminal(t *testing.T) {
	mock := clock.NewMock()
	d := newDesk(t, ticking(mock, 10*time.Millisecond))
	d.Clock, d.App.Progress, d.Width = mock, true, 40
	d.run(context.Background(), "run", "cart/total", "--variant", "locked", "--workers", "1", "--runs", "1200")
	updates := strings.Split(d.err.String(), "\r\x1b[K")
	require.Greater(t, len(updates), 10)
	require.Empty(t, updates[len(updates)-1], "the line is cleared at the end")
	for _, u := range updates {
		require.Less(t, len(u), 40)
	}
}

func TestStoreOfTheFuture(t *testing.T) {
	d := newDesk(t, lostUpdate())
	ctx := context.Background()
	require.Equal(t, 1, d.run(ctx, "run", "cart/total", "--runs", "300"))
	change(t, d.db, "PRAGMA user_version = 99")
	for _, command := range [][]string{{"run", "cart/total"}, {"traces"}, {"replay", "1"}, {"show", "1"}} {
		require.Equal(t, 2, d.run(ctx, command...), command)
		require.Empty(t, d.out.String())
		require.Contains(t, d.err.String(), "written by a newer simrun")
	}
	require.Equal(t, 2, d.run(ctx, "doctor"))
	require.Contains(t, d.out.String(), "FAIL  store")
	change(t, d.db, "PRAGMA user_version = 2; PRAGMA application_id = 7")
	require.Equal(t, 2, d.run(ctx, "run", "cart/total"))
	require.Contains(t, d.err.String(), "SQLite file of another program")
}

func change(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec(statement)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

func TestDamagedTrace(t *testing.T) {
	d := newDesk(t, lostUpdate())
	ctx := context.Background()
	require.Equal(t, 1, d.run(ctx, "run", "cart/total", "--runs", "300"))
	change(t, d.db, "UPDATE traces SET blob = substr(blob, 1, 40)")
	require.Equal(t, 4, d.run(ctx, "replay", "1"))
	require.Regexp(t, `^simrun: read trace 1 \([0-9a-f]{8}\) of store `, d.err.String())
	require.Equal(t, 4, d.run(ctx, "doctor"))
	require.Contains(t, d.out.String(), "FAIL  store")
}

func TestStoryIsToldThoughItCannotBeKept(t *testing.T) {
	s := lostUpdate()
	d := newDesk(t, s)
	build := s.Build
	s.Build = func(w *sim.World) {
		os.Mkdir(d.db, 0o755) //nolint:errcheck // somebody else makes a folder of that name meanwhile
		build(w)
	}
	require.Equal(t, 2, d.run(context.Background(), "run", "cart/total", "--runs", "300"))
	require.Contains(t, d.out.String(), "Decides    * ")
	require.NotContains(t, d.out.String(), "simrun replay", "it is not there to be replayed")
	require.Contains(t, d.out.String(), "again      simrun run cart/total --variant racy --seed 0 --runs 300")
	require.Contains(t, d.err.String(), "it is a folder")
}

func TestStoreThatCannotBeIsKnownBefore(t *testing.T) {
	d := newDesk(t, lostUpdate())
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	d.db = filepath.Join(file, "traces.db")
	require.NotEqual(t, 0, d.run(context.Background(), "run", "cart/total"))
	require.Empty(t, d.out.String())
	require.Regexp(t, `^simrun: open store `, d.err.String())
}

func TestTwoScenariosOfOneName(t *testing.T) {
	d := newDesk(t, lostUpdate(), lostUpdate())
	require.Equal(t, 2, d.Run(context.Background(), []string{"list"}))
	require.Equal(t, "simrun: two scenarios of this binary are called \"cart/total\": give each a name of its own\n", d.err.String())
}

func TestAnExpectationOfWhatIsNotThere(t *testing.T) {
	for want, e := range map[string]sim.Expectation{
		`scenario cart/total has no variant "racey"; did you mean "racy"?`:    {Variant: "racey"},
		`scenario cart/total has no property "summ"; did you mean "sum"?`:     {Variant: "racy", Fails: []string{"summ"}},
		`scenario cart/total has no property "plus"; did you mean`:            {Variant: "racy", Holds: []string{"plus"}},
		`scenario cart/total has no profile "labtop"; did you mean "laptop"?`: {Variant: "racy", Profile: "labtop"},
	} {
		s := lostUpdate()
		s.Expect = append(s.Expect, e)
		d := newDesk(t, s)
		require.Equal(t, 2, d.Run(context.Background(), []string{"list"}))
		require.Contains(t, d.err.String(), "simrun: an expectation cannot be met: "+strings.TrimSuffix(want, "; did you mean"))
	}
}

// Every command that help lists has a manual page, the same one every day.
func TestManualPages(t *testing.T) {
	dir := t.TempDir()
	d := newDesk(t, tiny()...)
	require.Equal(t, 0, d.Run(context.Background(), []string{"--help"}))
	commands := regexp.MustCompile(`(?m)^  ([a-z]+) +[A-Z]`).FindAllStringSubmatch(d.out.String(), -1)
	require.Greater(t, len(commands), 20)
	require.Equal(t, 0, d.Run(context.Background(), []string{"man", dir}), d.err.String())
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	require.NoError(t, err)
	have := map[string]bool{}
	for _, p := range pages {
		have[filepath.Base(p)] = true
		content, err := os.ReadFile(p)
		require.NoError(t, err)
		require.Contains(t, string(content), `.TH "SIMRUN`)
		require.Contains(t, string(content), `"Jan 1970"`)
	}
	for _, c := range commands {
		if c[1] != "help" {
			require.True(t, have["simrun-"+c[1]+".1"], "%s: %v", c[1], pages)
		}
	}
}

type brokenOutput struct{ panics bool }

func (b brokenOutput) Write([]byte) (int, error) {
	if b.panics {
		panic("boom")
	}
	return 0, errors.New("disk full")
}

func TestInternalErrors(t *testing.T) {
	d := newDesk(t, lostUpdate())
	d.Stdout = brokenOutput{}
	require.Equal(t, 4, d.Run(context.Background(), []string{"list"}))
	require.Equal(t, "simrun: write results: disk full\n", d.err.String())
	d.err.Reset()
	d.Stdout = brokenOutput{panics: true}
	require.Equal(t, 4, d.Run(context.Background(), []string{"list"}))
	require.True(t, strings.HasPrefix(d.err.String(), "simrun: internal error: boom\n"), d.err.String())
}

func TestShards(t *testing.T) {
	d := newDesk(t, lostUpdate())
	seeds := func(args ...string) []any {
		var out []any
		d.run(context.Background(), append([]string{"run", "cart/total", "--variant", "locked", "--runs", "2", "--json"}, args...)...)
		for _, l := range lines(t, d.out.String()) {
			out = append(out, l["seed"])
		}
		return out
	}
	require.Equal(t, []any{1.0, 4.0, 7.0}, seeds("--seed", "1-7", "--shard", "1/3"))
	require.Equal(t, []any{3.0, 6.0}, seeds("--seed", "1-7", "--shard", "3/3"))
	require.Equal(t, []any{0.0}, seeds())
}

// A binary of one's own is called by its own name, in its help, its errors and what it
// tells to paste.
func TestProgramName(t *testing.T) {
	d := newDesk(t, lostUpdate())
	d.Program = "shopsim"
	require.Equal(t, 2, d.run(t.Context(), "replay", "1"))
	require.Regexp(t, "^shopsim: open store .*; `shopsim run` makes one", d.err.String())
	d.err.Reset()
	require.Equal(t, 2, d.Run(t.Context(), []string{"rum"}))
	require.Regexp(t, `^shopsim: shopsim has no command "rum"`, d.err.String())
	require.Equal(t, 0, d.Run(t.Context(), []string{"export", "--help"}))
	require.Contains(t, d.out.String(), "`shopsim import`")
	require.Contains(t, d.out.String(), "  shopsim export 3f9a2c71 -o lost.trace")
	require.NotContains(t, d.out.String(), "simrun export")
}

// What was found and not expected is said to be news; where nothing is expected, nothing is.
func TestUnexpected(t *testing.T) {
	s := lostUpdate()
	s.Expect = []sim.Expectation{{Variant: "refund", Fails: []string{"positive"}}}
	d := newDesk(t, s)
	require.Equal(t, 1, d.run(t.Context(), "run", s.Name, "--runs", "300"))
	require.Contains(t, d.out.String(), "\nunexpected violation sum: not closed: the scenario says that this variant passes\n")
	s.Expect = append(s.Expect, sim.Expectation{Variant: "racy", Fails: []string{"positive"}, Holds: []string{"sum"}})
	require.Equal(t, 1, d.run(t.Context(), "run", s.Name, "--runs", "300"))
	require.Contains(t, d.out.String(), "sum: not closed: the scenario says that this property holds in this variant\n")
	s.Expect = nil
	require.Equal(t, 1, d.run(t.Context(), "run", s.Name, "--runs", "300"))
	require.NotContains(t, d.out.String(), "unexpected")
}

// A rate is told with three digits that count, rounded and not cut off.
func TestPercent(t *testing.T) {
	for p, want := range map[string]string{
		"0": "0 %", "1": "100 %", "0.3888888": "38.9 %", "0.09996": "10.0 %", "0.0026": "0.260 %", "0.001729": "0.173 %", "0.00001": "1.00e-05",
	} {
		v, err := strconv.ParseFloat(p, 64)
		require.NoError(t, err)
		require.Equal(t, want, cli.Percent(v))
	}
}
