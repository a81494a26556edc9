package hotreload

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// SeedStaleMap is the regression test that came with Bun #29740, driven as
// upstream drives it: a program that writes a stub over itself and throws, and a
// driver that reads standard error, checks each error and its position, and
// saves the next version by a temporary file and a rename. Upstream saw it hang
// now and then with the fix in, for a cause that was called separate and unknown.
func SeedStaleMap() *sim.Scenario {
	return &sim.Scenario{
		Name:     "hotreload/seed-stale-map",
		Doc:      "upstream's regression test of Bun #29740, with its driver",
		Variants: hotVariants(),
		Profiles: hotProfiles(),
		Params: hotParams(
			sim.ParamDoc{Label: "saves", Doc: "how many versions the driver saves; upstream's test does 20"},
			sim.ParamDoc{Label: "cache", Doc: "what the transpile cache does", Options: []string{"hit", "miss", "off"}},
		),
		Properties: hotDocs(hotS1, hotS2, hotL2, hotTest),
		Expect: append(expect(hotS1, "V0", "V1", "V0w", "V1w", "V1w+M"),
			sim.Expectation{Variant: "V2", Open: true}),
		Build: func(w *sim.World) {
			h := newHotWorld(w)
			saves := w.Draw().Int("saves", 1, 20)
			if err := h.cfg.Set("Cache", w.Draw().Pick("cache", "hit", "miss", "off")); err != nil {
				panic(err)
			}
			d := &staleMapDriver{h: h, saves: saves}
			h.build(hotSetup{
				first:  source(programSelfTruncate, 0, true, h.disk.NewVersion()),
				judged: []string{hotS1, hotS2, hotL2, hotTest}, write: d.run,
			})
		},
	}
}

// staleMapDriver reads standard error as upstream's test does.
type staleMapDriver struct {
	h     *hotWorld
	saves int
	next  int    // the number of the error that is expected
	rest  string // of a chunk that was put back
}

func (d *staleMapDriver) run(p *sim.Proc) {
	for d.next <= d.saves {
		chunk := d.rest + d.h.stderr.Read()
		d.rest = ""
		if d.read(chunk) {
			p.Step("react")
			d.save(p, d.next)
		}
	}
}

// save saves version n.
func (d *staleMapDriver) save(p *sim.Proc, n int) {
	v := d.h.disk.NewVersion()
	d.h.save(p, planTempRename, source(programSelfTruncate, n, true, v), v)
}

// read checks the errors in a chunk, and reports whether there was a new one and
// so the next version, or once more the last one, is to be saved.
func (d *staleMapDriver) read(chunk string) (save bool) {
	lines := strings.SplitAfter(chunk, "\n")
	for i := 0; i < len(lines); i++ {
		number, ok := strings.CutPrefix(strings.TrimSpace(lines[i]), "error: E")
		if !ok {
			if strings.Contains(lines[i], "error:") {
				d.fail("another error", "standard error has %q", lines[i])
			}
			continue
		}
		n, err := strconv.Atoi(number)
		switch {
		case err != nil:
			d.fail("another error", "standard error has %q", lines[i])
		case n == d.next-1: // the reload found the same text again: save it again
			d.rest = strings.Join(lines[i+1:], "")
			return true
		case n != d.next:
			d.fail("wrong number", "error %d was printed, %d was expected", n, d.next)
		case i+1 < len(lines):
			i++
			if want := fmt.Sprintf(":1003:%d", 11+2*n); !strings.HasSuffix(strings.TrimSpace(lines[i]), want) {
				d.fail("wrong position", "error %d was printed %q, a position ending in %s was expected", n, strings.TrimSpace(lines[i]), want)
			}
		}
		d.next++
		save = true
	}
	return save && d.next <= d.saves
}

// fail reports what upstream's test would fail with.
func (d *staleMapDriver) fail(facts, format string, args ...any) {
	d.h.facts.violated(hotTest, facts, format, args...)
}
