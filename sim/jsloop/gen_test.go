package jsloop_test

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/jsloop/internal/program"
)

// programs draws programs over the whole schema.
func programs() *rapid.Generator[*program.Recording] {
	return rapid.Custom(func(t *rapid.T) *program.Recording {
		g := &generator{t: t, left: rapid.IntRange(3, 60).Draw(t, "size")}
		r := &program.Recording{Name: "drawn",
			Entry:    rapid.SampledFrom([]string{"cjs", "cjs", "esm"}).Draw(t, "entry"),
			Handlers: rapid.SampledFrom([]string{"both", "both", "both", "uncaught", "none"}).Draw(t, "handlers"),
		}
		r.Body = g.body(where{async: r.Entry == "esm", depth: 4}, 5)
		return r
	})
}

// generator numbers what a program logs, and stops when it has grown enough.
type generator struct {
	t    *rapid.T
	left int // statements that may still be made
	ids  int
	errs int
	vals int
}

// where says what is allowed at a place.
type where struct {
	async bool // await
	fn    bool // return
	exec  bool // res, rej
	depth int  // of nesting that is left
}

func (w where) inner(async, fn bool) where {
	return where{async: async, fn: fn, depth: w.depth - 1}
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
	return rapid.SampledFrom([]float64{0, 0, 1, 1, 2, 5, 10}).Draw(g.t, "ms")
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
		if s.T == "throw" || s.T == "return" {
			break
		}
	}
	return body
}

func (g *generator) stmt(w where) program.Stmt {
	kinds := []string{"log", "log", "log", "logx"}
	if w.depth > 0 {
		kinds = append(kinds, "microtask", "tick", "immediate", "timeout", "chain", "chain", "chain", "async",
			"async", "expr", "resolve", "reject", "interval", "clear", "try", "throw")
		if w.async {
			kinds = append(kinds, "await", "await", "await", "forawait")
		}
		if w.fn {
			kinds = append(kinds, "return", "return", "return")
		}
		if w.exec {
			kinds = append(kinds, "res", "res", "rej")
		}
	}
	s := program.Stmt{T: g.pick("statement", kinds...)}
	g.fill(&s, w)
	return s
}

// fill draws the fields of a statement.
func (g *generator) fill(s *program.Stmt, w where) {
	switch s.T {
	case "log", "logx":
		s.ID = g.id()
	case "microtask", "tick":
		s.Body = g.body(w.inner(false, false), 3)
	case "immediate":
		s.H, s.Body = g.maybe("m"), g.body(w.inner(false, false), 3)
	case "timeout":
		s.H, s.MS, s.Body = g.maybe("t"), g.ms(), g.body(w.inner(false, false), 3)
	case "interval":
		s.H, s.MS, s.N = g.maybe("t"), g.ms(), rapid.IntRange(1, 3).Draw(g.t, "times")
		s.Clear = g.pick("clear", "before", "after")
		s.Body = g.body(w.inner(false, false), 2)
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
		s.ID, s.P = g.id(), g.expr(w.inner(false, false))
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

// try draws a try statement, without returns in its finally block.
func (g *generator) try(s *program.Stmt, w where) {
	w.depth--
	s.Body = g.body(w, 3)
	which := g.pick("try", "catch", "finally", "both")
	if which != "finally" {
		b := g.body(w, 2)
		s.Catch = &b
	}
	if which != "catch" {
		w.fn = false
		b := g.body(w, 2)
		s.Finish = &b
	}
}

func (g *generator) links(w where) []program.Link {
	links := make([]program.Link, rapid.IntRange(1, 3).Draw(g.t, "steps"))
	for i := range links {
		l := &links[i]
		l.K = g.pick("step", "then", "then", "then2", "thenpass", "catch", "finally")
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
	xs := make([]*program.Expr, rapid.IntRange(0, 3).Draw(g.t, "elements"))
	for i := range xs {
		xs[i] = g.expr(w.inner(false, false))
	}
	return xs
}

func (g *generator) expr(w where) *program.Expr {
	kinds := []string{"val", "val", "resolved", "resolved", "rejected", "thenable", "ref", "defp", "x", "pending"}
	if w.depth > 0 && g.left > 0 {
		kinds = append(kinds, "asyncfn", "new", "delay", "all", "race", "any", "allSettled", "resolveOf", "chain")
	}
	e := &program.Expr{K: g.pick("expression", kinds...)}
	switch e.K {
	case "val", "resolved":
		e.V = g.v()
	case "rejected":
		e.E = g.e()
	case "ref":
		e.H = g.handle("p")
	case "defp":
		e.H = g.handle("d")
	case "thenable":
		e.Mode, e.Act = g.pick("mode", "sync", "micro", "tick"), g.pick("act", "resolve", "reject", "throw")
		e.ID, e.V, e.E = g.id(), g.v(), g.e()
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
