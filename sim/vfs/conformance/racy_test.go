package conformance

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Every outcome that was seen of a concurrent script can be produced. The
// converse is not asked: 400 runs do not show all that can happen.
func TestRacy(t *testing.T) {
	byFile := corpora(t, "inotify_racy.jsonl.gz", "SIMRUN_CORPUS_INOTIFY_RACY")
	for _, file := range sortedKeys(byFile) {
		var agree, seen, produced, unseen, cut int
		var differ, unsupported []string
		for _, s := range byFile[file] {
			missing, err := missingOutcomes(s, s.Outcomes)
			switch {
			case errors.Is(err, errUnsupported):
				unsupported = append(unsupported, s.Name+": "+err.Error())
				continue
			case len(setupDiffs(s)) > 0:
				differ = append(differ, s.Name)
				t.Logf("%s differs:\n%s", s.Name, strings.Join(setupDiffs(s), "\n"))
			case len(missing) > 0:
				differ = append(differ, s.Name)
				t.Logf("%s: %d of %d outcomes cannot be produced, such as\n%s", s.Name, len(missing), len(s.Outcomes), missing[0].key())
			default:
				agree++
			}
			all, whole := allOutcomes(t, s)
			seen += len(s.Outcomes)
			produced += len(all)
			for _, o := range s.Outcomes {
				delete(all, o.normal().key())
			}
			unseen += len(all)
			if !whole {
				cut++
			}
		}
		fmt.Printf("conformance inotify racy: %d agree, %d differ, %d unsupported (%s)\n", agree, len(differ), len(unsupported), file)
		fmt.Printf("  %d outcomes seen; at least %d produced, %d of them never seen; %d searches cut short\n", seen, produced, unseen, cut)
		assert.Empty(t, differ, "scripts of %s that differ", file)
		assert.Empty(t, unsupported, "scripts of %s that are not supported", file)
	}
}

// checkOneOutcome is for concurrent scripts that had one outcome in all runs.
func checkOneOutcome(s Script) ([]string, error) {
	missing, err := missingOutcomes(s, []Outcome{s.Outcome})
	diffs := setupDiffs(s)
	for _, o := range missing {
		diffs = append(diffs, "  cannot be produced: "+o.key())
	}
	return diffs, err
}

// setupDiffs is how the watch descriptors differ that the setup of a concurrent script
// was given; what a process is given is part of the outcome's records.
func setupDiffs(s Script) []string {
	m := newModel(lazy, s.MaxQ)
	for at, op := range s.Ops {
		if err := m.do(at, op); err != nil {
			return nil // it is not supported, as the search will say
		}
	}
	if s.WDs == nil || slices.Equal(m.wds, s.WDs[:min(len(m.wds), len(s.WDs))]) {
		return nil
	}
	return []string{fmt.Sprintf("  wds of the setup: real %v\n  %17s sim  %v", s.WDs, "", m.wds)}
}

// search is a depth-first search over the orders of visible steps. States that
// were met before are not entered again.
type search struct {
	worlds []*world // by depth
	met    map[[16]byte]bool
	buf    []byte
	limit  int                      // of states; 0 for none
	keep   func(*world) bool        // prunes
	end    func(*world) (stop bool) // at the end of all processes
	bad    error
	cut    bool
}

func (s *search) run(depth int) (stop bool) {
	w := s.worlds[depth]
	if s.limit > 0 && len(s.met) >= s.limit {
		s.cut = true
		return true
	}
	s.buf = w.appendState(s.buf[:0])
	sum := sha256.Sum256(s.buf)
	key := [16]byte(sum[:16])
	if s.met[key] {
		return false
	}
	s.met[key] = true
	if w.done() {
		return s.end(w)
	}
	if depth+1 == len(s.worlds) {
		s.worlds = append(s.worlds, &world{})
	}
	next := s.worlds[depth+1]
	for i := range w.procs {
		next.copyFrom(w)
		if !next.step(i) {
			continue
		}
		if next.bad != nil {
			s.bad = next.bad
			return true
		}
		if s.keep(next) && s.run(depth+1) {
			return true
		}
	}
	return false
}

// missingOutcomes are those that no order of steps produces.
func missingOutcomes(s Script, wanted []Outcome) ([]Outcome, error) {
	start, inst, err := newWorld(s)
	if err != nil {
		return nil, err
	}
	var missing []Outcome
	for _, o := range wanted {
		want := o.normal()
		key, found := want.key(), false
		se := &search{worlds: []*world{start}, met: map[[16]byte]bool{}}
		start.splits = want.splits()
		se.keep = func(w *world) bool { return w.leadsTo(&want, inst) }
		se.end = func(w *world) bool {
			var end world
			end.copyFrom(w)
			found = found || end.outcome(inst).key() == key
			return found
		}
		se.run(0)
		if se.bad != nil {
			return nil, se.bad
		}
		if !found {
			missing = append(missing, want)
		}
	}
	return missing, nil
}

// leadsTo reports whether want is still possible: the queue is a beginning of what was
// read, and what processes saw so far is what they saw then. What was so a step before
// is not looked at again.
func (w *world) leadsTo(want *Outcome, inst kernel.Instance) bool {
	queue := w.k.Waiting(inst)
	if len(queue) > len(want.Raw) {
		return false
	}
	for ; w.sure.raw < len(queue); w.sure.raw++ {
		ev, r := queue[w.sure.raw], &want.Raw[w.sure.raw]
		if int(ev.WD) != r.WD || ev.Name != r.Name || maskString(ev.Mask) != r.Mask {
			return false // whether cookies agree is seen at the end
		}
	}
	for ; w.sure.reads < len(w.reads); w.sure.reads++ {
		r := &w.reads[w.sure.reads]
		if !slices.ContainsFunc(want.Reads, func(o Read) bool {
			return o.P == r.P && o.At == r.At && o.Size == r.Size && o.Err == r.Err && slices.Equal(o.Runs, r.Runs) && slices.Equal(o.Ls, r.Ls)
		}) {
			return false
		}
	}
	for ; w.sure.errs < len(w.errs); w.sure.errs++ {
		if !slices.Contains(want.Errs, w.errs[w.sure.errs]) {
			return false
		}
	}
	return true
}

// maxStates bounds the search for outcomes that were never seen.
const maxStates = 30_000

// allOutcomes are the outcomes that can be produced, and whether the search for
// them was whole.
func allOutcomes(t *testing.T, s Script) (map[string]bool, bool) {
	start, inst, err := newWorld(s)
	assert.NoError(t, err)
	out := map[string]bool{}
	se := &search{worlds: []*world{start}, met: map[[16]byte]bool{}, limit: maxStates}
	se.keep = func(*world) bool { return true }
	se.end = func(w *world) bool {
		var end world
		end.copyFrom(w)
		out[end.outcome(inst).key()] = true
		return false
	}
	se.run(0)
	return out, !se.cut
}
