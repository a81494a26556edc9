package rdcw_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsnotify"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
	"github.com/seed-3519b94c/simrun/sim/vfs/rdcw"
)

// rig is a watcher on a kernel.
type rig struct {
	*testing.T
	k     *kernel.Kernel
	t     kernel.Table
	w     *rdcw.Watcher
	rules []string
}

func newRig(t *testing.T, files ...string) *rig {
	r := &rig{T: t, k: kernel.New(kernel.Config{})}
	r.t = r.k.NewTable()
	r.w = rdcw.New(func(path string) (env.Stat, error) {
		st, err := r.k.Stat(r.t, path)
		return st.Stat, err
	})
	r.w.Noted = func(rule string) { r.rules = append(r.rules, rule) }
	r.k.SetChanges(r.w)
	require.NoError(t, r.k.Mkdir(r.t, "d"))
	require.NoError(t, r.k.Mkdir(r.t, "e"))
	for _, f := range files {
		r.write(f, 0)
	}
	return r
}

func (r *rig) write(path string, times int) {
	fd, err := r.k.Open(r.t, path, env.WriteOnly|env.Create)
	require.NoError(r, err)
	for range times {
		_, err = r.k.Write(r.t, fd, env.Text("x", 1))
		require.NoError(r, err)
	}
	require.NoError(r, r.k.Close(r.t, fd))
}

// events reads until there is nothing more.
func (r *rig) events() []string {
	var out []string
	for r.w.Ready() {
		for i := range r.w.Take() {
			events, err := r.w.Handle(i)
			if err != nil {
				out = append(out, err.Error())
			}
			for _, ev := range events {
				s := ""
				for i, n := range []string{"CREATE", "WRITE", "REMOVE", "RENAME", "CHMOD"} {
					if ev.Op&(1<<i) != 0 {
						s += n + " "
					}
				}
				if s += ev.Name; ev.RenamedFrom != "" {
					s += " <- " + ev.RenamedFrom
				}
				out = append(out, s)
			}
		}
	}
	return out
}

// The system merges nothing, and says nothing of modes (filters of fsnotify: LAST_WRITE,
// FILE_NAME, DIR_NAME).
func TestNothingIsMerged(t *testing.T) {
	r := newRig(t, "d/a")
	require.NoError(t, r.w.Add("d"))
	r.write("d/a", 2)
	require.NoError(t, r.k.Chmod(r.t, "d/a", 0o600))
	require.Equal(t, []string{"WRITE d/a", "WRITE d/a"}, r.events())
}

// A save may be told twice: when it is written and when it is closed (known).
func TestModifiedTwice(t *testing.T) {
	r := newRig(t, "d/a")
	require.NoError(t, r.w.Add("d"))
	r.w.Again = func() bool { return true }
	r.write("d/a", 1)
	require.Equal(t, []string{"WRITE d/a", "WRITE d/a"}, r.events())
	require.Equal(t, []string{"rdcw.twice"}, r.rules)
}

// The buffer of 64 KiB that overflows is lost as a whole, what the read under way has
// returned already is not; later changes are told again (readEvents, n == 0).
func TestOverflow(t *testing.T) {
	r := newRig(t)
	require.NoError(t, r.w.Add("d"))
	long := strings.Repeat("n", 200)
	fits := 64 << 10 / (12 + 2*203 + 2)
	for i := range fits + 2 {
		r.write(fmt.Sprintf("d/%s%03d", long, i), 0)
	}
	got := r.events()
	require.Equal(t, []string{"CREATE d/" + long + "000", fsnotify.ErrEventOverflow.Error()}, got)
	require.Equal(t, []string{"rdcw.overflow"}, r.rules)
	r.write("d/b", 0)
	require.Equal(t, []string{"CREATE d/b"}, r.events())
}

// What just fits is all there.
func TestBufferIsFull(t *testing.T) {
	r := newRig(t)
	require.NoError(t, r.w.Add("d"))
	fits := 64 << 10 / 20
	for i := range fits + 1 { // one is in the read under way
		r.write(fmt.Sprintf("d/%03x", i), 0)
	}
	require.Len(t, r.events(), fits+1)
}

func TestRename(t *testing.T) {
	r := newRig(t, "d/a", "d/c")
	require.NoError(t, r.w.Add("d"))
	require.NoError(t, r.k.Rename(r.t, "d/a", "d/b", 0))
	require.Equal(t, []string{"RENAME d/a", "CREATE d/b <- d/a"}, r.events())
	require.NoError(t, r.k.Rename(r.t, "d/b", "d/c", 0))
	require.Equal(t, []string{"REMOVE d/c", "RENAME d/b", "CREATE d/c <- d/b"}, r.events())
	require.NoError(t, r.k.Rename(r.t, "d/c", "e/c", 0))
	require.Equal(t, []string{"REMOVE d/c"}, r.events())
	require.NoError(t, r.k.Rename(r.t, "e/c", "d/x", 0))
	require.Equal(t, []string{"CREATE d/x"}, r.events())
}

// The watch of a file is on its name: it goes along with a renaming, and ends when the
// name is removed, even for a moment (readEvents, watch.names).
func TestFileWatch(t *testing.T) {
	r := newRig(t, "d/a", "d/b")
	require.NoError(t, r.w.Add("d/a"))
	r.write("d/a", 1)
	r.write("d/b", 1)
	require.Equal(t, []string{"WRITE d/a"}, r.events())
	require.NoError(t, r.k.Rename(r.t, "d/a", "d/c", 0))
	require.Equal(t, []string{"RENAME d/a"}, r.events())
	r.write("d/c", 1)
	require.Equal(t, []string{"WRITE d/c"}, r.events())
	require.NoError(t, r.k.Rename(r.t, "d/b", "d/c", 0)) // a save by rename
	r.write("d/c", 1)
	require.Equal(t, []string{"REMOVE d/c"}, r.events())
	require.Equal(t, []string{"rdcw.name"}, r.rules)
}

// A directory that is removed is told by a read that fails.
func TestDirectoryGone(t *testing.T) {
	r := newRig(t)
	require.NoError(t, r.w.Add("d"))
	require.NoError(t, r.k.Rmdir(r.t, "d"))
	require.Equal(t, []string{"REMOVE d"}, r.events())
	require.ErrorIs(t, r.w.Add("d"), env.ENOENT)
}

func TestRemove(t *testing.T) {
	r := newRig(t, "d/a")
	require.NoError(t, r.w.Add("d/a"))
	require.NoError(t, r.w.Remove("d/a"))
	r.write("d/a", 1)
	require.Empty(t, r.events())
	require.ErrorIs(t, r.w.Remove("d/a"), fsnotify.ErrNonExistentWatch)
}
