package hotreload

import "time"

// Variant is a named Config.
type Variant struct {
	Name   string
	Config Config
	What   string // one line
}

// Variants lists the builds, then the same promise logic on the hardened
// watcher side (suffix w), then each proposal on V2w, then the two halves of
// Bun #29740 on the old watcher side.
func Variants() []Variant {
	v0, v1, v2, v2r := releases()
	v1u, v1m := v1, v1
	v1u.DeferUnreported = true
	v1m.KeepNonEmptyMap = true
	v2rg := v2r
	v2rg.ResetErrors = true
	v2w := hardened(v2)
	out := []Variant{
		{"V0", v0, "1.3.13: never defers a reload"},
		{"V1", v1, "between #29393 and #29740: defers while the entry promise is pending"},
		{"V2", v2, "1.3.14: #29740: also defers while an error is not printed, keeps a map that has mappings"},
		{"V2r", v2r, "1.4.0: as V2, hardened watcher side, idle wait bounded to 1 s"},
		{"V2rG", v2rg, "1.4.5: V2r plus #34657: a reload clears the error counter"},
		{"V0w", hardened(v0), "V0 on the hardened watcher side"},
		{"V1w", hardened(v1), "V1 on the hardened watcher side"},
		{"V1w+U", hardened(v1u), "V1w plus the first half of #29740"},
		{"V1w+M", hardened(v1m), "V1w plus the second half of #29740"},
		{"V2w", v2w, "V2 on the hardened watcher side"},
	}
	out = append(out, proposals(v2w)...)
	return append(out,
		Variant{"V1+U", v1u, "V1 plus the first half of #29740"},
		Variant{"V1+M", v1m, "V1 plus the second half of #29740"},
	)
}

// releases makes the configurations of the builds.
func releases() (v0, v1, v2, v2r Config) {
	v0 = Config{
		LendFd:      true,
		CursorReset: true,
		CoalesceNs:  int64(100 * time.Microsecond),
		ParkBound:   defaultParkBound,
		Heartbeats:  true,
	}
	v1 = v0
	v1.DeferPending = true
	v1.ReportBy = ByGeneration
	v2 = v1
	v2.DeferUnreported = true
	v2.KeepNonEmptyMap = true
	v2r = hardened(v2)
	v2r.ParkBound = time.Second
	return v0, v1, v2, v2r
}

// hardened puts c on the watcher side of 1.4.
func hardened(c Config) Config {
	c.LendFd = false
	c.EvictFirst = true
	c.LockedLookup = true
	c.MainRecreate = true
	return c
}

// proposals puts each proposal around #29740 on base.
func proposals(base Config) []Variant {
	with := func(change func(*Config)) Config {
		c := base
		change(&c)
		return c
	}
	drain := func(quiet time.Duration) Config {
		return with(func(c *Config) { c.Coalesce, c.CoalesceNs, c.DedupHashes = DrainLoop, int64(quiet), true })
	}
	rule := func(r PendingRule) Config { return with(func(c *Config) { c.PendingRule = r }) }
	return []Variant{
		{"V2w+A", rule(PendingA), "#29549, first form: defers a pending promise iff a handle can settle it"},
		{"V2w+B", rule(PendingB), "#29549, 2026-05-04: drains microtasks and looks again"},
		{"V2w+C", rule(PendingC), "#29549: A without the idle loop's own timer"},
		{"V2w+D", rule(PendingD), "#29549, 5215594: C, and report() performs what was deferred"},
		{"V2w+E", rule(PendingE), "#29549, e86f538: D, and drains microtasks after the load was started"},
		{"V2w+F", rule(PendingF), "#38613: defers until the entry module is evaluating"},
		{"V2w+G", with(func(c *Config) { c.ResetErrors = true }), "#34657: a reload clears the error counter"},
		{"V2w+H", with(func(c *Config) { c.ReportInBeforeExit = true }), "#38638: reports inside the beforeExit loop"},
		{"V2w+I", drain(10 * time.Millisecond), "#30617: reads until 10 ms are quiet, names each file once"},
		{"V2w+I0", drain(0), "I without a wait: reads until there is nothing more"},
		{"V2w+I1", drain(time.Millisecond), "I with 1 ms"},
		{"V2w+I20", drain(20 * time.Millisecond), "I with 20 ms"},
	}
}
