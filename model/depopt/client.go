package depopt

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// RedirectLimit is how many 307 in a row a client follows; the next one is an error to
// its user.
const RedirectLimit = 20

// reloadDebounce is how long a page waits for further reloads.
const reloadDebounce = 20 * time.Millisecond

// HTTPClient asks the server for pages. It runs on a loop of its own.
type HTTPClient struct {
	Sys  *System
	Loop env.Loop
	Up   Wire // to the server
	Down Wire // back
	ID   int
	// Follow says that a 307 is followed.
	Follow bool

	requests int
}

// Answer is what a client gets in the end.
type Answer struct {
	Status    int
	Redirects int // 307 that were followed
	TooMany   bool
}

// Call lets fn run on the server's loop, as an async function, and waits for it: a
// request of something else than a page.
func (c *HTTPClient) Call(a env.Async, fn func(a env.Async) (any, error)) (any, error) {
	p, resolve, reject := c.Loop.NewPromise()
	c.Up.Send(func() {
		c.Sys.loop.Async(func(b env.Async) (any, error) {
			v, err := fn(b)
			c.Down.Send(func() {
				if err != nil {
					reject(err)
				} else {
					resolve(v)
				}
			})
			return nil, nil
		})
	})
	return a.Await(p)
}

// Request makes a request of its own.
func (c *HTTPClient) Request(action int, page string) *Request {
	c.requests++
	return &Request{ID: c.ID<<16 | c.requests, Action: action, Client: c.ID, Page: page}
}

// Get asks for a page. One action is one click or navigation, redirects included.
func (c *HTTPClient) Get(a env.Async, action int, page string) (Answer, error) {
	for n := 0; ; n++ {
		req := c.Request(action, page)
		req.Redirects = n
		v, err := c.Call(a, func(b env.Async) (any, error) { return c.Sys.Serve(b, req), nil })
		if err != nil {
			return Answer{}, err
		}
		status := v.(int)
		switch {
		case status != StatusRedirect || !c.Follow:
			return Answer{Status: status, Redirects: n}, nil
		case n == RedirectLimit:
			return Answer{Status: status, Redirects: n, TooMany: true}, nil
		}
	}
}

// Tab is an open page of a browser: a document that is navigated to, and again when the
// server says so.
type Tab struct {
	HTTPClient
	// WS carries reload messages to the page.
	WS Wire
	// Action numbers the client actions; it is shared by all clients.
	Action func() int
	// Loaded is told what became of a navigation that was not dropped.
	Loaded func(page string, n int, got Answer)
	// Limit is after how many navigations the user closes the page, and GaveUp is told
	// so. 0: never.
	Limit  int
	GaveUp func()

	page     string
	n        int // navigations
	underWay int // reload messages
	timer    env.LoopTimer
}

// maxUnderWay is how many reload messages to one page are kept: a ninth would only
// restart a debounce that eight restart already. A server that tells everybody to reload
// at every failure of everybody would not be simulated otherwise.
const maxUnderWay = 8

// Listen subscribes the page to the reloads of the environment client.
func (t *Tab) Listen() {
	t.Sys.Client.hot.Subscribe(func(Message) {
		if t.page == "" || t.underWay == maxUnderWay {
			return
		}
		t.underWay++
		t.WS.Send(func() {
			t.underWay--
			t.told()
		})
	})
}

// Open navigates to a page. What the last navigation still brings is ignored.
func (t *Tab) Open(page string) {
	if t.Limit > 0 && t.n == t.Limit {
		t.Close()
		t.GaveUp()
		return
	}
	t.page = page
	t.n++
	n, action := t.n, t.Action()
	t.Loop.Async(func(a env.Async) (any, error) {
		got, err := t.Get(a, action, page)
		if err == nil && n == t.n {
			t.Loaded(page, n, got)
		}
		return nil, err
	})
}

// Close closes the page: what still comes is ignored.
func (t *Tab) Close() {
	t.page = ""
	t.n++
}

// told restarts the debounce; the page is loaded again after it.
func (t *Tab) told() {
	if t.page == "" {
		return
	}
	if t.timer != nil {
		t.timer.Clear()
	}
	t.timer = t.Loop.SetTimeout(func() {
		t.timer = nil
		if t.page != "" {
			t.Open(t.page)
		}
	}, reloadDebounce)
}
