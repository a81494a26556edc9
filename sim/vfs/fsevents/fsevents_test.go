package fsevents_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsevents"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// rig is a stream on a kernel.
type rig struct {
	*testing.T
	k     *kernel.Kernel
	t     kernel.Table
	s     *fsevents.Stream
	rules []string
}

func newRig(t *testing.T, limit int) *rig {
	r := &rig{T: t, k: kernel.New(kernel.Config{}), s: fsevents.New(limit)}
	r.t = r.k.NewTable()
	r.s.Noted = func(rule string) { r.rules = append(r.rules, rule) }
	r.k.SetChanges(r.s)
	require.NoError(t, r.k.Mkdir(r.t, "d"))
	return r
}

func (r *rig) write(path string) {
	fd, err := r.k.Open(r.t, path, env.WriteOnly|env.Create)
	require.NoError(r, err)
	_, err = r.k.Write(r.t, fd, env.Text("x", 1))
	require.NoError(r, err)
	require.NoError(r, r.k.Close(r.t, fd))
}

func (r *rig) flush() (out []string) {
	for _, e := range r.s.Flush() {
		out = append(out, fmt.Sprint(e.Path, " ", e.Flags))
	}
	return out
}

// All changes of a path within the latency are one event (known).
func TestFlagsAreJoined(t *testing.T) {
	r := newRig(t, 0)
	r.s.Add("d")
	r.write("d/a")
	require.NoError(t, r.k.Chmod(r.t, "d/a", 0o600))
	require.NoError(t, r.k.Unlink(r.t, "d/a"))
	require.Equal(t, []string{"d/a Created|Removed|Modified|InodeMetaMod"}, r.flush())
	require.Contains(t, r.rules, "fsevents.gathers")
	require.Empty(t, r.flush())
}

// A renaming is two events that nothing pairs (known).
func TestRename(t *testing.T) {
	r := newRig(t, 0)
	r.write("d/a")
	r.s.Add(".")
	require.NoError(t, r.k.Rename(r.t, "d/a", "b", 0))
	require.Equal(t, []string{"d/a Renamed", "b Renamed"}, r.flush())
}

// Flags from before the stream, or that were delivered before, may come again (known).
func TestHistoryLeaks(t *testing.T) {
	r := newRig(t, 0)
	r.write("d/a")
	r.s.Add("d")
	require.False(t, r.s.Ready(), "history alone is no event")
	r.write("d/a")
	require.Equal(t, []string{"d/a Modified"}, r.flush())
	r.s.Leak = func(string) bool { return true }
	r.write("d/a")
	require.Equal(t, []string{"d/a Created|Modified"}, r.flush())
	require.Equal(t, []string{"fsevents.history"}, r.rules)
}

// Where too much is pending only the root is told (known).
func TestDropped(t *testing.T) {
	r := newRig(t, 2)
	r.s.Add("d")
	for _, f := range []string{"d/a", "d/b", "d/c", "d/d"} {
		r.write(f)
	}
	require.Equal(t, []string{"d MustScanSubDirs"}, r.flush())
	require.Contains(t, r.rules, "fsevents.dropped")
	r.write("d/a")
	require.Equal(t, []string{"d/a Modified"}, r.flush())
}

func TestFileEvent(t *testing.T) {
	e := fsevents.Event{Path: "a", Flags: fsevents.Created | fsevents.Modified | fsevents.Renamed}
	require.Equal(t, env.FileEvent{Name: "a", Op: env.FileCreate | env.FileWrite | env.FileRename}, e.FileEvent())
	require.Zero(t, fsevents.Event{Flags: fsevents.MustScanSubDirs}.FileEvent().Op)
}

func TestRemove(t *testing.T) {
	r := newRig(t, 0)
	r.s.Add("d")
	require.True(t, r.s.Remove("d"))
	require.False(t, r.s.Remove("d"))
	r.write("d/a")
	require.False(t, r.s.Ready())
}
