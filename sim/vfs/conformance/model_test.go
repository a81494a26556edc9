package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsnotify"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

const fsnMask = fsnotify.Mask

// column says how a run reads the queue.
type column int

const (
	lazy  column = iota // at drain operations and at the end
	eager               // after each operation
	fsn                 // fsnotify, whose consumer settles after each operation
	burst               // fsnotify, whose reader is parked between drains
)

// scriptDir is where scripts run; fsnotify is given paths in it.
const scriptDir = "/t"

// errUnsupported is an operation that the model does not have.
var errUnsupported = errors.New("unsupported")

// model runs a script on the simulated kernel.
type model struct {
	actor
	i       kernel.Instance
	fsn     *fsnotify.Watcher
	col     column
	wdOf    map[string]env.WD // of the last watch of a path text
	cookies renumber

	raw   []Raw
	fsnEv []Fsn
	reads []Read
	errs  []Err
	wds   []WD
}

// inotify is the instance as fsnotify sees it.
type inotify struct{ m *model }

func (i inotify) AddWatch(path string, mask env.WatchMask) (env.WD, error) {
	return i.m.k.AddWatch(i.m.t, i.m.i, path, mask)
}

func (i inotify) RmWatch(wd env.WD) error { return i.m.k.RmWatch(i.m.i, wd) }

func newModel(col column, maxq int) *model {
	m := &model{
		actor: actor{k: kernel.New(kernel.Config{})}, col: col,
		wdOf: map[string]env.WD{},
		raw:  []Raw{}, fsnEv: []Fsn{}, reads: []Read{},
	}
	m.t = m.k.NewTable()
	must(m.k.Mkdir(m.t, scriptDir))
	must(m.k.Chdir(m.t, scriptDir))
	m.i = m.k.NewInstance(maxq)
	m.fsn = fsnotify.New(inotify{m})
	return m
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// runModel runs a whole sequential script.
func runModel(s Script, col column) (*model, error) {
	m := newModel(col, s.MaxQ)
	for at, op := range s.Ops {
		if err := m.do(at, op); err != nil {
			return m, err
		}
	}
	m.drain(len(s.Ops), 0)
	return m, nil
}

// do performs one operation, and reads what the column reads after it.
func (m *model) do(at int, op Op) error {
	switch op.Op {
	case "drain":
		if m.col == lazy || m.col == burst {
			m.drain(at, op.Max)
		}
		return nil
	case "watch", "unwatch":
		if err := m.watch(at, op); err != nil {
			return err
		}
	case "read", "readh", "stat", "ls":
		m.reads = append(m.reads, m.see(at, op))
	default:
		err := m.change(op)
		if errors.Is(err, errUnsupported) {
			return err
		}
		if err != nil {
			m.errs = append(m.errs, Err{At: at, Err: err.Error()})
		}
	}
	if m.col == eager || m.col == fsn {
		m.drain(at, 0)
	}
	return nil
}

// drain reads the queue, all of it or a number of records one by one.
func (m *model) drain(at, number int) {
	if m.col == burst {
		number = 0 // fsnotify's buffer takes all there is
	}
	for n := 0; number == 0 || n < number; n++ {
		size := fsnotify.BufferSize
		if number > 0 {
			size = kernel.RecordSize(env.WatchEvent{})
		}
		var evs []env.WatchEvent
		err := error(env.EINVAL)
		for errors.Is(err, env.EINVAL) {
			evs, err = m.k.ReadEvents(m.i, size, nil)
			size += 16
		}
		if err != nil {
			return
		}
		for _, ev := range evs {
			m.record(at, ev)
		}
	}
}

func (m *model) record(at int, ev env.WatchEvent) {
	if m.col == lazy || m.col == eager {
		m.raw = append(m.raw, Raw{at, int(ev.WD), maskString(ev.Mask), m.cookies.of(ev.Cookie), ev.Name})
		return
	}
	e, err := m.fsn.Handle(ev)
	if err != nil {
		m.fsnEv = append(m.fsnEv, Fsn{At: at, Err: fsnError(err)})
	}
	if e.Op != 0 {
		m.fsnEv = append(m.fsnEv, Fsn{At: at, Op: e.Op.String(), Name: relative(e.Name), From: relative(e.RenamedFrom)})
	}
}

// relative strips the directory that a script does not know.
func relative(name string) string {
	if name == scriptDir {
		return "."
	}
	return strings.TrimPrefix(name, scriptDir+"/")
}

func fsnError(err error) string {
	switch {
	case errors.Is(err, fsnotify.ErrNonExistentWatch):
		return "ErrNonExistentWatch"
	case errors.Is(err, fsnotify.ErrEventOverflow):
		return "ErrEventOverflow"
	case errors.Is(err, fsnotify.ErrPanic):
		return "panic"
	}
	return err.Error()
}

func (m *model) watch(at int, op Op) error {
	if m.col == fsn || m.col == burst {
		call, what := m.fsn.Add, "Add:"
		if op.Op == "unwatch" {
			call, what = m.fsn.Remove, "Remove:"
		}
		if err := call(scriptDir + "/" + op.Path); err != nil {
			m.fsnEv = append(m.fsnEv, Fsn{At: at, Err: what + fsnError(err)})
		}
		return nil
	}
	var err error
	if op.Op == "unwatch" {
		err = env.EINVAL
		if wd, ok := m.wdOf[op.Path]; ok {
			err = m.k.RmWatch(m.i, wd)
		}
	} else {
		mask, bad := parseMask(op.Mask)
		if bad != nil {
			return fmt.Errorf("%w: %w", errUnsupported, bad)
		}
		var wd env.WD
		if wd, err = m.k.AddWatch(m.t, m.i, op.Path, mask); err == nil {
			m.wdOf[op.Path] = wd
			m.wds = append(m.wds, WD{at, int(wd)})
		}
	}
	if err != nil {
		m.errs = append(m.errs, Err{At: at, Err: err.Error()})
	}
	return nil
}

// see performs an operation that returns something.
func (m *model) see(at int, op Op) Read {
	r := Read{At: at}
	switch op.Op {
	case "read":
		r.Path = op.Path
		fd, err := m.k.Open(m.t, op.Path, env.ReadOnly)
		if err != nil {
			r.Err = err.Error()
			return r
		}
		r.content(m.readAll(fd))
		must(m.k.Close(m.t, fd))
	case "readh":
		r.Path = "#" + op.H
		fd := m.handle(op.H)
		if fd == env.NoFD {
			return r // /dev/null: see withoutHandle
		}
		d, err := m.k.Read(m.t, fd, op.N)
		r.content(d, err)
	case "stat":
		r.Path = "stat:" + op.Path
		st, err := m.k.Stat(m.t, op.Path)
		if err != nil {
			r.Err = err.Error()
			return r
		}
		r.facts(st)
	case "ls":
		r.Path = "ls:" + op.Path
		names, err := m.ls(op.Path)
		if err != nil {
			r.Err = err.Error()
			return r
		}
		slices.Sort(names)
		r.Ls = names
	}
	return r
}

// facts is what stat tells.
func (r *Read) facts(st kernel.Stat) {
	kind := "file"
	if st.Dir {
		kind = "dir"
	}
	r.Size = int(st.Size)
	r.Ls = []string{kind, "nlink=" + strconv.Itoa(st.Links), "mode=" + strconv.FormatUint(uint64(st.Mode), 8)}
}

func (r *Read) content(d env.Data, err error) {
	if err != nil {
		r.Err = err.Error()
		return
	}
	s := d.String()
	r.Size, r.Runs = len(s), runsOf(s)
}

// readAll reads up to the end in pieces of 4 MiB.
func (m *model) readAll(fd env.FD) (env.Data, error) {
	var all env.Data
	for {
		d, err := m.k.Read(m.t, fd, 4<<20)
		if err != nil || len(d) == 0 {
			return all, err
		}
		all = append(slices.Clip(all), d...)
	}
}

// ls reads a directory as os.ReadDir does: until getdents(2) returns nothing.
func (m *model) ls(path string) ([]string, error) {
	fd, err := m.k.Open(m.t, path, env.ReadOnly|env.Directory)
	if err != nil {
		return nil, err
	}
	defer func() { must(m.k.Close(m.t, fd)) }()
	names, err := m.k.ReadDir(m.t, fd, nil)
	if err != nil {
		return nil, err
	}
	_, err = m.k.ReadDir(m.t, fd, nil)
	return names, err
}
