package reports_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// browser opens a page from disk in a real headless Chromium, without a network, and
// keeps what the page complains about.
type browser struct {
	t   *testing.T
	ctx context.Context
	bad []string
}

func newBrowser(t *testing.T, page []byte) *browser {
	t.Helper()
	return openBrowser(t, page, "#events")
}

// openBrowser opens a page, and waits until something of it is there.
func openBrowser(t *testing.T, page []byte, wait string) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("no chromium on the PATH: the page is not tried in a browser (Debian: apt-get install chromium)")
	}
	file := filepath.Join(t.TempDir(), "trace.html")
	require.NoError(t, os.WriteFile(file, page, 0o644))
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true),
		chromedp.WSURLReadTimeout(60*time.Second))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	b := &browser{t: t}
	complain := func(format string, args ...any) { b.bad = append(b.bad, fmt.Sprintf(format, args...)) }
	b.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithBrowserOption(chromedp.WithConsolef(complain)))
	t.Cleanup(cancel)
	b.do(chromedp.Navigate("file://"+file), chromedp.WaitVisible(chromedp.CSS(wait)))
	return b
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, actions...))
}

func (b *browser) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// get asks the page something.
func get[T any](b *browser, a chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, a)
	require.NoError(b.t, err)
	return v
}

func (b *browser) text(selector string) string {
	b.t.Helper()
	return get(b, chromedp.Text(chromedp.CSS(selector)))
}

// shot keeps a picture of the page, for people, in the folder SIMRUN_SHOTS.
func (b *browser) shot(name string) {
	b.t.Helper()
	if dir := os.Getenv("SIMRUN_SHOTS"); dir != "" {
		require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), get(b, chromedp.FullScreenshot(100)), 0o644))
	}
}

func page(t *testing.T, trace, passing *sim.Trace) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, reports.HTML(&b, trace, passing, reports.Options{
		Hash: "3f9a2c71", Properties: []sim.PropertyDoc{{Name: "S1", Doc: "each rejection is printed exactly once."}},
	}))
	return b.Bytes()
}

// calmDrop is drop in the order that passes: the report before the publish.
func calmDrop() *sim.Trace {
	t := drop()
	n := len(t.Events)
	t.Events = append(t.Events[:n-4:n-4], t.Events[n-3], t.Events[n-1], t.Events[n-4])
	for i := n - 4; i < len(t.Events); i++ {
		t.Events[i].HeldAfter, t.Events[i].Notes, t.Events[i].Cause, t.Events[i].Origin = -1, nil, int32(n-5), int32(n-5)
	}
	t.Verdict, t.Failure, t.Signature, t.Races, t.Schedule, t.Calm = sim.Pass, sim.Failure{}, "", nil, nil, len(t.Events)
	return t
}

// The page loads from disk, opens at the race, and is used by keyboard alone: stepping,
// filtering, the passing run, themes; nothing is complained about.
func TestThePageInARealBrowser(t *testing.T) {
	b := newBrowser(t, page(t, drop(), calmDrop()))
	require.Contains(t, b.text("h1"), "S1 violated")
	require.Contains(t, b.text("#where"), "step 28 of 31")
	require.Contains(t, b.text("#detail"), "F watcher:publish#1 before J event loop:report#1, both on vm.promise")

	b.press(kb.ArrowRight)
	require.Contains(t, b.text("#where"), "step 29 of 31")
	b.press("r")
	require.Contains(t, b.text("#where"), "step 31 of 31")
	require.Contains(t, b.text("#detail"), "until after F watcher:publish#1 (step 28)")
	require.Contains(t, b.text("#detail"), "vm.promise: last written by F watcher:publish#1")
	b.press(kb.Home)
	require.Contains(t, b.text("#where"), "step 1 of 31")
	b.press("d")
	require.Contains(t, b.text("#where"), "step 31 of 31", "the one deviation")
	b.shot("small-light")

	b.press("/")
	require.Equal(t, "filter", get(b, chromedp.Evaluate[string]("document.activeElement.id")))
	get(b, chromedp.Evaluate[bool](`(() => { const f = document.activeElement; f.value = "promise"; return f.dispatchEvent(new Event("input")); })()`))
	require.Contains(t, b.text("#lanes-caption"), "3 of 31 events shown")
	b.press(kb.Escape)
	require.Contains(t, b.text("#lanes-caption"), "31 of 31 events shown")
	b.do(chromedp.Click(chromedp.CSS("#processes button:nth-of-type(3)")))
	require.Contains(t, b.text("#lanes-caption"), "2 of 31 events shown")
	b.do(chromedp.Click(chromedp.CSS("#processes button:nth-of-type(3)")))

	b.press("p")
	parts := get(b, chromedp.Evaluate[int](`document.querySelectorAll("#pass-events .row.parts").length`))
	require.Equal(t, 1, parts, "where the two part is marked")
	b.press("t")
	b.shot("small-beside-" + get(b, chromedp.Evaluate[string]("document.documentElement.dataset.theme")))

	// What a screen reader is told.
	aria := get(b, chromedp.Evaluate[string](`(() => {
		const l = document.getElementById("events"), a = document.getElementById(l.getAttribute("aria-activedescendant"));
		return [l.getAttribute("role"), a.getAttribute("role"), a.getAttribute("aria-selected"),
			document.getElementById("where").getAttribute("aria-live"), a.getAttribute("aria-setsize")].join(" "); })()`))
	require.Equal(t, "listbox option true polite 31", aria)

	// On a phone nothing is wider than the screen.
	b.do(chromedp.EmulateViewport(390, 844))
	require.LessOrEqual(t, get(b, chromedp.Evaluate[int]("document.documentElement.scrollWidth")), 390)
	b.shot("small-phone")
	require.Empty(t, b.bad)
}

// Ten thousand events step without a visible delay. What is asserted is what makes it so
// and does not depend on the machine: a step touches as much of the page as in a run of a
// few hundred events. How long it takes is logged.
func TestAPageOfTenThousandEventsIsFast(t *testing.T) {
	small := newBrowser(t, page(t, thousands(300), nil)).frames()
	b := newBrowser(t, page(t, thousands(10_000), nil))
	m := b.frames()
	t.Logf("a step takes %.1f ms (median of 200; worst %.1f), loading %.0f ms; %d rows in the page, of %d elements; a step changes %d nodes at most, %d with 300 events",
		m.Median, m.Worst, m.Load, m.Rows, m.Elements, m.Touched, small.Touched)
	require.Less(t, m.Rows, 100, "only the rows in view exist")
	require.LessOrEqual(t, m.Elements, small.Elements+50, "the page does not grow with the run")
	require.Positive(t, m.Touched)
	require.LessOrEqual(t, m.Touched, small.Touched*5/4+50, "a step costs no more in a long run")
	b.shot("large")
	require.Empty(t, b.bad)
}

// frames is what 200 steps through a page cost.
type frames struct {
	Median, Worst, Load     float64 // ms
	Rows, Elements, Touched int     // in the page; nodes that one step changed, at most
}

// frames steps through the page of a long run: mostly on by one, which draws a list anew, and
// every third time far back, which scrolls it.
func (b *browser) frames() frames {
	b.t.Helper()
	raw := get(b, chromedp.Evaluate[string](`(() => {
		const times = [];
		let touched = 0;
		const watch = new MutationObserver(() => {});
		watch.observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
		for (let k = 0; k < 200; k++) {
			const t = performance.now();
			simrun.step(k % 3 ? 1 : -40);
			times.push(performance.now() - t);
			const nodes = new Set();
			for (const r of watch.takeRecords()) { nodes.add(r.target); r.addedNodes.forEach((n) => nodes.add(n)); }
			touched = Math.max(touched, nodes.size);
		}
		watch.disconnect();
		times.sort((a, b) => a - b);
		const load = performance.getEntriesByType("navigation")[0];
		return JSON.stringify({ median: times[100], worst: times[199], load: load.loadEventEnd - load.startTime,
			rows: document.querySelectorAll("#events .row").length, elements: document.querySelectorAll("*").length, touched });
	})()`))
	var m frames
	require.NoError(b.t, json.Unmarshal([]byte(raw), &m))
	return m
}
