package hotreload

import (
	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim"
)

// asVariant is the value of a switch that is left as the variant has it.
const asVariant = "variant"

// aSwitch is a switch of a build that can be flipped by itself, as a parameter.
type aSwitch struct {
	name    string
	options []string
}

// switches are all that a build is made of. They are only pinned, never explored:
// what they do is the difference between variants.
var switches = makeSwitches()

func makeSwitches() []aSwitch {
	var all []aSwitch
	for _, name := range []string{
		"DeferPending", "DeferUnreported", "KeepNonEmptyMap", "LendFd", "EvictFirst", "LockedLookup", "MainRecreate",
		"ResetErrors", "ReportInBeforeExit", "WatchBeforeRead", "CursorReset", "DedupHashes",
		"RegisteredIndex", "Reregister", "AwaitRecreate", "LateArm", "ZeroWait",
	} {
		all = append(all, aSwitch{name, []string{asVariant, "false", "true"}})
	}
	return append(all,
		aSwitch{"PendingRule", []string{asVariant, "always", "A", "B", "C", "D", "E", "F"}},
		aSwitch{"ReportBy", []string{asVariant, "flag", "generation"}},
		aSwitch{"Coalesce", []string{asVariant, "one-extra", "drain-loop"}},
		aSwitch{"CoalesceNs", []string{asVariant, "0", "100000", "1000000", "10000000", "20000000"}},
		aSwitch{"ParkBound", []string{asVariant, "1s", "240s"}},
		aSwitch{"Overflow", []string{asVariant, "ignored", "shutdown", "reloads"}},
		aSwitch{"RefillLimit", []string{asVariant, "0", "8"}},
	)
}

// flip applies the switches that are pinned.
func flip(w *sim.World, cfg *model.Config) {
	for i := range switches {
		s := &switches[i]
		if v := w.Draw().Option(s.name, s.options...); v != asVariant {
			if err := cfg.Set(s.name, v); err != nil {
				w.Mistake("%w", err)
			}
		}
	}
}

// linkHops are the microtasks between fetch and evaluation, the usual number first
// (observed on Bun 1.3.14: 2 to 12).
var linkHops = []string{"3", "2", "5", "12"}

// phases are the times from the last fast heartbeat to the first slow one: the slow
// timer's phase is whatever it happens to be.
var phases = []string{"1s", "100ms", "500ms"}

// onOff are the values of a switch that is on unless somebody says otherwise.
var onOff = []string{"on", "off"}

// params documents what newWorld draws, and more.
func params(more ...sim.ParamDoc) []sim.ParamDoc {
	docs := append([]sim.ParamDoc{
		{Label: "fetchInCall", Doc: "the entry is read inside the reload call", Options: []string{"false", "true"}},
		{Label: "linkHops", Doc: "microtasks between fetch and evaluation", Options: linkHops},
		{Label: "heartbeats", Doc: "the garbage collector's timer wakes the event loop", Options: onOff},
		{Label: "heartbeatPhase", Doc: "when the slow heartbeat begins", Options: phases},
	}, more...)
	for _, s := range switches {
		docs = append(docs, sim.ParamDoc{Label: s.name, Doc: "a switch of the build; only pinned, never explored", Options: s.options})
	}
	return docs
}

// Parameters that several scenarios draw.
var (
	largeParam   = sim.ParamDoc{Label: "large", Doc: "the file has 2 MB", Options: []string{"false", "true"}}
	visibleParam = sim.ParamDoc{Label: "visible", Doc: "in how many parts a large write becomes visible", Options: visibleParts}
	cacheParam   = sim.ParamDoc{Label: "cache", Doc: "what the transpile cache does", Options: caches}
	planParam    = sim.ParamDoc{Label: "plan", Doc: "how the file is saved", Options: plans}
)

// savesParam and fullParam are what drawSaves draws.
var (
	savesParam = sim.ParamDoc{Label: "saves", Doc: "how many saves"}
	fullParam  = sim.ParamDoc{Label: "full", Doc: "as many saves as upstream's test makes, or 20; only pinned", Options: []string{"no", "yes"}}
)

// drawSaves draws the number of saves: few where orders are explored, for each save can
// go wrong in the same ways, and as many as in reality where rates are estimated.
func drawSaves(w *sim.World, most, full int) int {
	n := w.Draw().Int("saves", 1, most)
	if w.Draw().Option("full", "no", "yes") == "yes" {
		return full
	}
	return n
}

// visibleParts are the steps in which a write's bytes become visible.
var visibleParts = []string{"1", "2", "4"}

// caches are the states of the transpile cache.
var caches = []string{"hit", "miss", "off"}

// drawLarge draws the size of the file and, if it is large, in how many steps a write of
// it becomes visible.
func (h *hotWorld) drawLarge() bool {
	large := h.w.Draw().Bool("large")
	if large {
		h.drawVisible()
	}
	return large
}

// drawVisible draws in how many steps a large write becomes visible.
func (h *hotWorld) drawVisible() {
	h.disk.Parts = int(h.w.Draw().Pick("visible", visibleParts...)[0] - '0')
}

// drawCache draws what the transpile cache does.
func (h *hotWorld) drawCache() {
	if err := h.cfg.Set("Cache", h.w.Draw().Pick("cache", caches...)); err != nil {
		h.w.Mistake("%w", err)
	}
}
