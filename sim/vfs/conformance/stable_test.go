package conformance

import (
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Scripts with one stable outcome agree in every column.
func TestStable(t *testing.T) {
	byFile := corpora(t, "inotify.jsonl.gz", "SIMRUN_CORPUS_INOTIFY")
	for _, file := range sortedKeys(byFile) {
		var agree int
		var differ, unsupported []string
		for _, s := range byFile[file] {
			diffs, err := checkStable(s)
			switch {
			case errors.Is(err, errUnsupported):
				unsupported = append(unsupported, s.Name+": "+err.Error())
			case len(diffs) > 0:
				differ = append(differ, s.Name)
				if len(differ) <= 5 {
					t.Logf("%s differs:\n%s", s.Name, strings.Join(diffs, "\n"))
				}
			default:
				agree++
			}
		}
		summary := fmt.Sprintf("conformance inotify: %d agree, %d differ, %d unsupported", agree, len(differ), len(unsupported))
		fmt.Printf("%s (%s)\n", summary, file)
		assert.Empty(t, differ, "scripts of %s that differ", file)
		assert.Empty(t, unsupported, "scripts of %s that are not supported", file)
	}
}

func sortedKeys(m map[string][]Script) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// checkStable runs a script in all columns and lists the differences.
func checkStable(s Script) ([]string, error) {
	if len(s.Procs) > 0 {
		return checkOneOutcome(s)
	}
	var diffs []string
	compare := func(what string, real, sim any) {
		if reflect.ValueOf(real).IsNil() || reflect.DeepEqual(real, sim) {
			return
		}
		diffs = append(diffs, fmt.Sprintf("  %-14s real %v\n  %14s sim  %v", what, real, "", sim))
	}
	for _, col := range []column{lazy, eager, fsn, burst} {
		m, err := runModel(s, col)
		if err != nil {
			return nil, err
		}
		switch col {
		case lazy:
			compare("raw", s.Raw, m.raw)
			compare("reads", s.Reads, m.reads)
			compare("errs", append([]Err{}, s.Errs...), append([]Err{}, m.errs...))
			compare("wds", append([]WD{}, s.WDs...), append([]WD{}, m.wds...))
		case eager:
			compare("raw_eager", s.RawEager, m.raw)
		case fsn:
			compare("fsnotify", s.Fsnotify, m.fsnEv)
		case burst:
			compare("fsnotify_burst", s.FsnotifyBurst, m.fsnEv)
		}
	}
	return diffs, nil
}
