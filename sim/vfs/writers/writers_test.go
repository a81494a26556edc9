package writers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
	"github.com/seed-3519b94c/simrun/sim/vfs/writers"
)

// machine is a kernel as env.FS and env.Proc: calls happen at once, and after
// each the queue and what a reader would see are noted.
type machine struct {
	k   *kernel.Kernel
	t   kernel.Table
	i   kernel.Instance
	out *strings.Builder
}

func newMachine(out *strings.Builder) *machine {
	m := &machine{k: kernel.New(kernel.Config{}), out: out}
	m.t = m.k.NewTable()
	m.i = m.k.NewInstance(0)
	fd, _ := m.k.Open(m.t, "n", env.WriteOnly|env.Create)
	_, _ = m.k.Write(m.t, fd, env.Fill("old ", 400<<10, 1))
	_ = m.k.Close(m.t, fd)
	mask := env.InAllEvents &^ (env.InOpen | env.InAccess | env.InCloseNoWrite | env.InCloseWrite)
	_, _ = m.k.AddWatch(m.t, m.i, ".", mask)
	_, _ = m.k.AddWatch(m.t, m.i, "n", mask)
	return m
}

// note tells what a call did.
func (m *machine) note(call string, err error) {
	fmt.Fprintf(m.out, "  %-26s", call)
	if err != nil {
		fmt.Fprintf(m.out, " = %v", err)
	}
	var parts []string
	evs, _ := m.k.ReadEvents(m.i, 64<<10, nil)
	for _, ev := range evs {
		who := "D"
		if ev.WD != 1 {
			who = "F"
		}
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s", who, maskName(ev.Mask), ev.Name)))
	}
	fmt.Fprintf(m.out, " %-14s %s\n", m.content(), strings.Join(parts, ", "))
}

// content is the versions in the file and its size.
func (m *machine) content() string {
	data, ok := m.k.Peek("/n")
	if !ok {
		return "-"
	}
	return fmt.Sprint(data.Versions(), data.Len()>>10, "K")
}

var names = map[env.WatchMask]string{
	env.InModify: "MODIFY", env.InAttrib: "ATTRIB", env.InMovedFrom: "MOVED_FROM", env.InMovedTo: "MOVED_TO",
	env.InCreate: "CREATE", env.InDelete: "DELETE", env.InDeleteSelf: "DELETE_SELF", env.InMoveSelf: "MOVE_SELF",
	env.InIgnored: "IGNORED",
}

func maskName(m env.WatchMask) string { return names[m&0xffff] }

func (m *machine) Open(path string, flags env.OpenFlag) (env.FD, error) {
	fd, err := m.k.Open(m.t, path, flags)
	m.note("open "+path, err)
	return fd, err
}
func (m *machine) Read(fd env.FD, n int) (env.Data, error) { return m.k.Read(m.t, fd, n) }
func (m *machine) ReadDir(fd env.FD) ([]string, error)     { return m.k.ReadDir(m.t, fd, nil) }
func (m *machine) Seek(fd env.FD, offset int64) error      { return m.k.Seek(m.t, fd, offset) }
func (m *machine) Access(path string) error                { return m.k.Access(m.t, path) }
func (m *machine) Mkdir(path string) error                 { return m.k.Mkdir(m.t, path) }
func (m *machine) Fsync(fd env.FD) error                   { return m.k.Fsync(m.t, fd) }
func (m *machine) Fstat(fd env.FD) (env.Stat, error) {
	st, err := m.k.Fstat(m.t, fd)
	return st.Stat, err
}
func (m *machine) Fallocate(fd env.FD, off, n int64) error {
	return m.did("fallocate", m.k.Fallocate(m.t, fd, off, n))
}
func (m *machine) Fchmod(fd env.FD, mode uint16) error {
	return m.did("fchmod", m.k.Fchmod(m.t, fd, mode))
}
func (m *machine) Setxattr(path string) error { return m.did("setxattr", m.k.Setxattr(m.t, path)) }
func (m *machine) Utimes(path string, which env.Times) error {
	return m.did("utimes", m.k.Utimes(m.t, path, which))
}
func (m *machine) Ftruncate(fd env.FD, size int64) error {
	return m.did("ftruncate", m.k.Ftruncate(m.t, fd, size))
}
func (m *machine) Close(fd env.FD) error { return m.did("close", m.k.Close(m.t, fd)) }
func (m *machine) Rename(from, to string) error {
	return m.did("rename "+from+" "+to, m.k.Rename(m.t, from, to, 0))
}
func (m *machine) Unlink(path string) error { return m.did("unlink "+path, m.k.Unlink(m.t, path)) }
func (m *machine) Write(fd env.FD, d env.Data) (int, error) {
	n, err := m.k.Write(m.t, fd, d)
	m.note("write", err)
	return n, err
}

func (m *machine) did(call string, err error) error { m.note(call, err); return err }

func (m *machine) Name() string                         { return "editor" }
func (m *machine) Step(label string)                    { fmt.Fprintf(m.out, "  ... %s\n", label) }
func (m *machine) Sleep(string, time.Duration)          {}
func (m *machine) Now() time.Duration                   { return 0 }
func (m *machine) Mark() env.Mark                       { return 0 }
func (m *machine) Elapsed(env.Mark, time.Duration) bool { return true }
func (m *machine) Release(env.Mark)                     {}

var (
	_ env.FS             = (*machine)(nil)
	_ env.Proc           = (*machine)(nil)
	_ writers.Attributes = (*machine)(nil)
)

// Every plan, call by call: what a reader would see, and the records of a watch
// on the directory (D) and one on the file (F).
func TestPlans(t *testing.T) {
	var out strings.Builder
	for _, p := range writers.All() {
		fmt.Fprintf(&out, "%s (%s)\n", p.Name, p.Evidence)
		m := newMachine(&out)
		require.NoError(t, p.Run(m, m, "n", env.Fill("new ", 300<<10, 2)))
		require.Zero(t, m.k.OpenCount(m.t), "%s leaves descriptors open", p.Name)
		out.WriteByte('\n')
	}
	golden.Check(t, "plans", out.String())
}

// Every plan that saves says so once, and then the content is there.
func TestPlansTellWhenSaved(t *testing.T) {
	for _, p := range writers.All() {
		for _, size := range []int{100, 300 << 10, 3 << 20} {
			var out strings.Builder
			m := newMachine(&out)
			want, told := env.Fill("n", size, 2), 0
			require.NoError(t, p.RunTelling(m, m, "n", want, func() {
				told++
				got, _ := m.k.Peek("/n")
				if strings.Contains(strings.ToLower(p.Name), "append") || p.Name == "bun.filesink" {
					return // what was there before is still there
				}
				require.Equal(t, want.Len(), got.Len(), p.Name)
				require.Equal(t, want.Versions(), got.Versions(), p.Name)
			}))
			require.Equal(t, p.Saves(size) >= 0, told == 1, p.Name)
		}
	}
}

// A plan that fails says where, and leaves nothing open.
func TestPlanFails(t *testing.T) {
	var out strings.Builder
	m := newMachine(&out)
	p, ok := writers.Named("rmCreate")
	require.True(t, ok)
	err := p.Run(m, m, "missing/n", env.Text("x", 2))
	require.ErrorIs(t, err, env.ENOENT)
	require.EqualError(t, err, `rmCreate: unlink "missing/n": ENOENT`)
	require.Zero(t, m.k.OpenCount(m.t))
}
