package program

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// Machine runs one program on one loop.
type Machine struct {
	Loop *jsloop.Loop
	// Log is what the program printed; Exit the code given to its exit event, or that
	// of the process if there was none.
	Log  []string
	Exit int
	// Code is the exit code of the process.
	Code int
	// Err names what the interpreter does not know.
	Err error

	on        map[string][]Stmt
	emitted   map[string]int
	scale     float64
	promises  map[string]jsloop.Value
	timers    map[string]*jsloop.Timer
	immediate map[string]*jsloop.Immediate
	deferred  map[string]*deferred
}

type deferred struct {
	p       *jsloop.Promise
	resolve func(jsloop.Value)
	reject  func(error)
}

// Options says how to run a program.
type Options struct {
	Flavour jsloop.Flavour
	Scale   float64 // of milliseconds above 1; 0 is 1
	Now     func() time.Duration
	Pool    *coro.Pool
}

// scope is what a function body sees.
type scope struct {
	x       jsloop.Value // the variable x
	a       *jsloop.Async
	resolve func(jsloop.Value) // of the innermost new Promise
	reject  func(error)
}

// inner is the scope of a function in s, whose x is v.
func (s *scope) inner(v jsloop.Value) *scope {
	return &scope{x: v, resolve: s.resolve, reject: s.reject}
}

// Load makes a machine with r as main script.
func Load(r *Recording, o Options) *Machine {
	m := &Machine{on: r.On, emitted: map[string]int{}, scale: o.Scale, promises: map[string]jsloop.Value{}, timers: map[string]*jsloop.Timer{},
		immediate: map[string]*jsloop.Immediate{}, deferred: map[string]*deferred{}}
	if m.scale == 0 {
		m.scale = 1
	}
	cfg := jsloop.Config{Now: o.Now, Flavour: o.Flavour, Pool: o.Pool}
	if r.Entry == "esm" {
		cfg.Entry = jsloop.ESM
	}
	told := false
	cfg.OnExit = func(code int) {
		m.Exit, told = code, true
	}
	cfg.OnEnd = func(code int) {
		if m.Code = code; !told {
			m.Exit = code
		}
	}
	if r.On["beforeExit"] != nil {
		cfg.OnBeforeExit = func(code int) { m.listen("beforeExit", "BE"+strconv.Itoa(code)) }
	}
	if r.Handlers == "both" {
		cfg.OnUnhandledRejection = func(reason error, _ *jsloop.Promise) { m.listen("unhandledRejection", "UR:"+Format(reason)) }
	}
	if r.Handlers != "none" {
		cfg.OnUncaughtException = func(reason error, from jsloop.Origin) {
			mark := ""
			if from == jsloop.FromRejection {
				mark = "!"
			}
			m.listen("uncaughtException", "UE:"+Format(reason)+mark)
		}
		cfg.OnRejectionHandled = func(*jsloop.Promise) { m.listen("rejectionHandled", "RH") }
	}
	m.Loop = jsloop.New(cfg)
	top := &scope{}
	if r.Entry == "esm" && Awaits(r.Body) {
		m.Loop.MainAsync(func(a *jsloop.Async) error {
			top.a = a
			_, _, err := m.exec(r.Body, top)
			return err
		})
		return m
	}
	m.Loop.Main(m.callback(r.Body, top))
	return m
}

func (m *Machine) log(s string) { m.Log = append(m.Log, s) }

// listen is a listener of a process event.
func (m *Machine) listen(event, line string) {
	m.log(line)
	if m.emitted[event]++; m.emitted[event] <= 2 {
		m.callback(m.on[event], &scope{})()
	}
}

func (m *Machine) unsupported(format string, args ...any) {
	if m.Err == nil {
		m.Err = fmt.Errorf(format, args...)
	}
}

// callback is a function whose result nobody sees.
func (m *Machine) callback(body []Stmt, s *scope) func() {
	return func() {
		if _, _, err := m.exec(body, s); err != nil {
			jsloop.Throw(err)
		}
	}
}

// fn makes a callback that has a scope of its own each time.
func (m *Machine) fn(body []Stmt, s *scope) func() {
	return func() { m.callback(body, s.inner(nil))() }
}

// exec runs statements; returned says whether one of them was a return.
func (m *Machine) exec(body []Stmt, s *scope) (v jsloop.Value, returned bool, err error) {
	for i := range body {
		v, returned, err = m.stmt(&body[i], s)
		if returned || err != nil {
			return v, returned, err
		}
	}
	return nil, false, nil
}

func (m *Machine) stmt(st *Stmt, s *scope) (v jsloop.Value, returned bool, err error) {
	switch st.T {
	case "log":
		m.log(strconv.Itoa(*st.ID))
	case "logx":
		m.logx(*st.ID, s.x)
	case "return":
		v, err = m.eval(st.P, s)
		return v, err == nil, err
	case "throw":
		return nil, false, Error(st.E)
	case "await":
		return nil, false, m.await(st, s)
	case "forawait":
		return nil, false, m.forAwait(st, s)
	case "try":
		return m.try(st, s)
	case "chain", "expr", "async", "resolve", "reject", "res", "rej":
		return nil, false, m.promiseStmt(st, s)
	default:
		m.schedule(st, s)
	}
	return nil, false, nil
}

// schedule runs the statements that hand a callback to the loop.
func (m *Machine) schedule(st *Stmt, s *scope) {
	l := m.Loop
	switch st.T {
	case "microtask":
		l.QueueMicrotask(m.fn(st.Body, s))
	case "tick":
		l.NextTick(m.fn(st.Body, s))
	case "immediate":
		m.immediate[st.H] = l.SetImmediate(m.fn(st.Body, s))
	case "timeout":
		m.timers[st.H] = l.SetTimeout(m.fn(st.Body, s), m.ms(st.MS))
	case "interval":
		m.interval(st, s)
	case "clear":
		if st.Kind == "immediate" {
			l.ClearImmediate(m.immediate[st.H])
		} else {
			l.ClearTimeout(m.timers[st.H])
		}
	case "close":
		l.CloseHandle(m.fn(st.Body, s))
	case "exit":
		l.Exit(st.E)
	case "exitCode":
		l.SetExitCode(st.E)
	default:
		m.unsupported("statement %q", st.T)
	}
}

func (m *Machine) ms(ms float64) float64 {
	if ms > 1 {
		return ms * m.scale
	}
	return ms
}

func (m *Machine) interval(st *Stmt, s *scope) {
	var t *jsloop.Timer
	count := 0
	end := func() {
		if count++; count >= st.N {
			m.Loop.ClearInterval(t)
		}
	}
	body := m.fn(st.Body, s)
	t = m.Loop.SetInterval(func() {
		if st.Clear == "before" {
			end()
		} else {
			defer end()
		}
		body()
	}, m.ms(st.MS))
	m.timers[st.H] = t
}

func (m *Machine) await(st *Stmt, s *scope) error {
	p, err := m.eval(st.P, s)
	if err != nil {
		return err
	}
	if s.a == nil {
		m.unsupported("await outside of an async function")
		return nil
	}
	v, err := s.a.Await(p)
	if err != nil {
		return err
	}
	s.x = v
	if st.ID != nil {
		m.logx(*st.ID, v)
	}
	return nil
}

func (m *Machine) forAwait(st *Stmt, s *scope) error {
	xs, err := m.evalAll(st.Xs, s)
	if err != nil {
		return err
	}
	if s.a == nil {
		m.unsupported("for await outside of an async function")
		return nil
	}
	return s.a.ForAwait(xs, func(x jsloop.Value) error {
		s.x = x
		if st.ID != nil {
			m.logx(*st.ID, x)
		}
		return nil
	})
}

// try is the try statement.
func (m *Machine) try(st *Stmt, s *scope) (v jsloop.Value, returned bool, err error) {
	v, returned, err = m.exec(st.Body, s)
	if err != nil && st.Catch != nil {
		s.x = err
		v, returned, err = m.exec(*st.Catch, s)
	}
	if st.Finish != nil {
		if fv, fret, ferr := m.exec(*st.Finish, s); fret || ferr != nil {
			return fv, fret, ferr
		}
	}
	return v, returned, err
}

// promiseStmt runs the statements around promises.
func (m *Machine) promiseStmt(st *Stmt, s *scope) error {
	var v jsloop.Value
	var err error
	switch st.T {
	case "chain":
		v, err = m.chain(st.P, st.Steps, s)
	case "expr":
		v, err = m.eval(st.P, s)
	case "async":
		v = m.async(st.Body, s)
	case "resolve", "res":
		resolve := s.resolve
		if st.T == "resolve" {
			resolve = m.deferredOf(st.H).resolve
			st = &Stmt{T: st.T, P: st.P}
		}
		if v, err = m.eval(st.P, s); err == nil {
			resolve(v)
		}
		return err
	case "reject":
		m.deferredOf(st.H).reject(Error(st.E))
		return nil
	case "rej":
		s.reject(Error(st.E))
		return nil
	}
	if err == nil && st.H != "" {
		m.promises[st.H] = v
	}
	return err
}

// async is (async () => { body })().
func (m *Machine) async(body []Stmt, s *scope) *jsloop.Promise {
	return m.Loop.Async(func(a *jsloop.Async) (jsloop.Value, error) {
		in := s.inner(nil)
		in.a = a
		v, _, err := m.exec(body, in)
		return v, err
	})
}

// deferredOf is D(h) of the prelude: a promise with its resolvers, made when first named.
func (m *Machine) deferredOf(h string) *deferred {
	d := m.deferred[h]
	if d == nil {
		d = &deferred{}
		d.p, d.resolve, d.reject = m.Loop.WithResolvers()
		m.deferred[h] = d
	}
	return d
}

// Error is E(n) of the prelude.
type Error int

func (e Error) Error() string { return "e" + strconv.Itoa(int(e)) }

func (m *Machine) logx(id int, v jsloop.Value) { m.log(strconv.Itoa(id) + "=" + Format(v)) }

// Format is f(v) of the prelude.
func Format(v jsloop.Value) string {
	switch v := v.(type) {
	case nil:
		return "u"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []jsloop.Value:
		return "[" + join(v) + "]"
	case []jsloop.Settled:
		all := make([]string, len(v))
		for i, s := range v {
			if s.State == jsloop.Fulfilled {
				all[i] = "f:" + Format(s.Value)
			} else {
				all[i] = "r:" + Format(s.Reason)
			}
		}
		return "[" + strings.Join(all, ",") + "]"
	case *jsloop.AggregateError:
		return "agg[" + join(v.Errors) + "]"
	case Error:
		return v.Error()
	case *jsloop.TypeError:
		return "TypeError"
	case *jsloop.Promise:
		return "P"
	}
	return "object"
}

func join[T any](vs []T) string {
	all := make([]string, len(vs))
	for i, v := range vs {
		all[i] = Format(v)
	}
	return strings.Join(all, ",")
}
