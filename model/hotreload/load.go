package hotreload

// load is one generation of the program: the chain of microtasks that fetches,
// links and evaluates the entry module and what it imports, and the promise
// that the chain settles. A load that has been replaced goes on; only nobody
// holds its promise any more.
type load struct {
	s   *System
	gen uint32

	// The promise.
	state      PromiseState
	err        *Error
	evaluating bool
	printed    bool // the flag of ByFlag

	phase   phase
	hops    int       // left of the phase linking
	waiting int       // modules that the transpiler has
	modules []*Module // the entry first, then imports as they were found
	count   int       // how many of modules are in use
	order   []*Module // of evaluation
	next    int       // in order

	step func() // advance, bound once
}

type phase uint8

const (
	fetching phase = iota
	linking
	evaluation
)

// newLoad takes a load from those of earlier runs, or makes one.
func (s *System) newLoad() *load {
	if s.used == len(s.loads) {
		l := &load{s: s}
		l.step = l.advance
		s.loads = append(s.loads, l)
	}
	l := s.loads[s.used]
	s.used++
	l.gen, l.state, l.err = s.g, Pending, nil
	l.evaluating, l.printed = false, false
	l.phase, l.hops, l.waiting = fetching, s.cfg.LinkHops, 0
	l.count, l.order, l.next = 0, l.order[:0], 0
	return l
}

// module adds a module to the load, or returns nil if the load has it already.
func (l *load) module(path string) *Module {
	for _, m := range l.modules[:l.count] {
		if m.path == path {
			return nil
		}
	}
	if l.count == len(l.modules) {
		l.modules = append(l.modules, &Module{})
	}
	m := l.modules[l.count]
	l.count++
	*m = Module{load: l, path: path}
	return m
}

// startLoad makes a pending promise the entry promise and starts the chain
// that settles it.
func (s *System) startLoad() {
	l := s.newLoad()
	s.promise = l
	s.probe.LoadStarted(l.gen)
	if s.cfg.FetchInCall {
		l.fetchEntry()
		return
	}
	s.Deps.Microtasks.Enqueue(l.step)
}

// advance is one microtask of the chain.
func (l *load) advance() {
	switch l.phase {
	case fetching:
		l.fetchEntry()
	case linking:
		l.s.j.p.Step("hop")
		if l.hops--; l.hops == 0 {
			l.phase = evaluation
		}
		l.s.Deps.Microtasks.Enqueue(l.step)
	case evaluation:
		l.evaluate()
	}
}

func (l *load) fetchEntry() {
	m := l.module(l.s.cfg.Main)
	if err := l.s.j.fetch(m); err != nil {
		l.settle(err)
		l.s.loadDone()
		return
	}
	l.requestImports(m)
	l.linkIfReady()
}

// requestImports sends the modules that m imports to the transpiler.
func (l *load) requestImports(m *Module) {
	for _, path := range m.unit.Imports {
		if dep := l.module(path); dep != nil {
			l.waiting++
			l.s.jobs++
			l.s.Deps.Jobs.Push(Job{module: dep})
		}
	}
}

// moduleArrived takes a module back from the transpiler. The chain of a module
// that was dropped as stale ends here, unsettled: its promise was replaced. A
// module that fails rejects the load at once, whatever else is under way.
func (s *System) moduleArrived(t Task) {
	l := t.module.load
	s.jobs--
	l.waiting--
	switch {
	case t.stale || l.state != Pending:
	case t.err != nil:
		l.settle(t.err)
		s.loadDone()
	default:
		l.requestImports(t.module)
		l.linkIfReady()
	}
}

func (l *load) linkIfReady() {
	if l.waiting == 0 {
		l.phase = linking
		l.s.Deps.Microtasks.Enqueue(l.step)
	}
}

// evaluate runs the modules, imports before those that import them.
func (l *load) evaluate() {
	s := l.s
	l.evaluating = true
	if l.gen == 0 {
		s.j.p.Step("preeval.first")
	} else {
		s.j.p.Step("preeval")
	}
	l.place(l.modules[0])
	s.probe.EvaluateStarted(l.gen)
	l.evaluateNext()
	s.loadDone()
}

// place appends m to the order of evaluation, after what it imports.
func (l *load) place(m *Module) {
	m.ordered = true
	for _, path := range m.unit.Imports {
		for _, dep := range l.modules[:l.count] {
			if dep.path == path && !dep.ordered {
				l.place(dep)
			}
		}
	}
	l.order = append(l.order, m)
}

func (l *load) evaluateNext() {
	m := l.order[l.next]
	l.next++
	l.s.j.p.Step("eval")
	l.s.probe.TopLevel(l.gen, m.path, false)
	if m.unit.Program == nil {
		m.Fulfil()
		return
	}
	m.unit.Program(m)
}

// moduleSettled goes on with the next module, or settles the promise.
func (l *load) moduleSettled(m *Module, err *Error) {
	if m.settled {
		return
	}
	m.settled = true
	if err == nil && l.next < len(l.order) {
		l.evaluateNext()
		return
	}
	l.settle(err)
}

// settle fulfils the promise, or rejects it with err.
func (l *load) settle(err *Error) {
	l.state, l.err = Fulfilled, err
	if err != nil {
		l.state = Rejected
	}
	l.s.probe.Settled(l.gen, err, l.s.promise == l)
}
