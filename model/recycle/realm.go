package recycle

import (
	"errors"

	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Task is a realm server: it serves sources and the host shell, and reports the
// shell's token. Its image, the version of the sources and the settings, is fixed for
// a life.
type Task struct {
	Base
	Addr    env.Addr // where it listens; only the load balancer calls
	CDN     env.Addr
	Manager env.Addr // where it sends renders, and the right target of reports
	Source  Version  // of the sources in its image
	Conf    int      // of its settings
	Pinned  []string // modules that start renders, and a full reindex too
	Secret  string   // of the hook
	DB      *DB
	// Settled, if not nil, is the shell that it has served for long: it starts as one
	// that was started long ago, and has reported nothing.
	Settled *Artifact

	memoPage, memoHash coord.Flight[struct{}, *Artifact]
	memo               Resource
	listener           env.Listener
	client             *Client
	started            bool
	served             shellMemo
}

// shellMemo keeps the body of answers, so that it is made once.
type shellMemo struct {
	of    *Artifact
	shell Shell
}

// errNotOK is the error of an answer that is no success.
var errNotOK = errors.New("no success")

// Start boots the task.
func (t *Task) Start() {
	t.init()
	t.memo = t.Probe.Resource("memo[" + t.Host.Name() + "]")
	t.memoPage.Keep, t.memoHash.Keep = coord.KeepSuccess, coord.KeepSuccess
	t.client = &Client{Base: t.Base, Manager: t.Manager, DB: t.DB}
	t.Host.OnSignal(env.SIGTERM, t.terminate)
	if t.Settled != nil {
		keep := func(done func(*Artifact, error)) { done(t.Settled, nil) }
		t.memoPage.Do(struct{}{}, keep, nil)
		t.memoHash.Do(struct{}{}, keep, nil)
		t.listen(func() { t.started = true })
		return
	}
	t.Host.Work("task-boot", func(error) { t.smoke() })
}

// smoke waits for the shell to be there. What comes is thrown away.
func (t *Task) smoke() {
	over := t.Host.After("smoke-timeout", t.Constants.SmokeTimeout, t.giveUp)
	var try func()
	try = func() {
		t.fetch("smoke", func(_ *Artifact, err error) {
			if err != nil {
				t.Host.After("smoke-retry", t.Constants.SmokeStep, try)
				return
			}
			over.Cancel()
			t.afterSmoke()
		})
	}
	try()
}

func (t *Task) giveUp() {
	t.Host.Log(env.Error, "no host shell")
	t.fact(Fact{Kind: TaskGaveUp})
	t.Host.Exit(-2)
}

func (t *Task) afterSmoke() {
	if t.Switches.ReportAt == AfterSmoke {
		t.report()
	}
	t.Host.Work("db-setup", func(error) { t.listen(t.start) })
}

// listen makes the task answer probes, and requests.
func (t *Task) listen(then func()) {
	l, err := t.bind(t.Addr.Port)
	if err != nil {
		t.giveUp()
		return
	}
	t.listener = l
	l.Serve(t.serve)
	t.fact(Fact{Kind: TaskListening})
	then()
}

// start indexes the sources of this image, one by one, then whatever else takes its
// time.
func (t *Task) start() { t.index(0, t.settle) }

func (t *Task) index(i int, then func()) {
	if i >= len(t.Pinned) {
		then()
		return
	}
	t.Host.Work("mount", func(error) {
		r := &Render{Affinity: t.Pinned[i], Module: t.Pinned[i], Source: t.Source}
		t.client.Index(r, func() { t.index(i+1, then) })
	})
}

func (t *Task) settle() {
	t.Host.Work("started", func(error) {
		if t.Switches.ReportAt == AfterStart {
			t.report()
		}
		t.started = true
		t.fact(Fact{Kind: TaskStarted})
	})
}

func (t *Task) serve(x env.Exchange) {
	switch q := x.Request(); q.Label {
	case LabelLoad:
		t.recall(&t.memoPage, "page-fetch", x, func(a *Artifact) { x.Reply(200, t.shell(a)) })
	case LabelSeed:
		t.recall(&t.memoHash, "hash-fetch", x, func(a *Artifact) { x.Reply(200, a.Token) })
	case LabelHook:
		t.onHook(x)
	default: // a probe
		x.Reply(200, "OK")
	}
}

// recall answers from a memo, which an error clears and nothing else does.
func (t *Task) recall(memo *coord.Flight[struct{}, *Artifact], label string, x env.Exchange, answer func(*Artifact)) {
	t.Probe.Reads(t.memo)
	memo.Do(struct{}{}, func(done func(*Artifact, error)) {
		t.fetch(label, func(a *Artifact, err error) {
			t.Probe.Writes(t.memo)
			done(a, err)
		})
	}, func(a *Artifact, err error) {
		if err != nil {
			x.Reply(statusFailed, nil)
			return
		}
		answer(a)
	})
}

// shell is a as this task serves it.
func (t *Task) shell(a *Artifact) *Shell {
	if t.served.of != a {
		t.served = shellMemo{a, Shell{Artifact: a.Version, Conf: t.Conf, Stamp: a.Token}}
	}
	return &t.served.shell
}

// fetch gets the raw shell from the CDN.
func (t *Task) fetch(label string, done func(*Artifact, error)) {
	t.Host.Do(env.Request{Label: label, Method: "GET", Path: "/index.html", Addr: t.CDN}, func(resp env.Response, err error) {
		switch {
		case err != nil:
			done(nil, err)
		case !resp.OK():
			done(nil, errNotOK)
		default:
			done(resp.Body.(*Artifact), nil)
		}
	})
}

// onHook is what a deploy calls at its end.
func (t *Task) onHook(x env.Exchange) {
	if secret, _ := x.Request().Body.(string); secret != t.Secret {
		x.Reply(statusDenied, nil)
		return
	}
	t.fact(Fact{Kind: HookAnswered})
	if t.Switches.HookReport {
		t.report()
	}
	t.DB.ClearModules()
	t.fetch("checksum-fetch", func(a *Artifact, err error) {
		if err == nil && t.DB.SwapChecksum(a.Token) {
			t.index(0, func() {}) // a full reindex, nobody waits for it
		}
	})
	x.Reply(200, nil)
}

// report sends the token of the shell as it is on the CDN now, never that of a memo.
// An error is one line of log, and there is no other try.
func (t *Task) report() {
	if !t.Switches.Signal {
		return
	}
	loose := coord.Loose{Log: func(what string, err error) { t.Host.Log(env.Warning, what+": "+err.Error()) }}
	loose.Go("report host shell", func(ended func(error)) {
		t.fetch("report-fetch", func(a *Artifact, err error) {
			if err != nil {
				t.fact(Fact{Kind: ReportLost, Err: err})
				ended(err)
				return
			}
			t.send(a.Token, ended)
		})
	})
}

func (t *Task) send(token string, ended func(error)) {
	target := t.Manager
	if t.Switches.ReportTarget == WrongTarget {
		target = env.Addr{Host: "127.0.0.1", Port: t.Manager.Port} // this very host, where nobody listens
	}
	t.fact(Fact{Kind: Reporting, Token: token})
	t.Host.Do(env.Request{Label: LabelReport, Method: "POST", Path: "/host-shell", Addr: target, Body: &Report{Hash: token}},
		func(resp env.Response, err error) {
			if err == nil && !resp.OK() {
				err = errNotOK
			}
			if err != nil {
				t.fact(Fact{Kind: ReportLost, Token: token, Err: err})
			}
			ended(err)
		})
}

// terminate is its handler of SIGTERM.
func (t *Task) terminate() {
	if t.listener != nil {
		t.listener.DestroyAll()
		t.listener.Close(nil)
	}
	t.Host.Exit(0)
}

// Started reports whether all pinned realms are indexed.
func (t *Task) Started() bool { return t.started }

// Listening reports whether it answers probes and requests.
func (t *Task) Listening() bool { return t.listener != nil }

// Memo is the shell that it serves; nil: whichever it gets at the first request.
func (t *Task) Memo() *Artifact {
	_, a, _ := t.memoPage.Kept(struct{}{})
	return a
}
