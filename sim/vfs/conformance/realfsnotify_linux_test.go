//go:build linux

package conformance

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	real "github.com/fsnotify/fsnotify"
)

// realFsnotify is a real fsnotify.Watcher. That it has nothing left to say is
// known by sentinels: files in a directory of their own, watched by the same
// watcher, whose events come behind all others.
type realFsnotify struct {
	m      *machine
	w      *real.Watcher
	side   string
	parked bool // the reader waits to hand out the event of the file "park"
}

func newRealFsnotify(m *machine) (*realFsnotify, error) {
	w, err := real.NewWatcher()
	if err != nil {
		return nil, err
	}
	f := &realFsnotify{m: m, w: w, side: m.dir + ".side"}
	if err := os.Mkdir(f.side, 0o755); err != nil {
		return nil, err
	}
	for _, name := range []string{"here", "park"} {
		if err := os.WriteFile(f.side+"/"+name, nil, 0o644); err != nil {
			return nil, err
		}
	}
	if err := w.Add(f.side); err != nil {
		return nil, err
	}
	if m.col == burst {
		_ = os.Chmod(f.side+"/park", 0o644)
		time.Sleep(300 * time.Microsecond) // until the reader holds the event
		f.parked = true
	}
	return f, nil
}

func (f *realFsnotify) close() {
	_ = f.w.Close()
	_ = os.RemoveAll(f.side)
}

func (f *realFsnotify) watch(at int, op Op) {
	call, what := f.w.Add, "Add:"
	if op.Op == "unwatch" {
		call, what = f.w.Remove, "Remove:"
	}
	if err := guarded(call, f.m.path(op.Path)); err != nil {
		f.m.fsnEv = append(f.m.fsnEv, Fsn{At: at, Err: what + realError(err)})
	}
}

// guarded turns a panic into an error.
func guarded(call func(string) error, path string) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("panic")
		}
	}()
	return call(path)
}

func realError(err error) string {
	switch {
	case errors.Is(err, real.ErrNonExistentWatch):
		return "ErrNonExistentWatch"
	case errors.Is(err, real.ErrEventOverflow):
		return "ErrEventOverflow"
	}
	return errName(err)
}

// drain takes events until the sentinel comes. In the burst column the reader is
// left with the event of a second sentinel, which was behind the first in the
// same read.
func (f *realFsnotify) drain(at int) {
	_ = os.Chmod(f.side+"/here", 0o644)
	if f.m.col == burst {
		_ = os.Chmod(f.side+"/park", 0o644)
	}
	timeout := time.After(5 * time.Second)
	for {
		select {
		case ev := <-f.w.Events:
			if name, ok := strings.CutPrefix(ev.Name, f.side+"/"); ok {
				if name == "here" {
					return
				}
				continue
			}
			f.m.fsnEv = append(f.m.fsnEv, Fsn{
				At: at, Op: ev.Op.String(), Name: f.relative(ev.Name), From: f.relative(renamedFrom(ev)),
			})
		case err := <-f.w.Errors:
			f.m.fsnEv = append(f.m.fsnEv, Fsn{At: at, Err: realError(err)})
		case <-timeout:
			f.m.fsnEv = append(f.m.fsnEv, Fsn{At: at, Err: "timeout"})
			return
		}
	}
}

func (f *realFsnotify) relative(name string) string {
	if name == f.m.dir {
		return "."
	}
	return strings.TrimPrefix(name, f.m.dir+"/")
}

// renamedFrom is a field that only String shows.
func renamedFrom(ev real.Event) string {
	_, from, ok := strings.Cut(ev.String(), " ← ")
	if !ok {
		return ""
	}
	s, err := strconv.Unquote(from)
	if err != nil {
		return from
	}
	return s
}
