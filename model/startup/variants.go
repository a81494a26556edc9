package startup

import "fmt"

// Variant is a named set of switches.
type Variant struct {
	Name     string
	Switches Switches
	What     string // one line
}

// Variants lists the releases of rivet-dev/rivet in order, then what was proposed
// instead, a mutant that tests the tool, and two sets of fixes.
func Variants() []Variant {
	r0 := Switches{Prestart: PrestartNone, Memo: MemoPerCall, Readiness: ReadyBackground, Pool: PoolAfterReady}
	var r1 Switches
	with := func(s Switches, change func(*Switches)) Switches { change(&s); return s }
	r1b := with(r1, func(s *Switches) { s.Guard, s.AdvertiseFollows = GuardNotTest, true })
	r2 := with(r1b, func(s *Switches) { s.Guard = GuardRaw })
	r3 := with(r2, func(s *Switches) { s.Guard = GuardParsed })
	r3b := with(r3, func(s *Switches) { s.Signals, s.StartSetsConfig, s.PortWarn = SignalsCloseOnly, true, true })
	r4 := with(r3b, func(s *Switches) { s.Guard = GuardRawParsed })
	r5 := Switches{
		Core: CoreNative, Prestart: PrestartNone, Signals: SignalsDrainReraise, Pool: PoolRetryGate, SideCatch: true,
	}
	ledger := func(s *Switches) {
		s.SideCatch, s.MemoOnFailure, s.ModeClaim, s.PortPolicy = true, Clear, ClaimAtCall, BindAndRetry
	}
	return []Variant{
		{"r0", r0, "before #3834: the first call makes the server"},
		{"r1", r1, "#3834, 2.0.34: started early, by a timer"},
		{"r1b", r1b, "February 2026, 2.1.3: not under test; the advertised port follows"},
		{"r2", r2, "#4042: started early only if the raw configuration asks for a server"},
		{"r3", r3, "#4468: only if the parsed configuration does, looked at by the timer"},
		{"r3b", r3b, "#4475, #4477, #4489: closes its server on a signal; start fills in the configuration"},
		{"r4", r4, "#4527, 2.2.1: raw and parsed configuration"},
		{"r5", r5, "the rewrite of April 2026: native core, no early start"},
		{"r1-micro", with(r1, func(s *Switches) { s.Prestart = PrestartMicrotask }), "r1 with a microtask in the timer's place, as its review proposed"},
		{"r1-gap", with(r1, func(s *Switches) { s.AwaitGap = true }), "mutant of r1: an await between the look at the memo and its setting"},
		{"fix-ledger", with(r1, ledger), "r1, but failures are logged, forgotten and told to who caused them, and ports are bound, not probed"},
		{"fix-all", with(r1, func(s *Switches) {
			ledger(s)
			s.Guard, s.AdvertiseFollows, s.PortWarn, s.BindErrorHandled = GuardRawParsed, true, true, true
			s.EngineVersionCheck, s.StartReturns, s.ProbeTimeout = true, ReturnPromise, healthAbort
			s.PortPolicy, s.Pool = BindOrFail, PoolRetryGate
		}), "fix-ledger, and the port is bound or create fails, an engine is looked at, start returns its promise, the pool is tried again"},
	}
}

// Find returns the variant called name.
func Find(name string) (Variant, error) {
	for _, v := range Variants() {
		if v.Name == name {
			return v, nil
		}
	}
	return Variant{}, fmt.Errorf("find variant %q: there is none of that name", name)
}
