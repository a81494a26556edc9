package depopt

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config are the switches of the system: what a release does, and what a fix adds.
// They are independent; every combination runs. The zero Config is Vite before 7.1.3
// without any fix.
type Config struct {
	// Ghost (a): the bridge gives a name that is a key of the optimized dependencies
	// its current version itself, and does not leave that to the graph's cache.
	Ghost bool
	// Graph (b1): a full reload of ssr also invalidates the graphs of worker and ssr.
	Graph bool
	// Send (b2): a full reload of ssr is also sent to the worker's runner.
	Send bool
	// Retry: a middleware answers a stale error by waiting for quiet, and 307.
	Retry bool
	// Evict: invalidating a graph empties its maps too (upstream's attempt 48).
	Evict bool
	// ClearInflight: a full reload also forgets which fetches are in flight.
	// Hypothetical.
	ClearInflight bool
	// InitGuard: what is discovered before the optimizer is initialized schedules
	// nothing (Vite 8.1.4).
	InitGuard bool
	// BridgeBackoff: the bridge asks again for what is stale, after 100, 200, ..
	// 1600 ms.
	BridgeBackoff bool

	State    Placement
	Gate     Gate
	Naming   Naming
	Position Position

	// BridgeDelay is how long the bridge waits before each fetch. 0: not at all.
	BridgeDelay time.Duration
	// Quiet is how long no transform may happen before a stale request is sent back.
	// 0 answers at once.
	Quiet time.Duration
	// SplitRename: the directory of bundles is absent between two steps of the commit,
	// as on Windows. Not measured.
	SplitRename bool
	// WarmCache: a valid cache of what is included is there at the start.
	WarmCache bool
	// PreTransform: the environment client transforms static imports ahead. Vite does.
	PreTransform bool
	// BundleTime is how long bundling takes, instead of what the profile says. 0: as
	// the profile says.
	BundleTime time.Duration
	// FailBundle is which bundle fails, counted from 1 in each environment. 0: none.
	FailBundle int
}

// Placement says where framework state lives.
type Placement uint8

// The placements of framework state.
const (
	// Prebundle: in a source module inside an optimized dependency.
	Prebundle Placement = iota
	// Virtual: in a module of its own, external to the optimizer, without a version.
	Virtual
	// Global: held by the runtime, outside all modules.
	Global
)

// String is the name of the placement.
func (p Placement) String() string { return pick(int(p), "prebundle", "virtual", "global") }

// Position says where the retry middleware is registered.
type Position uint8

// The positions of the retry middleware, relative to the handler that dispatches.
const (
	After Position = iota
	Before
)

// String is the name of the position.
func (p Position) String() string { return pick(int(p), "after", "before") }

// quietTime is how long upstream waits for quiet.
const quietTime = 500 * time.Millisecond

// pick is names[i], or a number.
func pick(i int, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%d", i)
}

// Default is the toolchain vite-7.1.11 without any fix.
func Default() Config {
	return Config{Gate: Strict, Naming: Content, Quiet: quietTime, PreTransform: true}
}

// fixes are the steps of upstream's work on the problem (RedwoodSDK #832), the merged
// one first, and what each switched on.
var fixes = []struct {
	name string
	set  func(*Config)
}{
	{"after-832", func(c *Config) { c.Ghost, c.Graph, c.Send, c.Retry, c.State = true, true, true, true, Virtual }},
	{"before-832", func(*Config) {}},
	{"attempt-27", func(c *Config) { c.Graph, c.Send, c.Retry, c.Quiet = true, true, true, 0 }},
	{"attempt-31", func(c *Config) { c.BridgeDelay = 2000 * time.Millisecond }},
	{"attempt-47", func(c *Config) { c.Graph, c.Send = true, true }},
	{"attempt-48", func(c *Config) { c.Graph, c.Send, c.Evict = true, true, true }},
	{"attempt-49", func(c *Config) { c.Ghost, c.Graph, c.Send = true, true, true }},
	{"attempt-51", func(c *Config) { c.Ghost, c.Graph, c.Send, c.BridgeBackoff = true, true, true, true }},
}

// Variants names the steps of upstream's work, the merged fix first.
func Variants() []string {
	var out []string
	for _, f := range fixes {
		out = append(out, f.name)
	}
	return out
}

// Find is the configuration of a variant, with the toolchain vite-7.1.11.
func Find(variant string) (Config, error) {
	c := Default()
	for _, f := range fixes {
		if f.name == variant {
			f.set(&c)
			return c, nil
		}
	}
	return c, fmt.Errorf("variant %q: there is none of that name; known are %s", variant, strings.Join(Variants(), ", "))
}

// toolchains are releases of the tools below.
var toolchains = []struct {
	name      string
	gate      Gate
	naming    Naming
	initGuard bool
}{
	{"vite-7.1.11", Strict, Content, false},
	{"vite-7.1.2", Unversioned, Content, false},
	{"vite-8.1.3", Strict, Stable, false},
	{"vite-8.1.4", Strict, Stable, true},
	{"vite-8.3.8", Strict, Stable, true},
	{"cf-2026", Ignore, Stable, true},
}

// Toolchains names the toolchains, the default first.
func Toolchains() []string {
	var out []string
	for _, t := range toolchains {
		out = append(out, t.name)
	}
	return out
}

// Switches names what Set knows: all that a fix or a toolchain may change.
func Switches() []string {
	return []string{
		"ghost", "graph", "send", "retry", "evict", "clearInflight", "initGuard", "bridgeBackoff",
		"state", "gate", "naming", "position",
	}
}

// SwitchValues are the values of a switch, the zero value first.
func SwitchValues(name string) []string {
	switch name {
	case "state":
		return []string{"prebundle", "virtual", "global"}
	case "gate":
		return []string{"strict", "unversioned", "ignore"}
	case "naming":
		return []string{"content", "stable"}
	case "position":
		return []string{"after", "before"}
	}
	return []string{"false", "true"}
}

// Set sets a switch, or the toolchain, by name.
func (c *Config) Set(name, value string) error {
	if name == "toolchain" {
		for _, t := range toolchains {
			if t.name == value {
				c.Gate, c.Naming, c.InitGuard = t.gate, t.naming, t.initGuard
				return nil
			}
		}
		return fmt.Errorf("set toolchain %q: known are %s", value, strings.Join(Toolchains(), ", "))
	}
	if !slices.Contains(Switches(), name) {
		return fmt.Errorf("set switch %q: there is none of that name; known are %s", name, strings.Join(Switches(), ", "))
	}
	i := slices.Index(SwitchValues(name), value)
	if i < 0 {
		return fmt.Errorf("set switch %s to %q: it can be %s", name, value, strings.Join(SwitchValues(name), ", "))
	}
	switch name {
	case "state":
		c.State = Placement(i)
	case "gate":
		c.Gate = Gate(i)
	case "naming":
		c.Naming = Naming(i)
	case "position":
		c.Position = Position(i)
	default:
		*c.flag(name) = i == 1
	}
	return nil
}

// Get is the value of a switch by name.
func (c *Config) Get(name string) string {
	switch name {
	case "state":
		return c.State.String()
	case "gate":
		return c.Gate.String()
	case "naming":
		return c.Naming.String()
	case "position":
		return c.Position.String()
	}
	if f := c.flag(name); f != nil && *f {
		return "true"
	}
	return "false"
}

// flag is a switch that is on or off.
func (c *Config) flag(name string) *bool {
	switch name {
	case "ghost":
		return &c.Ghost
	case "graph":
		return &c.Graph
	case "send":
		return &c.Send
	case "retry":
		return &c.Retry
	case "evict":
		return &c.Evict
	case "clearInflight":
		return &c.ClearInflight
	case "initGuard":
		return &c.InitGuard
	case "bridgeBackoff":
		return &c.BridgeBackoff
	}
	return nil
}
