package reports_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

func text(t *testing.T, trace *sim.Trace, o reports.Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, reports.Text(&b, trace, o))
	return b.String()
}

// maker makes traces by hand.
type maker struct {
	sim.Trace
	at   time.Duration
	last map[int32]int32
}

func newMaker(scenario, variant string, processes ...string) *maker {
	return &maker{
		Trace: sim.Trace{Scenario: scenario, Variant: variant, Profile: "laptop", Processes: processes},
		last:  make(map[int32]int32),
	}
}

// event appends an event, after as much time as says, and returns its index.
func (m *maker) event(process int32, label string, after time.Duration, notes ...string) int32 {
	l := int32(-1)
	for i, have := range m.Labels {
		if have == label {
			l = int32(i)
		}
	}
	if l < 0 {
		l = int32(len(m.Labels))
		m.Labels = append(m.Labels, label)
	}
	occ := uint32(1)
	for _, e := range m.Events {
		if e.Process == process && e.Label == l {
			occ++
		}
	}
	m.at += after
	cause, ok := m.last[process]
	if !ok {
		cause = -1
	}
	origin := time.Duration(0)
	if cause >= 0 {
		origin = m.Events[cause].Time
	}
	i := int32(len(m.Events))
	m.Events = append(m.Events, sim.Event{
		Process: process, Label: l, Occurrence: occ, Cause: cause, Origin: cause, HeldAfter: -1,
		Window:  sim.Window{Earliest: 0, Nominal: m.at - origin, Latest: m.at - origin + time.Millisecond},
		Nominal: m.at, Time: m.at, Notes: notes, Source: fmt.Sprintf("logic.go:%d", 10+i),
	})
	m.last[process] = i
	m.Calm = len(m.Events)
	return i
}

// hold says that event i was held until after event a, and late by d.
func (m *maker) hold(i, a int32, d time.Duration) {
	e := &m.Events[i]
	e.HeldAfter = a
	e.Nominal -= d
	e.Window.Nominal -= d
	m.Schedule = append(m.Schedule, sim.Deviation{
		Kind: sim.KindSchedule, Name: m.EventName(int(i)), AfterName: m.EventName(int(a)),
	})
}

func (m *maker) writes(resource string, events ...int32) {
	m.Resources = append(m.Resources, resource)
	for _, i := range events {
		m.Events[i].Writes = append(m.Events[i].Writes, int32(len(m.Resources)-1))
	}
}

func (m *maker) fail(v sim.Verdict, property, message string) *sim.Trace {
	m.Verdict = v
	m.Failure = sim.Failure{Property: property, Message: message, Step: len(m.Events)}
	m.Signature = v.String() + " " + property
	if n := len(m.Events); n > 0 {
		e := &m.Events[n-1]
		e.Notes = append(e.Notes, property+": "+message)
	}
	return &m.Trace
}

func replayCommands(hash string) []reports.Command {
	return []reports.Command{
		{Name: "replay", Line: "simrun replay " + hash},
		{Name: "test", Line: "go test ./scenarios -run 'TestScenarios/hotreload/drop$'"},
	}
}

// drop is the story of DESIGN: an error that a reload swallows.
func drop() *sim.Trace {
	m := newMaker("hotreload/drop", "V1", "editor", "F watcher", "J event loop")
	m.Setup = []string{"app.js has 2 MB"}
	for range 8 {
		m.event(2, "tick", 400*time.Microsecond)
	}
	m.event(2, "eval", 191*time.Microsecond, "evaluate generation 0; truncate own file to 10 bytes")
	m.event(1, "inotify.read", 11*time.Microsecond, "MODIFY app.js")
	for range 17 {
		m.event(2, "drain", 3*time.Microsecond)
	}
	pub := m.event(1, "publish", 111*time.Microsecond, "reload request")
	reject := m.event(2, "reject", 2*time.Microsecond, "generation 0", "S1: E0 opened")
	m.event(2, "take", 2*time.Microsecond, "reload() replaces the promise", "S1: E0 orphaned")
	rep := m.event(2, "report", 2*time.Microsecond, "generation 1 is pending: nothing printed")
	m.hold(rep, pub, 300*time.Microsecond)
	tick := sim.Rule{ID: "inotify.inside", Text: "inotify delivers while J is inside tick() [observed, Linux 6.18]"}
	merge := sim.Rule{ID: "inotify.merge", Text: "inotify merges a record equal to the last unread one [observed, Linux 6.18]"}
	m.Events[0].Rules = []sim.Rule{{ID: "early", Text: "not told: it took effect before the first deviation [known, everywhere]"}}
	m.Events[pub].Rules, m.Events[reject].Rules = []sim.Rule{tick, merge}, []sim.Rule{merge}
	m.writes("vm.promise", pub, rep)
	m.Races = []sim.Race{{First: pub, Second: rep, Resource: "vm.promise"}}
	m.Minimised = 37
	m.Strategy = "pct, seed 0, schedule 412"
	m.Params = []sim.Param{{Label: "edits", Value: 2, Lo: 1, Hi: 5}, {Label: "editor", Value: 1, Text: "truncating"}}
	return m.fail(sim.Violation, "S1", "the error of generation 0 was lost: reload() replaced its promise before report() printed it")
}

func TestTextTellsARace(t *testing.T) {
	golden.Check(t, "drop", text(t, drop(), reports.Options{
		Hash:       "3f9a2c71",
		Properties: []sim.PropertyDoc{{Name: "S1", Doc: "each rejection is printed exactly once."}},
		Commands:   replayCommands("3f9a2c71"),
	}))
}

func TestTextNarrow(t *testing.T) {
	golden.Check(t, "drop-narrowest", text(t, drop(), reports.Options{Width: 40, Hash: "3f9a2c71", Commands: replayCommands("3f9a2c71")}))
	golden.Check(t, "drop-narrow", text(t, drop(), reports.Options{Width: 80, Hash: "3f9a2c71", Commands: replayCommands("3f9a2c71")}))
}

func TestTextFull(t *testing.T) {
	golden.Check(t, "drop-full", text(t, drop(), reports.Options{Full: true}))
}

func TestTextColor(t *testing.T) {
	colored := text(t, drop(), reports.Options{Color: true})
	golden.Check(t, "drop-color", strings.ReplaceAll(colored, "\x1b", "ESC"))
}

func TestTextNominalOrderFails(t *testing.T) {
	m := newMaker("cart/total", "racy", "A")
	m.event(0, "start", 0)
	m.event(0, "add", time.Microsecond)
	golden.Check(t, "nominal", text(t, m.fail(sim.Violation, "sum", "did not come true, and the world is at rest"), reports.Options{}))
}

func TestTextNoEvents(t *testing.T) {
	trace := &sim.Trace{
		Scenario: "cart/total", Profile: "laptop", Verdict: sim.Violation, Signature: "violation sum",
		Schedule: sim.Schedule{{Kind: sim.KindSchedule, Name: "A:read#1", AfterName: "B:write#1"}},
	}
	golden.Check(t, "no-events", text(t, trace, reports.Options{}))
	golden.Check(t, "nothing", text(t, &sim.Trace{}, reports.Options{}))
}

func TestTextPasses(t *testing.T) {
	m := newMaker("cart/total", "fixed", "A", "B")
	m.event(0, "start", 0)
	m.event(1, "start", 0)
	golden.Check(t, "pass", text(t, &m.Trace, reports.Options{}))
}

func TestTextDeadlock(t *testing.T) {
	m := newMaker("bank/transfer", "", "A", "B")
	m.event(0, "start", 0)
	m.event(1, "start", 0)
	a := m.event(0, "left.lock", time.Microsecond)
	b := m.event(1, "right.lock", 0)
	m.writes("left", a)
	m.writes("right", b, m.event(0, "right.lock", time.Microsecond))
	m.writes("left", m.event(1, "left.lock", 0))
	trace := m.fail(sim.Deadlock, "done", "transfer 1 was not closed, and the world is at rest")
	trace.Failure.WaitFor = "A waits for right, held by B\nB waits for left, held by A\n"
	golden.Check(t, "deadlock", text(t, trace, reports.Options{}))
}

func TestTextPanic(t *testing.T) {
	m := newMaker("bank/transfer", "v1", "worker")
	m.event(0, "start", 0)
	trace := m.fail(sim.Panic, "worker", "process worker panicked: assignment to entry in nil map")
	trace.Failure.Facts = "assignment to entry in nil map"
	trace.Failure.Stack = `goroutine 7 [running]:
runtime/debug.Stack()
	/usr/lib/go/src/runtime/debug/stack.go:26 +0x5e
panic({0x5a1e40?, 0x6b3a10?})
	/usr/lib/go/src/runtime/panic.go:783 +0x132
example.com/bank.(*Account).Deposit(0xc000012345, 0x64)
	/home/me/bank/account.go:41 +0x1d
example.com/bank.Transfer.func1(0xc0000b2000)
	/home/me/bank/transfer.go:17 +0x2b
github.com/seed-3519b94c/simrun/sim.(*procJob).Run(0xc0000b2000, 0x0?)
	/src/simrun/sim/proc.go:210 +0x1c
github.com/seed-3519b94c/simrun/runner.(*worker).run(0xc0000b2000)
	/src/simrun/runner/worker.go:38 +0x1c
created by github.com/seed-3519b94c/simrun/runner.guarded in goroutine 1
	/src/simrun/runner/watch.go:23 +0x1c
`
	golden.Check(t, "panic", text(t, trace, reports.Options{}))
}

func TestTextNondeterminism(t *testing.T) {
	m := newMaker("bad/unstable", "", "A")
	m.event(0, "start", 0)
	golden.Check(t, "nondeterminism", text(t, m.fail(sim.Nondeterminism, "determinism", "two runs of one schedule part at step 2"), reports.Options{}))
}

func TestTextFaultsAndChoices(t *testing.T) {
	m := newMaker("fleet/recycle", "v1", "balancer", "node1")
	m.event(0, "start", 0)
	i := m.event(0, "probe", 2*time.Second)
	m.Events[i].Outcomes = []sim.Outcome{{Kind: sim.KindFault, Name: "balancer:drop#1", Value: 1}, {Kind: sim.KindElapsed, Name: "balancer:elapsed#1"}}
	j := m.event(1, "serve", 9*time.Second)
	m.Events[j].Outcomes = []sim.Outcome{{Kind: sim.KindClock, Name: "node1:now#1", Value: 11_000_000_000}}
	m.Calm = 2
	m.Schedule = sim.Schedule{
		{Kind: sim.KindDraw, Name: "world:nodes#1", Value: 3},
		{Kind: sim.KindFault, Name: "balancer:drop#1", Value: 1},
		{Kind: sim.KindClock, Name: "node1:now#1", Value: 11_000_000_000},
		{Kind: sim.KindSchedule, Name: "node1:late#1", AfterName: "balancer:probe#1"},
	}
	m.Params = []sim.Param{{Label: "nodes", Value: 3, Lo: 1, Hi: 9}}
	golden.Check(t, "choices", text(t, m.fail(sim.Violation, "served", "a request was lost"), reports.Options{}))
}

// A failure of the nominal order is one of timing if a clock had to say something, or if
// something is late without being held; only else it is none.
func TestTextTimingWithoutHolds(t *testing.T) {
	clocks := []sim.Deviation{
		{Kind: sim.KindElapsed, Name: "node1:timeout#1", Value: 1}, {Kind: sim.KindClock, Name: "node1:now#1", Value: int64(time.Second)},
	}
	draw := sim.Deviation{Kind: sim.KindDraw, Name: "world:first#1", Value: 1}
	told := ""
	for _, c := range []struct {
		what     string
		schedule sim.Schedule
		late     time.Duration
	}{
		{"elapsed", clocks[:1], 0},
		{"clock and draw", sim.Schedule{clocks[1], draw}, 0},
		{"draw", sim.Schedule{draw}, 0},
		{"draw, late", sim.Schedule{draw}, 190 * time.Microsecond},
		{"late", nil, 190 * time.Microsecond},
	} {
		m := newMaker("fleet/recycle", "v1", "node1")
		m.event(0, "start", 0)
		i := m.event(0, "serve", time.Second)
		m.Events[i].Nominal -= c.late
		m.Events[i].Window.Nominal -= c.late
		m.Schedule = c.schedule
		told += "=== " + c.what + "\n" + text(t, m.fail(sim.Violation, "served", "a request was lost"), reports.Options{})
	}
	golden.Check(t, "timing", told)
}

func TestTextManyProcesses(t *testing.T) {
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("a-process-whose-name-takes-40-columns-%02d", i))
	}
	m := newMaker("fleet/rolling", "v2", names...)
	for i := range 24 {
		m.event(int32(i%12), "step", time.Millisecond, "note of some length, as notes tend to be in practice")
	}
	m.hold(20, 19, time.Millisecond)
	golden.Check(t, "many", text(t, m.fail(sim.Violation, "order", "out of order"), reports.Options{Width: 100}))
}

func TestTextLongNames(t *testing.T) {
	m := newMaker("fleet/rolling", "v2", strings.Repeat("left", 10)+"1", strings.Repeat("left", 10)+"2", "日本語のプロセス")
	for i := range 6 {
		m.event(int32(i%3), "step", time.Millisecond, "čeština, 日本語, émoji 🎉 and a combining é; tab\there, escape \x1b[31m, newline\nhere")
	}
	golden.Check(t, "unicode", text(t, m.fail(sim.Violation, "order", "out of order: 日本語"), reports.Options{Width: 90}))
}

func TestTextTenThousandEvents(t *testing.T) {
	m := newMaker("big/one", "", "A", "B", "C")
	m.Labels = []string{"s"}
	for i := range 10_000 {
		m.Events = append(m.Events, sim.Event{
			Process: int32(i % 3), Occurrence: uint32(i/3 + 1), Cause: int32(i) - 1, Origin: int32(i) - 1, HeldAfter: -1,
			Time: time.Duration(i) * time.Microsecond, Window: sim.Exactly(time.Microsecond),
		})
	}
	m.Calm = 10_000
	for _, i := range []int{17, 5000, 9000} {
		m.Events[i].Notes = []string{"something happened"}
	}
	m.Races = []sim.Race{{First: 7000, Second: 7003, Resource: "x", Otherwise: "violation other"}}
	golden.Check(t, "big", text(t, m.fail(sim.Violation, "order", "out of order"), reports.Options{}))
	for i := range m.Events {
		m.Events[i].Notes = []string{"chatter"}
	}
	out := text(t, &m.Trace, reports.Options{})
	require.Less(t, strings.Count(out, "\n"), 120, "a timeline is bounded, however much there is to say")
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestTextWriteError(t *testing.T) {
	err := reports.Text(brokenPipe{}, drop(), reports.Options{Hash: "3f9a2c71"})
	require.ErrorIs(t, err, errPipe)
	require.EqualError(t, err, `write story of trace "3f9a2c71": broken pipe`)
}

// An instant is rounded as the page of a trace does it.
func TestInstant(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 µs", 999: "999 ns", 1_500: "1.5 µs", 709_669_500: "709.67 ms", 709_669_499: "709.669 ms", 999_999_499: "999.999 ms",
		999_999_500: "1 s", 599_999_500_000: "10 min", 709_669_500_000: "11.828 min", -1_000_600_000: "-1.001 s", -1 << 63: "-153722867.28 min",
	} {
		require.Equal(t, want, reports.Instant(d), int64(d))
	}
	m := newMaker("test/round", "", "A")
	m.event(0, "slow", 709_669_600, "late")
	m.event(0, "on", 1, "later")
	require.Contains(t, text(t, m.fail(sim.Violation, "p", "late"), reports.Options{}), "709.670 ms")
}
