package depopt

import "time"

// App is an application: modules as the author wrote them, and the dependencies that
// they use. It does not change during a run, and may be used by many.
type App struct {
	Modules []Module
	Deps    []DepSource         // at most 64
	Include map[string][]string // by environment: the dependencies that are bundled from the start
	Scan    map[string][]string // by environment: those that the scan finds
	Alias   map[string]string   // other names of dependencies

	layouts map[layoutKey]*Layout
	index   map[string]int // of a dependency, by name
	modules map[string]*Module
}

// Module is a module that the author wrote.
type Module struct {
	Name    string
	Static  []Spec
	Handler []Step // what it does with a request; nil: nothing
	Slow    Slow   // what takes longer than the profile says
	// Keeps says that the module holds the map in which framework state is defined.
	Keeps bool

	own []string // its source: itself
}

// Slow are extra durations; 0 is none. A timer's lateness comes on top.
type Slow struct {
	Resolve, Load, Transform, Eval time.Duration
	Once                           bool // only the first time
}

// Spec is what an import says: a module's path, a dependency's name, or either in
// the other environment.
type Spec struct {
	Name   string
	Bridge bool // `ssr:`
	// Page stands for the page that the request asks for.
	Page bool
}

// DepSource is a dependency as it is published: what its bundle is made of.
type DepSource struct {
	Name    string
	Sources []string // besides its own, which has its name: shared ones may move into chunks
	Imports []Spec   // modules outside the bundle
	// Defines says that it calls define at evaluation, on the map of Config.State.
	Defines bool
	// GuessInterop is what a discovery assumes, Interop what bundling finds.
	GuessInterop, Interop bool
}

// Op is what a step of a handler does.
type Op uint8

// The steps of handlers.
const (
	OpLazy   Op = iota // import Spec, and use it for the response
	OpCall             // import Spec, and run its handler
	OpSet              // ctx.set: what the request carries, under Key
	OpGet              // ctx.get Key
	OpEffect           // something that must not happen twice, called Key
	OpWait             // wait For
)

// Step is one step of a handler.
type Step struct {
	Op   Op
	Spec Spec
	Key  string
	For  time.Duration
}

// source and bridged make Specs.
func local(name string) Spec   { return Spec{Name: name} }
func bridged(name string) Spec { return Spec{Name: name, Bridge: true} }

// prepare makes the indices.
func (a *App) prepare() {
	if a.index != nil {
		return
	}
	a.layouts = make(map[layoutKey]*Layout)
	a.index = make(map[string]int)
	a.modules = make(map[string]*Module)
	for i := range a.Deps {
		a.index[a.Deps[i].Name] = i
	}
	for i := range a.Modules {
		m := &a.Modules[i]
		m.own = []string{m.Name}
		a.modules[m.Name] = m
	}
}

// dep is the index of a dependency; aliases are not followed.
func (a *App) dep(name string) (int, bool) {
	i, ok := a.index[name]
	return i, ok
}

// Module is the module of that name; nil if there is none.
func (a *App) Module(name string) *Module { return a.modules[name] }
