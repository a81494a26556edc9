package jsloop_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/jsloop/internal/program"
)

// stepLimit bounds a run; the largest recorded program takes some hundred steps.
const stepLimit = 100_000

// runFast runs a program with callbacks that take no time.
func runFast(r *program.Recording, f jsloop.Flavour, scale float64) (program.Outcome, error) {
	var pool coro.Pool
	defer pool.Close()
	now := time.Duration(0)
	m := program.Load(r, program.Options{Flavour: f, Scale: scale, Now: func() time.Duration { return now }, Pool: &pool})
	for range stepLimit {
		s := m.Loop.Next()
		if s.Kind == jsloop.StepDone {
			break
		}
		if s.Wait {
			now = max(now, s.Deadline)
		}
		m.Loop.Step()
	}
	o := program.Outcome{Order: m.Log, Exit: m.Exit}
	if r.Ends {
		o.Code = m.Code
	}
	return o, m.Err
}

// readCorpus reads recordings, one JSON object a line, gzipped or not.
func readCorpus(t *testing.T, path string) []*program.Recording {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		require.NoError(t, err)
		data, err = io.ReadAll(z)
		require.NoError(t, err)
	}
	var all []*program.Recording
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		r, err := program.Parse(lines.Bytes())
		require.NoError(t, err)
		all = append(all, r)
	}
	require.NoError(t, lines.Err())
	return all
}

// corpora are the recordings to run: our own, and those that the environment names.
func corpora() []string {
	files := []string{filepath.Join("testdata", "nodeloop.jsonl.gz"), filepath.Join("testdata", "ends.jsonl.gz")}
	if more := os.Getenv("SIMRUN_CORPUS_NODELOOP"); more != "" {
		files = append(files, filepath.SplitList(more)...)
	}
	return files
}

func same(a, b program.Outcome) bool {
	return a.Exit == b.Exit && a.Code == b.Code && slices.Equal(a.Order, b.Order)
}

// tally counts agreement over one file.
type tally struct {
	agree       int
	unsupported []string
	differ      []string
}

func (y *tally) report(t *testing.T, what, file string) {
	fmt.Printf("conformance nodeloop: %d agree, %d differ, %d unsupported (%s, %s)\n",
		y.agree, len(y.differ), len(y.unsupported), what, filepath.Base(file))
	for _, name := range y.differ {
		t.Errorf("%s differs: %s", what, name)
	}
	for _, name := range y.unsupported {
		t.Logf("%s unsupported: %s", what, name)
	}
}

// TestConformanceNode: programs whose order does not depend on time give exactly the
// order, and the exit code, that Node gave.
func TestConformanceNode(t *testing.T) {
	for _, file := range corpora() {
		var y tally
		for _, r := range readCorpus(t, file) {
			if r.Node == nil {
				continue
			}
			got, err := runFast(r, jsloop.Node, r.Scale)
			switch {
			case err != nil:
				y.unsupported = append(y.unsupported, r.Name+": "+err.Error())
			case same(got, *r.Node):
				y.agree++
			default:
				y.differ = append(y.differ, explain(r, got, []program.Outcome{*r.Node}))
			}
		}
		y.report(t, "node", file)
	}
}

// TestConformanceBun is the same for Bun; where it gave several orders, any will do.
func TestConformanceBun(t *testing.T) {
	for _, file := range corpora() {
		var y tally
		for _, r := range readCorpus(t, file) {
			if r.Class != "det" || len(r.Bun) == 0 {
				continue
			}
			got, err := runFast(r, jsloop.Bun, r.Scale)
			switch {
			case err != nil:
				y.unsupported = append(y.unsupported, r.Name+": "+err.Error())
			case slices.ContainsFunc(r.Bun, func(o program.Outcome) bool { return same(got, o) }):
				y.agree++
			default:
				y.differ = append(y.differ, explain(r, got, r.Bun))
			}
		}
		y.report(t, "bun", file)
	}
}

func explain(r *program.Recording, got program.Outcome, want []program.Outcome) string {
	var b strings.Builder
	b.WriteString(r.Name + " (" + r.Class + " " + r.Entry + " " + r.Handlers + ")")
	for _, o := range append([]program.Outcome{got}, want...) {
		b.WriteString("\n    " + strings.Join(o.Order, " ") + " exit " + string(rune('0'+o.Exit)))
	}
	if testing.Verbose() {
		b.WriteString("\n" + r.JS)
	}
	return b.String()
}
