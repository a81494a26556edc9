package recycle

import (
	"time"

	"github.com/seed-3519b94c/simrun/model/coord"
)

// Constants are the numbers of the system. Its operators may set some by environment
// variables; those marked (a) are assumptions about a cloud that cannot be seen.
type Constants struct {
	Heartbeat      time.Duration // between two beats (PRERENDER_HEARTBEAT_INTERVAL_MS), at least 1 s
	RegistryTTL    time.Duration // a server not heard of for longer is not used, at least 1 s
	Sweep          time.Duration // between two sweeps of the registry; 0: never
	DiscoveryWait  time.Duration // how long a render waits for a server to appear
	DiscoveryPoll  time.Duration // between two looks, at least 50 ms
	Capacity       int           // of a server that told none
	RenderTimeout  time.Duration // of one render on a page
	RequestTimeout time.Duration // of the manager's and of a client's request
	PageTimeout    time.Duration // of loading the shell
	SeedTimeout    time.Duration // of asking for the baseline
	ClientAttempts int
	ClientBackoff  coord.Backoff
	Grace          time.Duration // from SIGTERM to the end of listening
	StopTimeout    time.Duration // (a) from SIGTERM to SIGKILL
	Pages          int           // of a pool
	StandbyTries   int
	StandbyBackoff coord.Backoff
	IdleEviction   time.Duration // an affinity not used for longer loses its page
	IdleLook       time.Duration // between two looks for such
	ShrinkAfter    time.Duration // a pool not used for longer loses what is above its size
	ErrorTTL       time.Duration // a stored module error is served for so long
	SmokeTimeout   time.Duration // a task without a shell for longer gives up
	SmokeStep      time.Duration // between two tries of it
	StableTimeout  time.Duration // of one service becoming stable
	WorkerSleep    time.Duration // in the train, before the realm servers
	HarnessBudget  time.Duration // of a test bring-up
	HarnessTries   int           // of binding the proxy's port
	HarnessPause   time.Duration // after the n-th try, n times
	VerifyBackoff  coord.Backoff // between two recycles for the same token
	CloseTimeout   time.Duration // of closing a page or Chrome, if Switches.CloseTimeout
	Visits         int           // attempts of one visit
	Selections     int           // pages that are tried when the chosen one is closed meanwhile
	MaxToken       int           // characters
}

// Defaults are the numbers in production.
func Defaults() Constants {
	return Constants{
		Heartbeat: 5 * time.Second, RegistryTTL: 30 * time.Second, Sweep: 5 * time.Second,
		DiscoveryWait: 10 * time.Second, DiscoveryPoll: 100 * time.Millisecond, Capacity: 4,
		RenderTimeout: 60 * time.Second, RequestTimeout: 120 * time.Second,
		PageTimeout: 30 * time.Second, SeedTimeout: 5 * time.Second,
		ClientAttempts: 12,
		ClientBackoff:  coord.Backoff{First: 200 * time.Millisecond, Factor: 2, Cap: 180 * time.Second},
		Grace:          10 * time.Second, StopTimeout: 30 * time.Second,
		Pages: 5, StandbyTries: 3,
		StandbyBackoff: coord.Backoff{First: 500 * time.Millisecond, Factor: 2, Cap: 4 * time.Second},
		IdleEviction:   12 * time.Hour, IdleLook: 30 * time.Minute, ShrinkAfter: time.Minute,
		ErrorTTL: 30 * time.Second, SmokeTimeout: 30 * time.Second, SmokeStep: 2 * time.Second,
		StableTimeout: 10 * time.Minute, WorkerSleep: 3 * time.Minute,
		HarnessBudget: 5 * time.Minute, HarnessTries: 4, HarnessPause: 200 * time.Millisecond,
		VerifyBackoff: coord.Backoff{First: 5 * time.Second, Factor: 2, Cap: time.Minute},
		CloseTimeout:  10 * time.Second, Visits: 3, Selections: 3, MaxToken: 64,
	}
}
