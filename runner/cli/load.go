package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/seed-3519b94c/simrun/sim"
)

// loaded is a trace that a command line named.
type loaded struct {
	trace    *sim.Trace
	scenario *sim.Scenario
	ref      string // what to type to mean it again
	hash     string
	file     bool
	steps    int // limit of the run, if it is not the default one
}

// load reads the trace that ref means: a .sim file, or the number or the hash of
// one in the store.
func (s *invocation) load(ctx context.Context, ref string, lenient bool) (*loaded, error) {
	l := &loaded{ref: ref, file: isFile(ref)}
	if l.file {
		t, err := runner.LoadSim(ref)
		switch {
		case errors.Is(err, runner.ErrEdited) && lenient && t != nil:
			s.warn("%v: going on, because of --lenient", err)
		case err != nil && s.notSim(ref) != "":
			return nil, usage(fmt.Errorf("read trace %q: %s", ref, s.notSim(ref)))
		case err != nil:
			return nil, usage(err)
		}
		l.trace, l.hash = t, t.Hash()
	} else {
		if !reference.MatchString(ref) {
			return nil, usage(fmt.Errorf("trace %q: there is no such file, and no trace is called so: give a number, at least 4 hexadecimal digits of a hash, or a .sim file", ref))
		}
		st, err := store.Open(s.db, store.Options{ReadOnly: true, Clock: s.Clock})
		if err != nil {
			return nil, err
		}
		defer st.Close() //nolint:errcheck // it was only read
		found, err := st.Get(ctx, ref)
		if err != nil {
			return nil, err
		}
		l.trace, l.hash = found.Trace, found.Hash
		l.ref = shortest(ctx, st, found.Hash)
	}
	var err error
	if l.scenario, err = s.scenario(l.trace.Scenario); err != nil {
		return nil, fmt.Errorf("trace %s: %w", ref, err)
	}
	return l, nil
}

// shortest is the shortest beginning of a hash that means one trace only.
func shortest(ctx context.Context, st *store.Store, hash string) string {
	for n := 8; n < len(hash); n += 4 {
		if _, err := st.Find(ctx, hash[:n]); err == nil {
			return hash[:n]
		}
	}
	return hash
}

// tell prints the story of a trace.
func (s *invocation) tell(l *loaded, full bool, commands ...reports.Command) error {
	return reports.Text(s.out, l.trace, reports.Options{
		Hash: l.hash[:min(8, len(l.hash))], Properties: l.scenario.Properties, Commands: commands,
		Full: full, Color: s.color(), Width: s.storyWidth(),
	})
}

// storyWidth is the width of the terminal if the story goes to it, but not so
// much that the eye loses the line.
func (s *invocation) storyWidth() int {
	if !s.Terminal {
		return 0
	}
	const widest = 160
	return min(s.Width, widest)
}

func (s *invocation) color() bool { return s.Terminal && s.Env("NO_COLOR") == "" }

// commands are what to do next about a failure.
func (s *invocation) commands(l *loaded) []reports.Command {
	name := func(ref string) string {
		if l.file {
			return quote(ref)
		}
		return quote(ref) + s.dbArgument()
	}
	list := []reports.Command{{Name: "replay", Line: s.Program + " replay " + name(l.ref) + l.stepsArgument()}}
	if l.stepsArgument() != "" || !l.trace.Verdict.Failed() {
		return list // there is no more to it than that it takes long, or nothing to it
	}
	if l.trace.Minimised == 0 && len(l.trace.Schedule) > 0 && l.trace.Verdict != sim.Nondeterminism {
		list = append(list, reports.Command{Name: "smaller?", Line: s.Program + " minimize " + name(l.ref)})
	}
	if l.trace.Verdict != sim.Nondeterminism {
		list = append(list, reports.Command{Name: "why?", Line: s.Program + " explain " + name(l.ref)})
	}
	if other := better(l.scenario, l.trace.Variant); other != "" {
		line := s.Program + " verify " + name(l.ref) + " --variant " + quote(other)
		list = append(list, reports.Command{Name: "fix?", Line: line})
	}
	return list
}

// better is a variant that should not fail as this one did; "" if there is none.
func better(sc *sim.Scenario, variant string) string {
	for _, v := range sc.Variants {
		if v != variant && sc.Expected(v, "").Passes() {
			return v
		}
	}
	return ""
}

// dbArgument names the store in a command to paste, if it is not the default one.
func (s *invocation) dbArgument() string {
	if s.db == store.DefaultPath {
		return ""
	}
	return " --db " + quote(s.db)
}

// quote makes a word safe for a POSIX shell.
func quote(word string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./,:@%+"
	if word != "" && strings.Trim(word, safe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
