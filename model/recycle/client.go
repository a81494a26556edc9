package recycle

import (
	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Client sends renders, as workers and indexing do, and stores what they give.
type Client struct {
	Base
	Manager env.Addr
	DB      *DB
	// Watched is called after each attempt, if it is not nil: with its number, and
	// how it ended.
	Watched func(attempt, status int, err error)
}

// visitError is a failed attempt.
type visitError struct {
	status int
	err    error
}

func (e *visitError) Error() string {
	if e.err != nil {
		return e.err.Error()
	}
	return errNotOK.Error()
}

// Render sends r until it is answered or no attempt is left. status is that of the
// last answer, 0 if none came.
func (c *Client) Render(r *Render, done func(res *Result, status int)) {
	var res *Result
	status := 0
	retry := &coord.Retry{
		Timers: c.Host, Label: "visit-retry", Backoff: c.Constants.ClientBackoff, Attempts: c.Constants.ClientAttempts,
		Worth: func(err error) bool {
			e := err.(*visitError) //nolint:errorlint // Try gives nothing else
			return retriable(e.status, e.err)
		},
		End: func(error) { done(res, status) },
	}
	retry.Try = func(n int, ended func(error)) {
		c.Host.Do(env.Request{
			Label: LabelVisit, Method: "POST", Path: "/prerender-visit", Addr: c.Manager, Body: r,
			Timeout: c.Constants.RequestTimeout,
		}, func(resp env.Response, err error) {
			status = resp.Status
			if c.Watched != nil {
				c.Watched(n, status, err)
			}
			if err == nil && resp.OK() {
				res = resp.Body.(*Result)
				ended(nil)
				return
			}
			ended(&visitError{resp.Status, err})
		})
	}
	retry.Start()
}

// Index renders a module of an image and stores its row.
func (c *Client) Index(r *Render, done func()) {
	c.Render(r, func(res *Result, status int) {
		if res != nil {
			c.DB.StoreIndex(res)
		} else {
			c.fact(Fact{Kind: VisitFailed, N: status, Render: r})
		}
		done()
	})
}

// Reader asks for one module again and again, as people do, and what it gets is
// rendered when the modules table has nothing, or an error that has expired. Requests
// that the table serves change nothing, so they are not made: the first that counts
// comes after the window `ask`.
type Reader struct {
	Client
	Affinity string
	Module   string
	Source   func() Version // of the source text, now
	Genuine  bool
	Poison   bool
	Renders  int // at most; 0: no bound

	asking  bool // a request is to come
	busy    bool // a render is under way
	expired bool // what is stored is an error, and its time is over
	expiry  env.Ticket
	count   int
}

// Start begins to ask.
func (r *Reader) Start() {
	r.init()
	r.Poke()
}

// Poke says that the source or the table may have changed.
func (r *Reader) Poke() {
	if r.asking || r.busy {
		return
	}
	r.asking = true
	r.Host.Work("ask", func(error) {
		r.asking = false
		r.ask()
	})
}

func (r *Reader) ask() {
	if r.Renders > 0 && r.count >= r.Renders {
		return
	}
	row := r.DB.Module(r.Module)
	revalidates := row != nil && row.Source == r.Source()
	if revalidates && (!row.Error || !r.expired) {
		return // served from the table
	}
	r.expiry.Cancel()
	r.count++
	r.busy = true
	r.Render(&Render{
		Affinity: r.Affinity, Module: r.Module, Source: r.Source(), Genuine: r.Genuine, Poison: r.Poison,
		Fresh: revalidates && r.Switches.FreshHint != HintOff,
	}, r.answered)
}

func (r *Reader) answered(res *Result, status int) {
	r.busy, r.expired = false, false
	if res == nil {
		r.fact(Fact{Kind: VisitFailed, N: status})
		r.Poke()
		return
	}
	r.DB.StoreModule(res)
	if res.Error {
		r.expiry = r.Host.After("expires", r.Constants.ErrorTTL, func() {
			r.expired = true
			r.Poke()
		})
	}
	if res.Source != r.Source() {
		r.Poke()
	}
}
