package hotreload

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// driver is one of upstream's tests: it reads standard error, checks each error and its
// position, and saves the next version. Once per chunk with a new error it saves the
// next number; an error that it knows already means that the same text was loaded once
// more, and the version is saved again.
type driver struct {
	h       *hotWorld
	saves   int
	plans   []string // of the saves, in turn
	program string
	small   bool          // the file; else it has 2 MB
	limit   time.Duration // of the whole test
	// lossy drops the rest of a chunk in which it finds an error that it knows already,
	// as upstream's driver did before Bun #28202.
	lossy bool

	next int    // the number of the error that is expected
	rest string // of a chunk that was put back
}

func (d *driver) run(p *sim.Proc) {
	for d.next <= d.saves {
		chunk := d.rest
		if d.rest = ""; !strings.Contains(chunk, "error:") {
			p.Step("chunk") // the reader's own loop comes round to the pipe
			chunk += d.h.stderr.Read()
		}
		if d.read(chunk) {
			p.Step("react")
			d.h.saveMain(p, d.plans[d.next%len(d.plans)], d.program, d.next, !d.small)
		}
	}
	if d.h.w.Mode() == sim.Sampled && p.Now() > d.limit {
		d.h.facts.violated(propLimit, "", "the test took %v, more than its %v", p.Now(), d.limit)
	}
}

// read checks the errors in a chunk, and reports whether there was a new one and
// so the next version, or once more the last one, is to be saved.
func (d *driver) read(chunk string) (save bool) {
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
		case n == d.next-1: // the reload found the same text again
			if d.lossy {
				return save && d.next <= d.saves
			}
			d.rest = strings.Join(lines[i+1:], "")
			return d.next <= d.saves
		case n != d.next:
			d.fail("wrong number", "error %d was printed, %d was expected", n, d.next)
		case i+1 < len(lines):
			i++
			d.position(n, strings.TrimSpace(lines[i]))
		}
		d.h.facts.counted(d.next)
		d.next++
		save = true
	}
	return save && d.next <= d.saves
}

// position checks the line behind an error.
func (d *driver) position(n int, line string) {
	at := 1003
	if d.small {
		at = smallComments + 3
	}
	if want := fmt.Sprintf(":%d:%d", at, 11+2*n); !strings.HasSuffix(line, want) {
		d.fail("wrong position", "error %d was printed %q, a position ending in %s was expected", n, line, want)
	}
}

// fail reports what upstream's test would fail with.
func (d *driver) fail(facts, format string, args ...any) {
	d.h.facts.violated(propTest, facts, format, args...)
}
