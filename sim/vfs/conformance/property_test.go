package conformance

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Reading late gives what reading at once gives, collapsed by the law that a
// record equal to the last unread one is dropped.
func TestMergeLaw(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := drawScript(r)
		s.Ops = slices.DeleteFunc(s.Ops, func(op Op) bool { return op.Op == "drain" })
		late, err := runModel(s, lazy)
		require.NoError(r, err)
		soon, err := runModel(s, eager)
		require.NoError(r, err)
		// Cookies of merged records are lost, so their numbers differ.
		strip := func(in []Raw) []Raw {
			var out []Raw
			for _, e := range in {
				e.At, e.Cookie = 0, 0
				out = append(out, e)
			}
			return out
		}
		collapsed := slices.CompactFunc(strip(soon.raw), func(a, b Raw) bool { return a == b && a.Mask != "IGNORED" })
		require.Equal(r, collapsed, strip(late.raw))
	})
}

// When everything is closed and removed, nothing is left.
func TestNothingLeaks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m, err := runModel(drawScript(r), lazy)
		require.NoError(r, err)
		m.k.CloseAll(m.t)
		removeAll(r, m, ".")
		require.Equal(r, kernel.Usage{Inodes: 2, Names: 2, Watches: m.k.Usage().Watches}, m.k.Usage())
		require.LessOrEqual(r, m.k.Usage().Watches, 1, "only that of the directory itself")
	})
}

func removeAll(r *rapid.T, m *model, dir string) {
	fd, err := m.k.Open(m.t, dir, env.ReadOnly|env.Directory)
	require.NoError(r, err)
	names, err := m.k.ReadDir(m.t, fd, nil)
	require.NoError(r, err)
	require.NoError(r, m.k.Close(m.t, fd))
	for _, name := range names {
		path := dir + "/" + name
		if err := m.k.Unlink(m.t, path); err == env.EISDIR {
			removeAll(r, m, path)
			require.NoError(r, m.k.Rmdir(m.t, path))
		} else {
			require.NoError(r, err)
		}
	}
}

// A copy behaves as the original does, and the two do not disturb each other.
func TestCopy(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := drawScript(r)
		at := rapid.IntRange(0, len(s.Ops)).Draw(r, "copied after")
		m := newModel(lazy, 0)
		var fork *model
		for i, op := range s.Ops {
			if i == at {
				c := *m
				c.k = kernel.New(kernel.Config{})
				c.k.CopyFrom(m.k)
				c.handles, c.wdOf = slices.Clone(m.handles), maps.Clone(m.wdOf)
				c.cookies = slices.Clone(m.cookies)
				fork = &c
			}
			require.NoError(r, m.do(i, op))
		}
		if fork == nil {
			return
		}
		fork.raw, fork.reads, fork.errs = slices.Clip(fork.raw), slices.Clip(fork.reads), slices.Clip(fork.errs)
		for i, op := range s.Ops[at:] {
			require.NoError(r, fork.do(at+i, op))
		}
		require.Equal(r, string(m.k.AppendState(nil)), string(fork.k.AppendState(nil)))
		require.Equal(r, m.raw, fork.raw)
		require.Equal(r, m.reads, fork.reads)
	})
}

// A kernel that was reset is as good as new.
func TestReset(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		used, err := runModel(drawScript(r), lazy)
		require.NoError(r, err)
		s := drawScript(r)
		fresh := newModel(lazy, 0)
		again := newModel(lazy, 0)
		again.k = used.k
		again.k.Reset()
		again.t = again.k.NewTable()
		must(again.k.Mkdir(again.t, scriptDir))
		must(again.k.Chdir(again.t, scriptDir))
		again.i = again.k.NewInstance(0)
		for i, op := range s.Ops {
			require.NoError(r, fresh.do(i, op))
			require.NoError(r, again.do(i, op))
		}
		require.Equal(r, fresh.raw, again.raw)
		require.Equal(r, fresh.reads, again.reads)
		require.Equal(r, string(fresh.k.AppendState(nil)), string(again.k.AppendState(nil)))
	})
}
