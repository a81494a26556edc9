//go:build linux

package conformance

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// machine runs scripts on the kernel that the test runs on.
type machine struct {
	dir     string
	col     column
	ino     int // the inotify instance of the raw columns
	fsn     *realFsnotify
	handles map[string]int
	wdOf    *wdTable
	cookies renumber
	opened  []int

	raw   []Raw
	fsnEv []Fsn
	reads []Read
	errs  []Err
	wds   []WD
}

// runMachine runs a whole script in a fresh directory.
func runMachine(dir string, s Script, col column) (*machine, error) {
	m := &machine{
		dir: dir, col: col, ino: -1, handles: map[string]int{}, wdOf: newWDTable(),
		raw: []Raw{}, fsnEv: []Fsn{}, reads: []Read{},
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	defer m.clean()
	var err error
	if col == fsn || col == burst {
		m.fsn, err = newRealFsnotify(m)
	} else {
		m.ino, err = unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	}
	if err != nil {
		return nil, err
	}
	for at, op := range s.Ops {
		m.do(at, op)
	}
	m.drain(len(s.Ops), 0)
	return m, nil
}

func (m *machine) clean() {
	for _, fd := range m.opened {
		_ = unix.Close(fd) // some are closed already
	}
	if m.ino >= 0 {
		_ = unix.Close(m.ino)
	}
	if m.fsn != nil {
		m.fsn.close()
	}
	_ = os.RemoveAll(m.dir)
}

// do performs one operation, and reads what the column reads after it.
func (m *machine) do(at int, op Op) {
	var err error
	switch op.Op {
	case "drain":
		if m.col == lazy || m.col == burst {
			m.drain(at, op.Max)
		}
		return
	case "watch", "unwatch":
		err = m.watch(at, op)
	case "read", "readh", "stat", "ls":
		m.reads = append(m.reads, m.see(at, op))
	default:
		err = m.change(op)
	}
	if err != nil {
		m.errs = append(m.errs, Err{At: at, Err: errName(err)})
	}
	if m.col == eager || m.col == fsn {
		m.drain(at, 0)
	}
}

func errName(err error) string {
	var simulated env.Errno
	if errors.As(err, &simulated) {
		return simulated.Error()
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return unix.ErrnoName(errno)
	}
	return err.Error()
}

// wdTable is the watch descriptors of the last watches of path texts. The processes of
// a race share it.
type wdTable struct {
	mu sync.Mutex
	of map[string]int
}

func newWDTable() *wdTable { return &wdTable{of: map[string]int{}} }

func (t *wdTable) find(path string) (int, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	wd, ok := t.of[path]
	return wd, ok
}

func (t *wdTable) set(path string, wd int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[path] = wd
}

func (m *machine) path(p string) string { return m.dir + "/" + p }

func (m *machine) watch(at int, op Op) error {
	if m.fsn != nil {
		m.fsn.watch(at, op)
		return nil
	}
	if op.Op == "unwatch" {
		wd, ok := m.wdOf.find(op.Path)
		if !ok {
			return unix.EINVAL
		}
		_, err := unix.InotifyRmWatch(m.ino, uint32(wd))
		return err
	}
	mask, err := parseMask(op.Mask)
	if err != nil {
		return err
	}
	wd, err := unix.InotifyAddWatch(m.ino, m.path(op.Path), uint32(mask))
	if err == nil {
		m.wdOf.set(op.Path, wd)
		m.wds = append(m.wds, WD{at, wd})
	}
	return err
}

// drain reads the queue.
func (m *machine) drain(at, number int) {
	if m.fsn != nil {
		m.fsn.drain(at)
		return
	}
	for n := 0; number == 0 || n < number; n++ {
		size := 64 << 10
		if number > 0 {
			size = unix.SizeofInotifyEvent
		}
		var buf []byte
		err := error(unix.EINVAL)
		for errors.Is(err, unix.EINVAL) {
			buf = make([]byte, size)
			var got int
			got, err = unix.Read(m.ino, buf)
			buf, size = buf[:max(got, 0)], size+16
		}
		if err != nil {
			return
		}
		for len(buf) > 0 {
			e := (*unix.InotifyEvent)(unsafe.Pointer(&buf[0]))
			name := buf[unix.SizeofInotifyEvent:][:e.Len]
			m.raw = append(m.raw, Raw{
				at, int(e.Wd), maskString(env.WatchMask(e.Mask)), m.cookies.of(e.Cookie),
				strings.TrimRight(string(name), "\x00"),
			})
			buf = buf[unix.SizeofInotifyEvent+int(e.Len):]
		}
	}
}

// see performs an operation that returns something.
func (m *machine) see(at int, op Op) Read {
	r := Read{At: at, Path: op.Path}
	var err error
	var data []byte
	switch op.Op {
	case "read":
		data, err = readFile(m.path(op.Path))
		r.Size, r.Runs = len(data), runsOf(string(data))
	case "readh":
		r.Path = "#" + op.H
		fd, ok := m.handles[op.H]
		if !ok {
			break // /dev/null: see withoutHandle
		}
		buf := make([]byte, op.N)
		var n int
		n, err = unix.Read(fd, buf)
		data = buf[:max(n, 0)]
		r.Size, r.Runs = len(data), runsOf(string(data))
	case "stat":
		r.Path = "stat:" + op.Path
		var st unix.Stat_t
		if err = unix.Stat(m.path(op.Path), &st); err == nil {
			kind := "file"
			r.Size = int(st.Size)
			if st.Mode&unix.S_IFMT == unix.S_IFDIR {
				kind, r.Size = "dir", 0
			}
			r.Ls = []string{kind, "nlink=" + strconv.Itoa(int(st.Nlink)), fmt.Sprintf("mode=%o", st.Mode&0o7777)}
		}
	case "ls":
		r.Path = "ls:" + op.Path
		r.Ls, err = list(m.path(op.Path))
	}
	if err != nil {
		r = Read{At: at, Path: r.Path, Err: errName(err)}
	}
	return r
}

func readFile(path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	buf, all := make([]byte, 1<<20), []byte(nil)
	for {
		n, err := unix.Read(fd, buf)
		if err != nil || n <= 0 {
			return all, err
		}
		all = append(all, buf[:n]...)
	}
}

func list(path string) ([]string, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	var names []string
	buf := make([]byte, 64<<10)
	for {
		n, err := unix.ReadDirent(fd, buf)
		if err != nil {
			return nil, err
		}
		if n <= 0 {
			break
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
	slices.Sort(names)
	return names, nil
}
