package startup

import (
	"strconv"

	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Kind is the mode of a runtime.
type Kind uint8

// The modes.
const (
	KindNone Kind = iota
	KindServerless
	KindRunner
)

func (k Kind) String() string { return [...]string{"none", "serverless", "runner"}[k] }

// Req is a request to the application.
type Req struct {
	Path       string // /start, /metadata, or anything
	FromEngine bool
}

// Answer is what handler answers with.
type Answer struct {
	Status   int
	Endpoint env.Addr // where clients are sent; zero: nowhere
}

// Started is what start returns.
type Started struct {
	Fetch   func(Req) (env.Promise, error) // nil from r3b on
	Promise env.Promise                    // nil: it returned nothing to wait for
}

// Registry is a registry of actors. Its methods are the public ones; an error that
// they return is thrown to the caller at once, before there is a promise.
type Registry struct {
	Raw   *Raw
	Index int // in its process, from 1

	app     *App
	memo    coord.Memo
	runtime *Runtime
	cached  *Runtime // of handler, if each call has its own
	latest  *Runtime // the one whose snapshot was taken last
	claimed Kind
	native  native
	touched resources
}

// resources are the names of what a registry's events touch.
type resources struct{ raw, memo, kind, router string }

// Construct is the constructor.
func (a *App) Construct(raw *Raw) (*Registry, error) {
	r := &Registry{Raw: raw, Index: len(a.registers) + 1, app: a}
	id := a.deps.Host.Name() + "/" + strconv.Itoa(r.Index) + "]"
	r.touched = resources{"raw[" + id, "memo[" + id, "kind[" + id, "router[" + id}
	a.registers = append(a.registers, r)
	a.deps.Probe.Constructing(r)
	f := r.prestart()
	a.deps.Probe.Constructed(r, f)
	if f != nil {
		return nil, f
	}
	return r, nil
}

// Name is a name for people.
func (r *Registry) Name() string {
	return "registry " + strconv.Itoa(r.Index) + " of " + r.app.deps.Host.Name()
}

// Advertised is the endpoint that clients are sent to, by the latest snapshot.
func (r *Registry) Advertised() env.Addr {
	if r.latest == nil {
		return env.Addr{}
	}
	return r.latest.cfg.Public
}

// prestart arms the pre-emptive start. What it returns, the constructor throws.
func (r *Registry) prestart() *Failure {
	a := r.app
	a.deps.Touch.Reads(r.touched.raw)
	switch g := a.sw.Guard; {
	case a.sw.Prestart == PrestartNone,
		g == GuardNotTest && a.set.Environ.NodeEnv == "test",
		(g == GuardRaw || g == GuardRawParsed) && !r.Raw.asks():
		return nil
	case a.sw.Prestart == PrestartMicrotask:
		a.deps.Loop.QueueMicrotask(r.fire)
		return nil
	}
	if f := a.illegal("setTimeout"); f != nil {
		return f
	}
	a.deps.Loop.SetTimeout(r.fire, 0)
	return nil
}

// fire is the callback of the pre-emptive start. What it throws is uncaught.
func (r *Registry) fire() {
	a := r.app
	if a.sw.Guard == GuardParsed || a.sw.Guard == GuardRawParsed {
		c, f := r.parse()
		if f != nil {
			a.throw(f)
			return
		}
		if !c.SpawnEngine && !c.ServeManager {
			return
		}
	}
	switch {
	case a.sw.Core == CoreNative:
		if _, f := r.nativeMemo(); f != nil {
			a.throw(f)
		}
	case a.sw.Readiness == ReadyBackground:
		if _, err := r.legacyRuntime(KindNone); err != nil {
			a.throw(err)
		}
	default:
		r.ensureRuntime(KindNone)
	}
}

// parse reads the configuration as it is now.
func (r *Registry) parse() (Config, *Failure) {
	r.app.deps.Touch.Reads(r.touched.raw)
	c, err := Parse(r.Raw, r.app.set.Environ)
	if err != nil {
		return c, r.app.fail(SiteConfig, err.Error(), nil)
	}
	return c, nil
}

// ensureRuntime is the promise of the runtime that a call for mode k uses.
func (r *Registry) ensureRuntime(k Kind) env.Promise {
	a := r.app
	if a.sw.Memo == MemoPerCall && k == KindRunner {
		return r.create()
	}
	if !a.sw.AwaitGap {
		if !r.memo.Made() {
			r.setMemo()
		}
		a.deps.Touch.Reads(r.touched.memo)
		return r.memo.Get(r.create)
	}
	return a.deps.Loop.Async(func(c env.Async) (any, error) {
		a.deps.Touch.Reads(r.touched.memo)
		if !r.memo.Made() {
			if _, err := c.Await(nil); err != nil {
				return nil, err
			}
			r.setMemo()
		}
		return r.memo.Get(r.create), nil
	})
}

// setMemo creates a runtime that later calls share.
func (r *Registry) setMemo() {
	a := r.app
	r.memo.ForgetFailure = a.sw.MemoOnFailure == Clear
	r.memo.Forgot = func() { a.deps.Touch.Writes(r.touched.memo) }
	p := r.memo.Begin(func() env.Promise {
		p := r.create()
		a.deps.Touch.Writes(r.touched.memo)
		return p
	})
	r.sideCatch(p.Then(func(v any) (any, error) {
		r.runtime, _ = v.(*Runtime)
		return nil, nil
	}, nil), "could not start the runtime")
}

// sideCatch gives a promise that the library derived for itself a rejection handler,
// if the switch says so. Without, its rejection is one that nobody handles.
func (r *Registry) sideCatch(derived env.Promise, line string) {
	if !r.app.sw.SideCatch {
		return
	}
	r.app.loose(line, derived)
}

// Handler serves one request. It is an async function from r1 on.
func (r *Registry) Handler(req Req) (env.Promise, error) {
	a := r.app
	if err := r.claim(KindServerless); err != nil {
		return a.deps.Loop.Reject(err), nil
	}
	if a.sw.Core != CoreNative && a.sw.Readiness == ReadyBackground {
		return r.legacyHandler(req)
	}
	return a.deps.Loop.Async(func(c env.Async) (any, error) {
		a.requests++
		defer func() { a.requests-- }()
		if a.sw.Core == CoreNative {
			return r.nativeHandler(c, req)
		}
		v, err := c.Await(r.ensureRuntime(KindServerless))
		if err != nil {
			return nil, err
		}
		rt, _ := v.(*Runtime)
		if f := rt.startServerless(); f != nil {
			return nil, f
		}
		answer, f := rt.route(c, req)
		if f != nil {
			return nil, f
		}
		return answer, nil
	}), nil
}

// claim takes the mode at the call, if the switch says so.
func (r *Registry) claim(k Kind) error {
	a := r.app
	if a.sw.ModeClaim != ClaimAtCall || a.sw.Core == CoreNative {
		return nil
	}
	if r.claimed != KindNone && r.claimed != k {
		f := a.fail(SiteMode, "the registry is already asked for as "+r.claimed.String(), nil)
		a.deps.Probe.Refused(r, k, f)
		return f
	}
	r.claimed = k
	return nil
}

// StartRunner starts a long-lived worker. The promise is nil if it returned nothing.
func (r *Registry) StartRunner() (env.Promise, error) {
	a := r.app
	if err := r.claim(KindRunner); err != nil {
		if a.sw.StartReturns == ReturnPromise {
			return a.deps.Loop.Reject(err), nil
		}
		return nil, err
	}
	switch {
	case a.sw.Core == CoreNative:
		if a.sw.StartReturns == ReturnPromise {
			return r.StartAndWait()
		}
		r.startEnvoy()
		return nil, nil
	case a.sw.Readiness == ReadyBackground:
		rt, err := r.legacyRuntime(KindRunner)
		if err != nil {
			return nil, err
		}
		return r.returned(rt.ready), nil
	}
	started := r.ensureRuntime(KindRunner).Then(func(v any) (any, error) {
		rt, _ := v.(*Runtime)
		if f := rt.startRunner(); f != nil {
			return nil, f
		}
		return nil, nil
	}, nil)
	r.sideCatch(started, "could not start the runner")
	return r.returned(started), nil
}

// returned is p for a caller that may have it.
func (r *Registry) returned(p env.Promise) env.Promise {
	if r.app.sw.StartReturns == ReturnPromise {
		return p
	}
	return nil
}

// Start is the method that picks the mode by itself.
func (r *Registry) Start() (Started, error) {
	a := r.app
	if a.sw.Core == CoreNative && a.set.Environ.RuntimeMode == "serverless" {
		return Started{Promise: r.returned(r.Listen())}, nil
	}
	fetch := r.Handler
	if a.sw.StartSetsConfig {
		r.completeConfig()
		fetch = nil
	}
	if a.sw.Core == CoreNative {
		fetch = nil
	}
	p, err := r.StartRunner()
	if err != nil {
		return Started{}, err
	}
	return Started{Fetch: fetch, Promise: p}, nil
}

// completeConfig fills in what start takes for granted (#4475, #4477).
func (r *Registry) completeConfig() {
	a := r.app
	a.deps.Touch.Writes(r.touched.raw)
	if r.Raw.PublicDir == "" {
		r.Raw.PublicDir = "public"
	}
	spawn := a.set.Environ.RunEngine
	if r.Raw.SpawnEngine != nil {
		spawn = *r.Raw.SpawnEngine
	}
	none := env.Addr{}
	if r.Raw.ServeManager == nil && r.Raw.Endpoint == none && a.set.Environ.Endpoint == none && !spawn {
		r.Raw.ServeManager = Flag(true)
	}
}
