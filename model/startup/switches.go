package startup

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Switches are the decisions of the logic, one field each. The zero value is RivetKit
// as of #3834 (2.0.34), r1. Every combination runs.
type Switches struct {
	// Prestart says what the constructor does before anybody calls.
	Prestart Prestart
	// Guard says when the pre-emptive start is left out.
	Guard Guard
	// Memo says whether the calls of a registry share one runtime.
	Memo Memo
	// MemoOnFailure says what becomes of the shared promise when create fails.
	MemoOnFailure OnFailure
	// AwaitGap puts one await between the look at the shared promise and its setting: a
	// mutant, to see that a double creation would be found.
	AwaitGap bool
	// SideCatch gives the promises that are derived inside the library a rejection
	// handler, which logs.
	SideCatch bool
	// Readiness says whether a call waits for the server.
	Readiness Readiness
	// StartReturns says what startRunner and start return.
	StartReturns StartReturns
	// StartSetsConfig lets start fill in publicDir and serveManager (#4475, #4477).
	StartSetsConfig bool
	// ModeClaim says when a call claims its mode.
	ModeClaim ModeClaim
	// PortPolicy says how the manager gets its port.
	PortPolicy PortPolicy
	// BindErrorHandled lets create wait for the listening or the error event.
	BindErrorHandled bool
	// PortWarn warns when the port is not the one that was asked for (#4489).
	PortWarn bool
	// AdvertiseFollows makes the advertised endpoint name the port that was chosen.
	AdvertiseFollows bool
	// ProbeTimeout bounds the first look for an engine. 0: no bound but that of the
	// HTTP client.
	ProbeTimeout time.Duration
	// EngineVersionCheck refuses to adopt an engine of another version.
	EngineVersionCheck bool
	// Signals says what the library does about SIGTERM and SIGINT.
	Signals Signals
	// Pool says how the serverless pool is configured.
	Pool Pool
	// Core says which implementation runs.
	Core Core
}

// Prestart says how the server is started before anybody calls.
type Prestart uint8

// The ways to start early.
const (
	PrestartTimer     Prestart = iota // setTimeout(f, 0) in the constructor (#3834)
	PrestartNone                      // never
	PrestartMicrotask                 // queueMicrotask, as the review of #3834 proposed
)

// Guard says which registries are not started early.
type Guard uint8

// The guards.
const (
	GuardAlways    Guard = iota // all are
	GuardNotTest                // not if NODE_ENV is test
	GuardRaw                    // only if the raw configuration says serveManager or spawnEngine, at construction (#4042)
	GuardParsed                 // only if the parsed one does, looked at by the timer (#4468)
	GuardRawParsed              // both (#4527)
)

// Memo says whether there is one runtime for a registry.
type Memo uint8

// The kinds of memo.
const (
	MemoPromise Memo = iota // one promise for all calls, set in the same segment as it is looked at
	MemoPerCall             // handler keeps one runtime, every startRunner makes another
)

// OnFailure says what becomes of the shared promise of a create that failed.
type OnFailure uint8

// What a failed create leaves.
const (
	Retain OnFailure = iota // it stays, and every later call fails like the first
	Clear                   // it is unset: the next call tries again
)

// Readiness says whether a call waits for the server.
type Readiness uint8

// The kinds of readiness.
const (
	ReadyAwaited    Readiness = iota
	ReadyBackground           // the runtime is there at once, its server later
)

// StartReturns says what startRunner and start return.
type StartReturns uint8

// What they return.
const (
	ReturnNothing StartReturns = iota
	ReturnPromise              // of the runtime's start
)

// ModeClaim says when a call claims its mode.
type ModeClaim uint8

// When a mode is claimed.
const (
	ClaimLate   ModeClaim = iota // when the runtime is there
	ClaimAtCall                  // by the call, which gets the conflict itself
)

// PortPolicy says how the manager gets its port.
type PortPolicy uint8

// The port policies.
const (
	ProbeThenBind PortPolicy = iota // look for a free one, bind it later
	BindAndRetry                    // bind, and on failure the next one
	BindOrFail                      // bind the one that was asked for, or throw from create
)

// Signals says what the library does about SIGTERM and SIGINT.
type Signals uint8

// What is done about signals.
const (
	SignalsNone         Signals = iota
	SignalsCloseOnly            // close the server, nothing else; not in production (#4489)
	SignalsDrainReraise         // drain, remove the handlers, raise the signal again
)

// Pool says how the serverless pool is configured.
type Pool uint8

// The ways to configure a pool.
const (
	PoolOnce       Pool = iota // in the background, once; a failure is one error line
	PoolAfterReady             // after the server is there, once
	PoolRetryGate              // when a request needs it, with retries, shared while under way
)

// Core says which implementation runs.
type Core uint8

// The cores.
const (
	CoreTS     Core = iota
	CoreNative      // the rewrite of April 2026
)

// enumValues are the names of the values of a switch that is no number and no flag.
func enumValues(name string) []string {
	switch name {
	case "prestart":
		return []string{"timer", "none", "microtask"}
	case "guard":
		return []string{"always", "not-test", "raw", "parsed", "raw+parsed"}
	case "memo":
		return []string{"promise", "per-call"}
	case "memoOnFailure":
		return []string{"retain", "clear"}
	case "readiness":
		return []string{"awaited", "background"}
	case "startReturns":
		return []string{"nothing", "promise"}
	case "modeClaim":
		return []string{"late", "at-call"}
	case "portPolicy":
		return []string{"probe-then-bind", "bind-and-retry", "bind-or-fail"}
	case "signals":
		return []string{"none", "close-only", "drain-reraise"}
	case "pool":
		return []string{"once", "after-ready", "retry-gate"}
	case "core":
		return []string{"ts", "native"}
	}
	return nil
}

// SwitchNames lists the switches by name.
func SwitchNames() []string {
	return []string{
		"prestart", "guard", "memo", "memoOnFailure", "awaitGap", "sideCatch", "readiness", "startReturns", "startSetsConfig", "modeClaim",
		"portPolicy", "bindErrorHandled", "portWarn", "advertiseFollows", "probeTimeoutMs", "engineVersionCheck", "signals", "pool", "core",
	}
}

// SwitchValues lists the values of a switch by name, that of r1 first. Of
// probeTimeoutMs, which is any number, it lists two.
func SwitchValues(name string) []string {
	if values := enumValues(name); values != nil {
		return values
	}
	if name == "probeTimeoutMs" {
		return []string{"0", "1000"}
	}
	return []string{"false", "true"}
}

// Set sets the switch called name from text.
func (s *Switches) Set(name, value string) error {
	if err := s.set(name, value); err != nil {
		return fmt.Errorf("set switch %q: %w", name, err)
	}
	return nil
}

func (s *Switches) set(name, value string) error {
	if p := s.enum(name); p != nil {
		i := slices.Index(enumValues(name), value)
		if i < 0 {
			return fmt.Errorf("%q is none of %s", value, strings.Join(enumValues(name), ", "))
		}
		*p = uint8(i)
		return nil
	}
	if p := s.flag(name); p != nil {
		v, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		*p = v
		return nil
	}
	if name == "probeTimeoutMs" {
		ms, err := strconv.Atoi(value)
		if err != nil || ms < 0 {
			return fmt.Errorf("%q is no number of milliseconds", value)
		}
		s.ProbeTimeout = time.Duration(ms) * time.Millisecond
		return nil
	}
	return fmt.Errorf("no such switch; there are %s", strings.Join(SwitchNames(), ", "))
}

// enum is the field of a switch with named values, or nil.
func (s *Switches) enum(name string) *uint8 {
	switch name {
	case "prestart":
		return (*uint8)(&s.Prestart)
	case "guard":
		return (*uint8)(&s.Guard)
	case "memo":
		return (*uint8)(&s.Memo)
	case "memoOnFailure":
		return (*uint8)(&s.MemoOnFailure)
	case "readiness":
		return (*uint8)(&s.Readiness)
	case "startReturns":
		return (*uint8)(&s.StartReturns)
	case "modeClaim":
		return (*uint8)(&s.ModeClaim)
	case "portPolicy":
		return (*uint8)(&s.PortPolicy)
	case "signals":
		return (*uint8)(&s.Signals)
	case "pool":
		return (*uint8)(&s.Pool)
	case "core":
		return (*uint8)(&s.Core)
	}
	return nil
}

// flag is the field of a switch that is on or off, or nil.
func (s *Switches) flag(name string) *bool {
	switch name {
	case "awaitGap":
		return &s.AwaitGap
	case "sideCatch":
		return &s.SideCatch
	case "startSetsConfig":
		return &s.StartSetsConfig
	case "bindErrorHandled":
		return &s.BindErrorHandled
	case "portWarn":
		return &s.PortWarn
	case "advertiseFollows":
		return &s.AdvertiseFollows
	case "engineVersionCheck":
		return &s.EngineVersionCheck
	}
	return nil
}
