package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// Browser loads a page whose modules come from the environment client (6.14). It runs
// on a loop of its own.
type Browser struct {
	Sys  *System
	Loop env.Loop
	Up   Wire // requests, to the server
	Down Wire // answers
	WS   Wire // reload messages
	// Loaded is told when everything that the page wants has been loaded, or something
	// failed, unless the page has been dropped.
	Loaded func(n int, err error)
	// Began is told that a page begins to load.
	Began func(n int)

	wants []*URL
	page  *page
	n     int // pages loaded
	cache []stored
	timer env.LoopTimer
}

// page is one document.
type page struct {
	n       int
	dropped bool
	modules map[*URL]env.Promise
	have    []stored // in the order in which they came
	failed  bool
	left    int // wants that are under way
}

// stored is an answer that may be used for ever.
type stored struct {
	u    *URL
	code *Code
}

// fetched is an answer.
type fetched struct {
	status int
	code   *Code
}

// Listen subscribes the page to the reloads of the environment client.
func (b *Browser) Listen() {
	b.Sys.Client.hot.Subscribe(func(Message) { b.WS.Send(b.told) })
}

// told restarts the debounce. Requests of the page run on until it is over.
func (b *Browser) told() {
	b.Sys.obs.BrowserReload(b)
	if b.page == nil {
		return
	}
	if b.timer != nil {
		b.timer.Clear()
	}
	b.timer = b.Loop.SetTimeout(func() {
		b.timer = nil
		b.Reload()
	}, reloadDebounce)
}

// Load opens a page that wants these modules.
func (b *Browser) Load(modules ...string) {
	b.wants = b.wants[:0]
	for _, m := range modules {
		b.wants = append(b.wants, b.Sys.urls.source(m))
	}
	b.Reload()
}

// Reload drops the page and loads it again. What the old one's requests still bring is
// ignored.
func (b *Browser) Reload() {
	if b.page != nil {
		b.page.dropped = true
	}
	b.n++
	p := &page{n: b.n, modules: make(map[*URL]env.Promise), left: len(b.wants)}
	b.page = p
	b.Sys.touchWrite(b.Sys.named("client.page"))
	b.Sys.obs.PageLoads(b, p.n)
	b.Began(p.n)
	for _, u := range b.wants {
		b.want(p, u)
	}
}

// Want lets the page import one module more, as a click does.
func (b *Browser) Want(module string) {
	u := b.Sys.urls.source(module)
	b.wants = append(b.wants, u)
	b.page.left++
	b.want(b.page, u)
}

func (b *Browser) want(p *page, u *URL) {
	b.Loop.Async(func(a env.Async) (any, error) {
		err := await(a, b.module(p, u))
		if p.dropped || p.failed {
			return nil, nil
		}
		p.left--
		switch {
		case err != nil:
			p.failed = true
			b.Loaded(p.n, err)
		case p.left == 0:
			b.Loaded(p.n, nil)
		}
		return nil, nil
	})
}

// module is the page's module of that URL: fetched once, then its static imports, all at
// the same time, and when it has been evaluated the lazy ones.
func (b *Browser) module(p *page, u *URL) env.Promise {
	if m := p.modules[u]; m != nil {
		return m
	}
	m := b.Loop.Async(func(a env.Async) (any, error) {
		code, err := b.fetch(a, p, u)
		if err != nil || p.dropped {
			return nil, err
		}
		p.have = append(p.have, stored{u, code})
		var imports []any
		for _, i := range code.Imports {
			imports = append(imports, b.module(p, i))
		}
		if err := await(a, b.Loop.All(imports...)); err != nil || p.dropped {
			return nil, err
		}
		for _, i := range code.Lazy {
			if i == nil {
				continue
			}
			if err := await(a, b.module(p, i)); err != nil || p.dropped {
				return nil, err
			}
		}
		return nil, nil
	})
	p.modules[u] = m
	return m
}

// fetch is the answer to a request of the page, perhaps from the cache: what has a
// version and was good once is never asked for again.
func (b *Browser) fetch(a env.Async, p *page, u *URL) (*Code, error) {
	r := b.Sys.named("client.cache/" + u.text)
	b.Sys.Touch.Reads(r)
	for _, s := range b.cache {
		if s.u == u {
			b.Sys.obs.PageFetched(b, u, StatusOK, true, p.dropped)
			return s.code, nil
		}
	}
	promise, resolve, _ := b.Loop.NewPromise()
	b.Up.Send(func() {
		b.Sys.loop.Async(func(c env.Async) (any, error) {
			got := b.Sys.serveModule(c, u)
			b.Down.Send(func() { resolve(got) })
			return nil, nil
		})
	})
	v, err := a.Await(promise)
	if err != nil {
		return nil, err
	}
	got := v.(fetched)
	b.Sys.obs.PageFetched(b, u, got.status, false, p.dropped)
	switch got.status {
	case StatusOK:
	case StatusStale:
		return nil, &Error{Code: Outdated, At: u}
	default:
		return nil, &Error{Code: NotFound, At: u}
	}
	if u.Version != 0 {
		b.Sys.touchWrite(r)
		b.cache = append(b.cache, stored{u, got.code})
	}
	return got.code, nil
}

// serveModule answers a browser's request of a module.
func (s *System) serveModule(a env.Async, u *URL) fetched {
	code, err := s.Client.transformRequest(a, u)
	switch {
	case err == nil:
		return fetched{StatusOK, code}
	case isStale(err):
		return fetched{status: StatusStale}
	}
	return fetched{status: StatusNotFound}
}
