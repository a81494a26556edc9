package depopt

import (
	"slices"
	"strconv"
	"time"
)

// The modules of the apps.
const (
	EntryWorker = "/worker"
	EntrySSR    = "/entry"
	EntryClient = "/main"
	PageComp    = "/comp"
	PageComp2   = "/comp2"
	ModuleLate  = "/late"
	ModuleNoise = "/noise"
)

// Shared is the source that dep-a, dep-b and dep-c share.
const Shared = "dep-shared"

// deps are the dependencies of the apps: dep-a, dep-b and dep-c share a source, the
// others share nothing.
func deps(more ...DepSource) []DepSource {
	out := []DepSource{
		{Name: "dep-a", Sources: []string{Shared}},
		{Name: "dep-b", Sources: []string{Shared}},
		{Name: "dep-c", Sources: []string{Shared}},
		{Name: "dep-x"}, {Name: "dep-y"}, {Name: "dep-lone"}, {Name: "bridge-dep"},
	}
	return append(out, more...)
}

// specs makes Specs of names in the module's own environment.
func specs(names ...string) []Spec {
	out := make([]Spec, len(names))
	for i, n := range names {
		out[i] = local(n)
	}
	return out
}

// BridgeImport says how the worker uses the bridge entry.
type BridgeImport uint8

// The ways of using the bridge entry.
const (
	LazyBridge   BridgeImport = iota // imported by the handler
	StaticBridge                     // the first static import of the worker
	NoBridge                         // not at all
)

// Bridge is the app BRIDGE: the worker answers a request for a page by importing it from
// ssr. comp2 is what /comp2 imports; nil: dep-b, dep-y, dep-a.
func Bridge(use BridgeImport, comp2 []string) *App {
	if comp2 == nil {
		comp2 = []string{"dep-b", "dep-y", "dep-a"}
	}
	main := Module{Name: EntryWorker, Static: specs("/rt", "/state")}
	main.Handler = []Step{{Op: OpEffect, Key: "hit"}}
	switch use {
	case LazyBridge:
		main.Handler = append(main.Handler, Step{Op: OpLazy, Spec: bridged("bridge-dep")})
	case StaticBridge:
		main.Static = append([]Spec{bridged("bridge-dep")}, main.Static...)
	}
	main.Handler = append(main.Handler, Step{Op: OpLazy, Spec: Spec{Page: true, Bridge: true}})
	return &App{
		Deps: deps(),
		Modules: []Module{
			main,
			{Name: "/rt"}, {Name: "/state"},
			{Name: PageComp, Static: specs("dep-a")},
			{Name: PageComp2, Static: specs(comp2...)},
			{Name: "/bg-b", Static: specs("dep-b")},
			{Name: "/bg-c", Static: specs("dep-c")},
			{Name: "/bg-lone", Static: specs("dep-lone")},
			{Name: ModuleNoise},
		},
		Include: map[string][]string{"ssr": {"bridge-dep", "dep-a", "dep-y"}},
		Scan:    map[string][]string{"ssr": {"dep-a"}},
	}
}

// Cascade is BRIDGE where /comp2 imports stages, each with a new dependency that shares
// a source with an included one which has not been loaded: at most 25.
// With old each stage imports that one too.
func Cascade(stages int, old bool) *App {
	a := Bridge(LazyBridge, nil)
	include := slices.Clone(a.Include["ssr"])
	var parts []Spec
	for i := range stages {
		n := string(rune('a' + i))
		shared, stage := "shared-"+n, "/stage-"+n
		a.Deps = append(a.Deps, DepSource{Name: "new-" + n, Sources: []string{shared}}, DepSource{Name: "old-" + n, Sources: []string{shared}})
		include = append(include, "old-"+n)
		m := Module{Name: stage, Static: specs("new-" + n)}
		if old {
			m.Static = append(m.Static, local("old-"+n))
		}
		a.Modules = append(a.Modules, m)
		parts = append(parts, local(stage))
	}
	a.find(PageComp2).Static = parts
	a.Include["ssr"] = include
	return a
}

func (a *App) find(name string) *Module {
	for i := range a.Modules {
		if a.Modules[i].Name == name {
			return &a.Modules[i]
		}
	}
	return nil
}

// SSR is the app SSR: one environment with an optimizer and a runner in process. late is
// what /late imports.
func SSR(late ...string) *App {
	return &App{
		Deps: deps(),
		Modules: []Module{
			{Name: EntrySSR, Static: specs("dep-a", "dep-x"), Handler: []Step{{Op: OpLazy, Spec: local(ModuleLate)}}},
			{Name: ModuleLate, Static: specs(late...)},
			{Name: "/bg-b", Static: specs("dep-b")},
			{Name: "/bg-c", Static: specs("dep-c")},
			{Name: "/bg-lone", Static: specs("dep-lone")},
			{Name: "/slow"},
		},
		Include: map[string][]string{"ssr": {"dep-a", "dep-x", "dep-y"}},
		Alias:   map[string]string{"alias-a": "dep-a"},
	}
}

// SSRLoaded is SSR where /entry has loaded some of the old dependencies.
func SSRLoaded(before []string, late ...string) *App {
	a := SSR(late...)
	a.find(EntrySSR).Static = specs(append([]string{"dep-x"}, before...)...)
	return a
}

// BridgeLoaded is BRIDGE where /comp has loaded some of the old dependencies.
func BridgeLoaded(before, comp2 []string) *App {
	a := Bridge(LazyBridge, comp2)
	a.find(PageComp).Static = specs(before...)
	return a
}

// SSRSlowEntry is SSR with an entry that takes long to load.
func SSRSlowEntry(load time.Duration, late ...string) *App {
	a := SSR(late...)
	a.find(EntrySSR).Slow.Load = load
	return a
}

// SSRSlowResolve is SSR where resolving an import of /late takes long, once.
func SSRSlowResolve(d time.Duration) *App {
	a := SSR("dep-y", "dep-a")
	late := a.find(ModuleLate)
	late.Static = append(late.Static, local("/slow"))
	a.find("/slow").Slow = Slow{Resolve: d, Once: true}
	return a
}

// SSRBurst is SSR with modules /burst-0, /burst-1, .. that each bring a dependency which
// shares with all others: at most 40.
func SSRBurst(count int) *App {
	a := SSR("dep-y", "dep-a")
	for i := range count {
		n := strconv.Itoa(i)
		a.Deps = append(a.Deps, DepSource{Name: "burst-" + n, Sources: []string{Shared}})
		a.Modules = append(a.Modules, Module{Name: "/burst-" + n, Static: specs("burst-" + n)})
	}
	return a
}

// Stateful is SSR with a runtime dependency that defines a request context when it is
// evaluated: /entry sets it, waits, and lets /late2 read it.
//
// With late it sets it after the wait.
func Stateful(wait time.Duration, late bool) *App {
	a := SSR("dep-y")
	a.Deps = append(a.Deps, DepSource{Name: "rt", Sources: []string{Shared}, Defines: true})
	a.Include["ssr"] = append(a.Include["ssr"], "rt")
	a.Modules = append(a.Modules,
		Module{Name: "/late2", Static: specs("rt"), Handler: []Step{{Op: OpGet, Key: contextKey}}},
		Module{Name: virtualState, Keeps: true},
	)
	entry := a.find(EntrySSR)
	entry.Static = append(entry.Static, local("rt"))
	set, pause := Step{Op: OpSet, Key: contextKey}, Step{Op: OpWait, For: wait}
	entry.Handler = []Step{set, pause, {Op: OpCall, Spec: local("/late2")}}
	if late {
		entry.Handler[0], entry.Handler[1] = pause, set
	}
	return a
}

// Client is the app CLIENT: a page in a browser. With lazy, /late also imports dep-y
// lazily. new is the dependency that /late brings: dep-b, or dep-lone.
func Client(lazy bool, new string) *App {
	late := Module{Name: ModuleLate, Static: specs("dep-a", new, "dep-x")}
	include := []string{"dep-a", "dep-x"}
	if lazy {
		late.Handler = []Step{{Op: OpLazy, Spec: local("dep-y")}}
		include = append(include, "dep-y")
	}
	return &App{
		Deps:    deps(),
		Modules: []Module{{Name: EntryClient, Static: specs("dep-a", "dep-x")}, late},
		Include: map[string][]string{"client": include},
	}
}
