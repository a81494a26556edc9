package depopt

import (
	"slices"
	"strings"
	"testing"
	"time"

	model "github.com/seed-3519b94c/simrun/model/depopt"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/stretchr/testify/require"
)

// line is a note and when it was made.
type line struct {
	at   time.Duration
	text string
}

// story is what a run tells: nominally, or under schedule n of a random walk.
func story(t *testing.T, s *sim.Scenario, cfg sim.Config, n int) []line {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	cfg.Record, cfg.Judge = true, []string{"answered"}
	if n > 0 {
		walk := strategy.NewRandomWalk()
		walk.Begin(strategy.Info{Seed: uint64(n)})
		cfg.Chooser = strategy.Chooser(walk, strategy.Data{})
	}
	r, err := w.Run(s, cfg)
	require.NoError(t, err)
	require.Equal(t, sim.Pass, r.Verdict, r.Failure.Message)
	var out []line
	for _, e := range r.Trace.Events {
		for _, note := range e.Notes {
			out = append(out, line{e.Time, note})
		}
	}
	return out
}

// in requires that the lines that contain these texts come in this order, and returns
// when they were.
func in(t *testing.T, lines []line, texts ...string) []time.Duration {
	t.Helper()
	var at []time.Duration
	rest := lines
	for _, text := range texts {
		i := slices.IndexFunc(rest, func(l line) bool { return strings.Contains(l.text, text) })
		require.GreaterOrEqual(t, i, 0, "%q after the others in:\n%s", text, say(lines))
		at = append(at, rest[i].at)
		rest = rest[i+1:]
	}
	return at
}

func say(lines []line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.at.String() + " " + l.text + "\n")
	}
	return b.String()
}

func times(lines []line, text string) int {
	n := 0
	for _, l := range lines {
		if strings.Contains(l.text, text) {
			n++
		}
	}
	return n
}

// What a browser sees of a re-optimization is in the order that was measured (60 of 60, two
// releases); from the commit to the message it is so in every schedule.
func TestOrderOfClientBasic(t *testing.T) {
	lines := story(t, ClientBasic(), sim.Config{}, 0)
	at := in(t, lines, "client discovers dep-b", "gets 200 for /late", "starts to bundle", "client has bundled",
		"client commits; a reload", "client invalidates", "client sends a full reload", "the page is told",
		"gets 200 for dep-b?v=D", "gets 200 for chunk-", "load the page, time 2", "the page has everything")
	wait := at[2] - at[0]
	require.True(t, 100*time.Millisecond <= wait && wait <= 137*time.Millisecond, "%v", wait)
	require.Equal(t, 1, times(lines, "the page is told"))
	require.Equal(t, 0, times(lines, "gets 504"))
	for n := range budget(100) {
		for _, profile := range []string{"laptop", "ci-loaded"} {
			lines := story(t, ClientBasic(), sim.Config{Profile: profile}, n)
			if times(lines, "client commits; a reload") == 0 {
				require.Equal(t, "ci-loaded", profile)
				continue // the server was so late that the first bundle has everything
			}
			in(t, lines, "client commits; a reload", "client invalidates", "client sends a full reload")
			commit := in(t, lines, "client commits; a reload", "client sends a full reload")
			require.Equal(t, commit[0], commit[1], "one task")
		}
	}
}

// The commit, those who waited up to their next IO, the invalidation and the message are one
// task: 349 measured reloads had this order.
func TestCommitIsOneTask(t *testing.T) {
	for _, s := range []*sim.Scenario{Inflight(), Bridge()} {
		for n := range budget(100) {
			in(t, story(t, s, sim.Config{Profile: "laptop"}, n),
				"ssr commits; a reload", "dep-b?v=D4 goes on", "ssr invalidates", "full reload", "forgets its modules")
		}
	}
}

// A dependency that shares nothing is committed without a reload, and every old URL stays
// good (20 of 20).
func TestNothingIsOutdatedByWhatSharesNothing(t *testing.T) {
	lines := story(t, clientWith("dep-lone"), sim.Config{}, 0)
	in(t, lines, "client discovers dep-lone", "client commits; what was handed out stays valid", "gets 200 for dep-lone?v=D")
	require.Zero(t, times(lines, "invalidates")+times(lines, "full reload")+times(lines, "outdated"))
}

// clientWith is client-basic with another new dependency.
func clientWith(dep string) *sim.Scenario { return clientScenario("client-basic", false, dep) }

// The lazy old dependency is refused between the chunk and the reload; after the reload
// everything is good (40 of 40).
func TestOrderOfClientLazy(t *testing.T) {
	lines := story(t, ClientLazy(), sim.Config{}, 0)
	in(t, lines, "client sends a full reload", "gets 200 for chunk-", "gets 504 for dep-y?v=D", "load the page, time 2", "the page has everything")
	reloaded := lines[slices.IndexFunc(lines, func(l line) bool { return strings.Contains(l.text, "load the page, time 2") }):]
	require.Zero(t, times(reloaded, "gets 504"))
}

// Both orders occur: the request fails before the re-import ends (most often), or after.
func TestFailureAndReimportComeInBothOrders(t *testing.T) {
	first := make(map[bool]int)
	for n := range 200 {
		lines := story(t, Inflight(), sim.Config{Params: map[string]int64{"late": 0}}, n)
		fails := slices.IndexFunc(lines, func(l line) bool { return strings.Contains(l.text, "answer 500") })
		again := slices.IndexFunc(lines, func(l line) bool { return strings.Contains(l.text, "/entry is imported again") })
		require.GreaterOrEqual(t, min(fails, again), 0)
		first[fails < again]++
	}
	require.NotZero(t, first[true])
	require.NotZero(t, first[false])
}

// dep-b is evaluated under its discovery hash, and under the new one.
func TestBothVersionsAreEvaluated(t *testing.T) {
	lines := story(t, Inflight(), sim.Config{}, 0)
	in(t, lines, "evaluate dep-b?v=D4, generation 2", "evaluate dep-b?v=H1, generation 2")
}

// A ghost is stale at every one of ten attempts, across a further invalidation and a further
// commit; with the fix of the bridge it never is (20 of 20).
func TestGhost(t *testing.T) {
	for _, profile := range []string{"laptop", "ci-loaded"} {
		lines := story(t, Ghost(), sim.Config{Variant: "before-832"}, 0)
		require.Equal(t, 1, times(lines, "fetch of dep-a")-times(lines, "fetch of dep-a fails"))
		require.Equal(t, 10, times(lines, "fetch of dep-a fails: outdated"))
		for n := range budget(100) {
			lines := story(t, Ghost(), sim.Config{Variant: "after-832", Profile: profile}, n)
			require.Equal(t, 11, times(lines, "fetch of dep-a"))
			require.Zero(t, times(lines, "fails"))
		}
	}
}

// Deleting the one entry of the cache of URLs heals a ghost at once (20 of 20).
func TestForgettingTheURLHeals(t *testing.T) {
	s := ghostScenario("ghost", "", "dep-a", func(h *world) { h.sys.SSR.ForgetURL("dep-a") })
	for n := range budget(100) {
		lines := story(t, s, sim.Config{Variant: "before-832"}, n)
		require.Equal(t, 11, times(lines, "fetch of dep-a"))
		require.Zero(t, times(lines, "fails"))
	}
}

// After a first shared chunk exists, a third sharer needs a reload where chunks are called
// after their content, and none where their names are stable.
func TestThirdSharer(t *testing.T) {
	for _, naming := range []string{"content", "stable"} {
		params := map[string]int64{"naming": option("naming", naming), "delta": 400, "bundle": 3}
		lines := story(t, Pair(), sim.Config{Params: params}, 0)
		want := map[string]int{"content": 2, "stable": 1}[naming]
		require.Equal(t, want, times(lines, "commits; a reload"), "%s:\n%s", naming, say(lines))
	}
}

// A failed bundle heals only with a commit that another dependency causes.
func TestBundleErrorHealsWithAnotherCommit(t *testing.T) {
	lines := story(t, BundleError(), sim.Config{}, 0)
	require.Equal(t, 4, times(lines, "answer 500"))
	lines = story(t, bundleError(true), sim.Config{}, 0)
	in(t, lines, "answer 500", "answer 500", "ssr discovers dep-c", "ssr commits", "answer 200")
}

// A fetch that takes longer than the transport waits becomes the result of who imports it
// (vite #23131): it is replayed long after the module could be fetched.
func TestTimeoutIsKept(t *testing.T) {
	s := spec{
		name: "timeout", judged: []property{pAnswered},
		build: func(h *world) {
			h.cfg.BundleTime = 70 * time.Second
			h.bridgeWorld(h.bridgeApp(model.NoBridge), true, []property{pAnswered})
			c := h.client("client", false)
			h.script(c, func(a env.Async) error { return h.warm(a, c, &outcome{}) })
		},
	}.scenario()
	lines := story(t, s, sim.Config{Params: map[string]int64{"invoke-timeout": 1}}, 0)
	in(t, lines, "request /comp (1)", "answer 500 for /comp (1): ssr:dep-a", "the failure of ssr:/comp is replayed", "answer 500 for /comp (2)")
	lines = story(t, s, sim.Config{}, 0)
	in(t, lines, "answer 200 for /comp (1)", "answer 200 for /comp (2)")
}

// The variants are the steps of upstream's work; an unknown one is told what there is.
func TestVariantsAreThoseOfTheHistory(t *testing.T) {
	require.Equal(t, "after-832", model.Variants()[0])
	for _, name := range model.Variants() {
		_, err := model.Find(name)
		require.NoError(t, err)
	}
	_, err := model.Find("after-833")
	require.ErrorContains(t, err, "after-832")
}
