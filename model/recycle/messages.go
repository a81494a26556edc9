package recycle

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// The header fields of a heartbeat's answer, and of one that a draining server gives.
const (
	TokenHeader      = "X-Boxel-Prerender-Host-Shell-Hash"
	GenerationHeader = "X-Boxel-Prerender-Host-Shell-Generation"
	DrainingHeader   = "X-Boxel-Prerender-Draining"
)

// The statuses that are not success.
const (
	statusBad       = 400
	statusDenied    = 401
	statusForbidden = 403
	statusDraining  = 410
	statusFailed    = 500
	statusNoServers = 503
)

// Labels of the requests: the arrival of a heartbeat is an event `beat`, that of its
// answer `beat.reply`.
const (
	LabelBeat       = "beat"
	LabelReport     = "report"
	LabelUnregister = "unregister"
	LabelHook       = "hook"
	LabelLoad       = "load"
	LabelSeed       = "seed"
	LabelVisit      = "visit"  // a render, from client to manager
	LabelRender     = "assign" // a render, from manager to prerender server
	LabelFetch      = "cdn-fetch"
)

// Heartbeat is what a prerender server tells the manager. It must not be changed.
type Heartbeat struct {
	URL      env.Addr
	Capacity int // 0 tells nothing
	Draining bool
	Warmed   []string  // affinities that have a page
	Vacancy  []Vacancy // nil: nothing is told
	// Against is the token that the server has warmed against. Only Switches.Budget
	// looks.
	Against string
}

// Vacancy says how busy the page of an affinity is.
type Vacancy struct {
	Affinity string
	Idle     bool
	Queued   int // the highest priority that waits for it; -1: none
}

// Report is a token on its way to the manager.
type Report struct{ Hash string }

// Render asks for a module or a card.
type Render struct {
	Affinity string // the realm: renders of one affinity share a page
	Module   string
	Source   Version // that of the source text
	Priority int
	Fresh    bool // not on a page that was used before
	Genuine  bool // the source has an error of its own
	Poison   bool // any server answers it with a failure
}

// Result is what a render gave. It must not be changed.
type Result struct {
	Module string
	Source Version
	Shell  Shell // of the page
	Error  bool  // "has no such export", or an error of the source itself
	// Genuine: the error is the source's own.
	Genuine bool
	Reused  bool // on a page that had been used before
}

// Stale reports whether the result is an error only because its page had another
// shell than its source was written for.
func (r *Result) Stale() bool { return r.Error && !r.Genuine }

// ErrNoPage is what a pool has when no page can be had.
var ErrNoPage = errors.New("no page")

// retriable reports whether a client tries a request again that failed with err or
// was answered with status.
func retriable(status int, err error) bool {
	switch {
	case err == nil:
		return status == statusDraining || status >= 500
	case errors.Is(err, env.ErrRefused), errors.Is(err, env.ErrReset), errors.Is(err, env.ErrNoHost):
		return true
	}
	return false
}
