package jsloop_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/jsloop/internal/program"
)

// profile is what a program is mostly about: how often each kind of statement,
// expression and step is drawn, and how long timers are.
type profile struct {
	stmts, exprs, steps string
	ms                  []float64
	top                 int // statements of the main script, at most
}

const (
	evenStmts = "log*3 logx microtask tick immediate timeout chain*3 async*2 expr resolve reject interval clear try throw " +
		"await*3 forawait return*3 res*2 rej"
	evenExprs = "val*2 resolved*2 rejected thenable ref defp x pending asyncfn new delay all race any allSettled resolveOf chain"
	evenSteps = "then*2 then2 thenpass catch finally"
)

var profiles = []profile{
	{evenStmts, evenExprs, evenSteps, []float64{0, 0, 1, 1, 2, 5, 10}, 5},
	{ // promises, counted in microtasks
		"log*2 logx chain*6 async*4 expr resolve await*4 forawait*2 return*3 res*2 rej try microtask",
		"val resolved*2 rejected thenable*4 ref defp x asyncfn*3 new*2 all race any allSettled*2 resolveOf*2 chain*3",
		"then*3 then2 thenpass catch finally*2", []float64{0}, 5},
	{ // rejections, and who handles them when
		"log logx chain*5 async*2 expr*2 resolve reject*3 throw*2 await*2 return*2 res rej*3 try immediate*2 timeout*2 tick microtask",
		"val rejected*4 thenable ref*5 defp*4 x asyncfn*2 new*3 all race any allSettled chain*2",
		"then then2 thenpass catch*3 finally", []float64{0, 1, 2, 5}, 5},
	{ // timers
		"log*3 timeout*6 interval*3 clear*3 immediate tick microtask throw chain", evenExprs, evenSteps,
		[]float64{0, 1, 1, 2, 2, 3, 5}, 5},
	{ // phases, and exceptions in them
		"log*4 timeout*3 immediate*4 tick*3 microtask*2 throw*3 clear interval chain", evenExprs, evenSteps,
		[]float64{0, 1, 1, 2}, 5},
	{ // many timers, far apart, and all that a duration can be
		"log*2 timeout*9 interval*2 clear*2 immediate tick microtask throw", "val resolved thenable delay*3 new", evenSteps,
		[]float64{-5, 0, 0.5, 1, 1, 1.9, 10, 10, 10.5, 20, 20, 30, 1<<31 - 0.5, 1 << 31, 1e12}, 14},
	{ // deferred promises, and what they are resolved with
		"log logx chain*3 async*3 expr resolve*6 reject await*4 forawait*2 return*2 res*4 rej timeout tick microtask*2 immediate",
		"val resolved rejected thenable*4 ref*3 defp*6 x pending asyncfn*2 new*4 all race any allSettled*2 resolveOf*2 chain*2",
		evenSteps, []float64{0, 1, 2}, 9},
}

// kinds are the words of a list, repeated as often as it says.
func kinds(list string, allowed func(kind string) bool) (all []string) {
	for _, word := range strings.Fields(list) {
		kind, times, repeated := strings.Cut(word, "*")
		n := 1
		if repeated {
			n = int(times[0] - '0')
		}
		if allowed(kind) {
			all = append(all, slices.Repeat([]string{kind}, n)...)
		}
	}
	return all
}

// programs draws programs over the whole schema, and what recordings do not have.
func programs(f jsloop.Flavour) *rapid.Generator[*program.Recording] {
	return rapid.Custom(func(t *rapid.T) *program.Recording {
		g := &generator{t: t, flavour: f, left: rapid.IntRange(3, 60).Draw(t, "size"), profile: rapid.SampledFrom(profiles).Draw(t, "profile")}
		r := &program.Recording{Name: "drawn",
			Entry:    rapid.SampledFrom([]string{"cjs", "cjs", "esm"}).Draw(t, "entry"),
			Handlers: rapid.SampledFrom([]string{"both", "both", "both", "uncaught", "none"}).Draw(t, "handlers"),
		}
		r.Body = g.body(where{async: r.Entry == "esm", depth: rapid.SampledFrom([]int{4, 4, 4, 7}).Draw(t, "depth")}, g.profile.top)
		g.listeners(r)
		return r
	})
}

// listeners draws what listeners of process events do.
func (g *generator) listeners(r *program.Recording) {
	if g.odds(2) {
		return
	}
	r.On = map[string][]program.Stmt{}
	for _, event := range []string{"beforeExit", "unhandledRejection", "uncaughtException", "rejectionHandled"} {
		if g.odds(2) {
			g.left += 4
			r.On[event] = g.body(where{depth: 2}, 3)
		}
	}
}

// odds is true once in n times.
func (g *generator) odds(n int) bool { return rapid.IntRange(1, n).Draw(g.t, "odds") == n }

// generator numbers what a program logs, and stops when it has grown enough.
type generator struct {
	t       *rapid.T
	flavour jsloop.Flavour
	profile profile
	left    int // statements that may still be made
	ids     int
	errs    int
	vals    int
}

// where says what is allowed at a place.
type where struct {
	async bool // await
	fn    bool // return
	exec  bool // res, rej: in an executor, and in functions there
	once  bool // no interval: in one, where it would have more orders than can be searched
	depth int  // of nesting that is left
}

func (w where) inner(async, fn bool) where {
	return where{async: async, fn: fn, exec: w.exec, once: w.once, depth: w.depth - 1}
}

// allows reports whether a statement may stand at a place.
func (w where) allows(kind string) bool {
	switch kind {
	case "log", "logx":
		return true
	case "await", "forawait":
		return w.depth > 0 && w.async
	case "return":
		return w.depth > 0 && w.fn
	case "res", "rej":
		return w.depth > 0 && w.exec
	case "interval":
		return w.depth > 0 && !w.once
	}
	return w.depth > 0
}

func (g *generator) id() *int { g.ids++; n := g.ids; return &n }
func (g *generator) e() int   { g.errs++; return 100 + g.errs }
func (g *generator) v() *float64 {
	g.vals++
	v := float64(200 + g.vals)
	return &v
}

func (g *generator) pick(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(g.t, label)
}

// handle names one of few handles of a kind, so that programs refer to them.
func (g *generator) handle(kind string) string {
	return fmt.Sprint(kind, rapid.IntRange(1, 3).Draw(g.t, "handle"))
}

func (g *generator) maybe(kind string) string {
	if rapid.IntRange(0, 2).Draw(g.t, "hold") == 0 {
		return g.handle(kind)
	}
	return ""
}

func (g *generator) ms() float64 {
	return rapid.SampledFrom(g.profile.ms).Draw(g.t, "ms")
}

func (g *generator) body(w where, most int) []program.Stmt {
	body := []program.Stmt{}
	for range rapid.IntRange(1, most).Draw(g.t, "statements") {
		if g.left <= 0 {
			break
		}
		g.left--
		s := g.stmt(w)
		body = append(body, s)
		if s.T == "throw" || s.T == "return" || s.T == "exit" {
			break
		}
	}
	return body
}

func (g *generator) stmt(w where) program.Stmt {
	s := program.Stmt{T: g.pick("statement", kinds(g.profile.stmts, w.allows)...)}
	if w.depth > 0 && g.odds(25) {
		s.T = g.pick("rare statement", "close", "close", "exit", "exitCode")
	}
	if s.T == "close" && g.flavour == jsloop.Bun { // has no handle that closes so
		s.T = "tick"
	}
	g.fill(&s, w)
	return s
}

// fill draws the fields of a statement.
func (g *generator) fill(s *program.Stmt, w where) {
	switch s.T {
	case "log", "logx":
		s.ID = g.id()
	case "exit", "exitCode":
		s.E = rapid.IntRange(0, 3).Draw(g.t, "code")
	case "microtask", "tick", "close":
		s.Body = g.body(w.inner(false, false), 3)
	case "immediate":
		s.H, s.Body = g.maybe("m"), g.body(w.inner(false, false), 3)
	case "timeout":
		s.H, s.MS, s.Body = g.maybe("t"), g.ms(), g.body(w.inner(false, false), 3)
	case "interval":
		s.H, s.MS, s.N = g.maybe("t"), g.ms(), rapid.SampledFrom([]int{1, 2, 3, 6}).Draw(g.t, "times")
		s.Clear = g.pick("clear", "before", "after")
		if w = w.inner(false, false); w.depth > 1 { // more, and orders are too many to search
			w.depth = 1
		}
		w.once = true
		s.Body = g.body(w, 2)
	case "clear":
		s.Kind = g.pick("kind", "timeout", "immediate")
		s.H = g.handle(map[string]string{"timeout": "t", "immediate": "m"}[s.Kind])
	case "chain":
		s.H, s.P, s.Steps = g.maybe("p"), g.expr(w.inner(false, false)), g.links(w)
	case "expr":
		s.H, s.P = g.maybe("p"), g.expr(w.inner(false, false))
	case "async":
		s.H, s.Body = g.maybe("p"), g.body(w.inner(true, true), 4)
	case "await":
		if s.P = g.expr(w.inner(false, false)); !g.odds(4) {
			s.ID = g.id()
		}
	case "forawait":
		s.ID, s.Xs = g.id(), g.exprs(w)
	case "try":
		g.try(s, w)
	case "throw", "rej":
		s.E = g.e()
	case "return", "res":
		s.P = g.expr(w.inner(false, false))
	case "resolve":
		s.H, s.P = g.handle("d"), g.expr(w.inner(false, false))
	case "reject":
		s.H, s.E = g.handle("d"), g.e()
	}
}

// try draws a try statement.
func (g *generator) try(s *program.Stmt, w where) {
	w.depth--
	s.Body = g.body(w, 3)
	which := g.pick("try", "catch", "finally", "both")
	if which != "finally" {
		b := g.body(w, 2)
		s.Catch = &b
	}
	if which != "catch" {
		b := g.body(w, 2)
		s.Finish = &b
	}
}

func (g *generator) links(w where) []program.Link {
	links := make([]program.Link, rapid.SampledFrom([]int{1, 1, 2, 2, 3, 3, 9}).Draw(g.t, "steps"))
	for i := range links {
		l := &links[i]
		l.K = g.pick("step", kinds(g.profile.steps, func(string) bool { return true })...)
		if l.K != "thenpass" {
			l.Body = g.body(w.inner(false, true), 2)
		}
		if l.K == "then2" {
			l.OnRej = g.body(w.inner(false, true), 2)
		}
	}
	return links
}

func (g *generator) exprs(w where) []*program.Expr {
	xs := make([]*program.Expr, rapid.SampledFrom([]int{0, 1, 1, 2, 2, 3, 3, 7}).Draw(g.t, "elements"))
	for i := range xs {
		xs[i] = g.expr(w.inner(false, false))
	}
	return xs
}

func (g *generator) expr(w where) *program.Expr {
	if g.odds(15) {
		return nil
	}
	leaf := w.depth == 0 || g.left <= 0
	e := &program.Expr{K: g.pick("expression", kinds(g.profile.exprs, func(kind string) bool {
		switch kind {
		case "asyncfn", "new", "delay", "all", "race", "any", "allSettled", "resolveOf", "chain":
			return !leaf
		}
		return true
	})...)}
	switch e.K {
	case "val", "resolved":
		if !g.odds(8) {
			e.V = g.v()
		}
	case "rejected":
		e.E = g.e()
	case "ref":
		e.H = g.handle("p")
	case "defp":
		e.H = g.handle("d")
	case "thenable":
		e.Mode, e.Act = g.pick("mode", "sync", "micro", "tick"), g.pick("act", "resolve", "resolve", "reject", "throw", "resolve throw", "reject throw", "twice", "nest", "adopt")
		if e.V, e.E = g.v(), g.e(); !g.odds(4) {
			e.ID = g.id()
		}
	case "asyncfn":
		e.Body = g.body(w.inner(true, true), 3)
	case "new":
		in := w.inner(false, false)
		in.exec = true
		e.Body = g.body(in, 3)
	case "delay":
		e.MS, e.V = g.ms(), g.v()
	case "all", "race", "any", "allSettled":
		e.Xs = g.exprs(w)
	case "resolveOf":
		e.P = g.expr(w.inner(false, false))
	case "chain":
		e.P, e.Steps = g.expr(w.inner(false, false)), g.links(w)
	}
	return e
}
