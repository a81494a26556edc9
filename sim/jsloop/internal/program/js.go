package program

import (
	"fmt"
	"strconv"
	"strings"
)

// prelude defines the helpers that printed programs use: log and logx write lines, E
// makes errors, D deferred promises; H holds handles.
const prelude = `const L=[],H={},DD={};
const E=n=>Object.assign(new Error('e'+n),{n});
const f=x=>x===undefined?'u':typeof x==='number'?String(x):Array.isArray(x)?'['+x.map(f).join(',')+']':
 x instanceof AggregateError?'agg['+x.errors.map(f).join(',')+']':
 x instanceof Error?(x.n!==undefined?'e'+x.n:x.constructor.name):x instanceof Promise?'P':
 x&&x.status?(x.status==='fulfilled'?'f:'+f(x.value):'r:'+f(x.reason)):typeof x;
const log=i=>{L.push(String(i))},logx=(i,x)=>{L.push(i+'='+f(x))};
const D=h=>DD[h]||(DD[h]=(()=>{let o={};o.p=new Promise((a,b)=>{o.res=a;o.rej=b});return o})());
const done=c=>{fs.writeSync(1,JSON.stringify({order:L,exit:c??0})+'\n')};
const N={},on=(e,f)=>{if((N[e]=(N[e]??0)+1)<=2)f()};
const close=f=>new (process.binding('tcp_wrap').TCP)(0).close(f);
`

// JS prints r as a script that writes its Outcome as JSON when it exits.
func JS(r *Recording) string {
	var b strings.Builder
	if r.Entry == "esm" {
		b.WriteString("import fs from 'node:fs';\n")
	} else {
		b.WriteString("const fs=require('fs');\n")
	}
	b.WriteString(prelude)
	p := printer{}
	on := func(event, args, line string) {
		body := ""
		if stmts := r.On[event]; len(stmts) > 0 {
			body = fmt.Sprintf("on(%q,%s)", event, p.fn(stmts))
		}
		if event == "uncaughtException" { // if it throws, node ends without an exit event
			body = "try{" + body + "}catch(e){if(typeof Bun==='undefined')done(7);throw e}"
		}
		fmt.Fprintf(&b, "process.on(%q,(%s)=>{%s%s});\n", event, args, line, body)
	}
	b.WriteString("process.on('exit',done);\n")
	if r.On["beforeExit"] != nil {
		on("beforeExit", "c", "L.push('BE'+(c??0));")
	}
	if r.Handlers == "both" {
		on("unhandledRejection", "e", "L.push('UR:'+f(e));")
	}
	if r.Handlers != "none" {
		on("uncaughtException", "e,o", "L.push('UE:'+f(e)+(o==='unhandledRejection'?'!':''));")
		on("rejectionHandled", "", "L.push('RH');")
	}
	b.WriteString("let x;\n")
	for i := range r.Body {
		b.WriteString(p.stmt(&r.Body[i]) + "\n")
	}
	return b.String()
}

// GoString is the script, so that a failing test shows it.
func (r *Recording) GoString() string { return "\n" + JS(r) }

// printer numbers the intervals.
type printer struct{ intervals int }

func (p *printer) body(body []Stmt) string {
	var b strings.Builder
	for i := range body {
		b.WriteString(p.stmt(&body[i]))
	}
	return b.String()
}

func (p *printer) fn(body []Stmt) string { return "()=>{let x;" + p.body(body) + "}" }
func (p *printer) on(body []Stmt) string { return "x=>{" + p.body(body) + "}" }

// hold assigns a handle, if there is one.
func hold(h, s string) string {
	if h == "" {
		return s + ";"
	}
	return "H." + h + "=" + s + ";"
}

func num(ms float64) string { return strconv.FormatFloat(ms, 'g', -1, 64) }

func (p *printer) stmt(s *Stmt) string {
	switch s.T {
	case "log":
		return fmt.Sprintf("log(%d);", *s.ID)
	case "logx":
		return fmt.Sprintf("logx(%d,x);", *s.ID)
	case "microtask":
		return "queueMicrotask(" + p.fn(s.Body) + ");"
	case "tick":
		return "process.nextTick(" + p.fn(s.Body) + ");"
	case "immediate":
		return hold(s.H, "setImmediate("+p.fn(s.Body)+")")
	case "timeout":
		return hold(s.H, "setTimeout("+p.fn(s.Body)+","+num(s.MS)+")")
	case "interval":
		return p.interval(s)
	case "clear":
		if s.Kind == "immediate" {
			return "clearImmediate(H." + s.H + ");"
		}
		return "clearTimeout(H." + s.H + ");"
	case "close":
		return "close(" + p.fn(s.Body) + ");"
	case "exit":
		return fmt.Sprintf("process.exit(%d);", s.E)
	case "exitCode":
		return fmt.Sprintf("process.exitCode=%d;", s.E)
	case "chain":
		return hold(s.H, p.chain(s.P, s.Steps))
	case "expr":
		return hold(s.H, p.expr(s.P))
	case "async":
		return hold(s.H, "(async"+p.fn(s.Body)+")()")
	case "await":
		out := "x=await " + p.expr(s.P) + ";"
		if s.ID != nil {
			out += fmt.Sprintf("logx(%d,x);", *s.ID)
		}
		return out
	case "forawait":
		return fmt.Sprintf("for await(x of [%s]){logx(%d,x);}", p.list(s.Xs), *s.ID)
	case "try":
		return p.try(s)
	case "throw":
		return fmt.Sprintf("throw E(%d);", s.E)
	case "return":
		return "return " + p.expr(s.P) + ";"
	case "resolve":
		return fmt.Sprintf("D(%q).res(%s);", s.H, p.expr(s.P))
	case "reject":
		return fmt.Sprintf("D(%q).rej(E(%d));", s.H, s.E)
	case "res":
		return "res(" + p.expr(s.P) + ");"
	case "rej":
		return fmt.Sprintf("rej(E(%d));", s.E)
	}
	panic("program: cannot print statement " + s.T)
}

func (p *printer) interval(s *Stmt) string {
	p.intervals++
	i := p.intervals
	end := fmt.Sprintf("if(++c%d>=%d)clearInterval(i%d);", i, s.N, i)
	body := p.body(s.Body)
	if s.Clear == "before" {
		body = end + body
	} else {
		body = "try{" + body + "}finally{" + end + "}"
	}
	out := fmt.Sprintf("let c%d=0;const i%d=setInterval(()=>{let x;%s},%s);", i, i, body, num(s.MS))
	if s.H != "" {
		out += fmt.Sprintf("H.%s=i%d;", s.H, i)
	}
	return out
}

func (p *printer) try(s *Stmt) string {
	out := "try{" + p.body(s.Body) + "}"
	if s.Catch != nil {
		out += "catch(e_){x=e_;" + p.body(*s.Catch) + "}"
	}
	if s.Finish != nil {
		out += "finally{" + p.body(*s.Finish) + "}"
	}
	return out
}

func (p *printer) chain(e *Expr, steps []Link) string {
	out := "Promise.resolve(" + p.expr(e) + ")"
	for _, s := range steps {
		switch s.K {
		case "then":
			out += ".then(" + p.on(s.Body) + ")"
		case "then2":
			out += ".then(" + p.on(s.Body) + "," + p.on(s.OnRej) + ")"
		case "thenpass":
			out += ".then()"
		case "catch":
			out += ".catch(" + p.on(s.Body) + ")"
		case "finally":
			out += ".finally(" + p.fn(s.Body) + ")"
		}
	}
	return out
}

func (p *printer) list(xs []*Expr) string {
	all := make([]string, len(xs))
	for i, x := range xs {
		all[i] = p.expr(x)
	}
	return strings.Join(all, ",")
}

func literal(v *float64) string {
	if v == nil {
		return "undefined"
	}
	return num(*v)
}

func (p *printer) expr(e *Expr) string {
	if e == nil {
		return "undefined"
	}
	switch e.K {
	case "val":
		return literal(e.V)
	case "x":
		return "x"
	case "resolved":
		return "Promise.resolve(" + literal(e.V) + ")"
	case "rejected":
		return fmt.Sprintf("Promise.reject(E(%d))", e.E)
	case "pending":
		return "new Promise(()=>{})"
	case "thenable":
		return thenableJS(e)
	case "ref":
		return "H." + e.H
	case "defp":
		return fmt.Sprintf("D(%q).p", e.H)
	case "asyncfn":
		return "(async" + p.fn(e.Body) + ")()"
	case "new":
		return "new Promise((res,rej)=>{let x;" + p.body(e.Body) + "})"
	case "delay":
		return fmt.Sprintf("new Promise(r=>setTimeout(r,%s,%s))", num(e.MS), literal(e.V))
	case "all", "race", "any", "allSettled":
		return "Promise." + e.K + "([" + p.list(e.Xs) + "])"
	case "resolveOf":
		return "Promise.resolve(" + p.expr(e.P) + ")"
	case "chain":
		return p.chain(e.P, e.Steps)
	}
	panic("program: cannot print expression " + e.K)
}

func thenableJS(e *Expr) string {
	resolve, reject, throw := "res("+literal(e.V)+")", fmt.Sprintf("rej(E(%d))", e.E), fmt.Sprintf("throw E(%d)", e.E)
	act := map[string]string{
		"resolve": resolve, "reject": reject, "throw": throw,
		"resolve throw": resolve + ";" + throw, "reject throw": reject + ";" + throw, "twice": resolve + ";" + reject,
		"nest": "res({then(res){" + resolve + "}})", "adopt": "res(Promise.resolve(" + literal(e.V) + "))",
	}[e.Act]
	switch e.Mode {
	case "micro":
		act = "queueMicrotask(()=>{" + act + "})"
	case "tick":
		act = "process.nextTick(()=>{" + act + "})"
	}
	if e.ID != nil {
		act = fmt.Sprintf("log(%d);", *e.ID) + act
	}
	return "({then(res,rej){" + act + "}})"
}
