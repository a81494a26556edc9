package vfs_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
	"github.com/seed-3519b94c/simrun/sim/vfs/writers"
)

// vim saves with all its records, also those of fchmod and setxattr (RULES 1.5,
// observed).
func TestPlansEmitTheirFullRecords(t *testing.T) {
	const mask = env.InModify | env.InAttrib | env.InCreate | env.InDelete | env.InMovedFrom | env.InMovedTo
	for plan, want := range map[string][]string{
		"vim.rename": {
			"CREATE 4913 (wd 1)", "DELETE 4913 (wd 1)", "MOVED_FROM n (wd 1)", "MOVED_TO n~ (wd 1)", "CREATE n (wd 1)",
			"MODIFY n (wd 1)", "ATTRIB n (wd 1)", "DELETE n~ (wd 1)",
		},
		"touch":  {"ATTRIB n (wd 1)"},
		"sed -i": {"CREATE sedAbCdEf (wd 1)", "ATTRIB sedAbCdEf (wd 1)", "MODIFY sedAbCdEf (wd 1)", "MOVED_FROM sedAbCdEf (wd 1)", "MOVED_TO n (wd 1)"},
	} {
		t.Run(plan, func(t *testing.T) {
			var got []string
			run(t, func(w *sim.World) {
				got = nil
				disk := vfs.New(w)
				disk.WriteFile("n", env.Text("old", 1))
				group := disk.Group()
				watcher := group.NewWatcher("inotify", 0)
				w.Process("editor", func(p *sim.Proc) {
					_, _ = watcher.AddWatch(".", mask)
					how, _ := writers.Named(plan)
					require.NoError(t, how.Run(p, group, "n", env.Text("new", 2)))
					evs, _ := watcher.Read(4096)
					for _, ev := range evs {
						got = append(got, vfs.Describe(ev))
					}
				})
			})
			require.Equal(t, want, got)
		})
	}
}

// run runs a world by its nominal schedule and returns what was recorded.
func run(t *testing.T, build func(w *sim.World)) *sim.Trace {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(&sim.Scenario{Name: "vfs/once", Profiles: []*sim.Profile{roomy()}, Build: build}, sim.Config{Record: true})
	require.NoError(t, err)
	return r.Trace
}

// torn is a world in which 64 KiB are written while somebody reads.
func torn(setup func(d *vfs.Disk), flags env.OpenFlag) func(w *sim.World, out *[]string) {
	return func(w *sim.World, out *[]string) {
		disk := vfs.New(w)
		setup(disk)
		disk.WriteFile("a", env.Fill("o", 64<<10, 1))
		w.Process("writer", func(*sim.Proc) {
			files := disk.Group()
			fd, _ := files.Open("a", flags)
			_, _ = files.Write(fd, env.Fill("n", 64<<10, 2))
			_ = files.Close(fd)
		})
		w.Process("reader", func(*sim.Proc) {
			files := disk.Group()
			fd, _ := files.Open("a", env.ReadOnly)
			d, _ := files.Read(fd, 128<<10)
			*out = append(*out, fmt.Sprint(d.Len()>>10, "K ", d.Versions()))
		})
	}
}

// What a reader can see of a large write (RULES 1.5, observed): on tmpfs any size, on
// ext4 nothing or all; on both, a mix of old and new where bytes are overwritten.
func TestTornWrites(t *testing.T) {
	truncate := env.WriteOnly | env.Truncate
	tmpfs := func(d *vfs.Disk) { d.Parts = 4 }
	ext4 := func(d *vfs.Disk) { d.Parts, d.GrowsAtOnce = 4, true }

	found, rules := outcomes(t, 300, torn(tmpfs, truncate))
	require.ElementsMatch(t, []string{"64K [1]", "0K []", "16K [2]", "32K [2]", "48K [2]", "64K [2]"}, found)
	require.Contains(t, rules, "write.parts")

	found, _ = outcomes(t, 300, torn(ext4, truncate))
	require.ElementsMatch(t, []string{"64K [1]", "0K []", "64K [2]"}, found)

	found, rules = outcomes(t, 300, torn(ext4, env.WriteOnly))
	require.ElementsMatch(t, []string{"64K [1]", "64K [2 1]", "64K [2]"}, found)
	require.Contains(t, rules, "write.over")
}

// copied is a world in which 192 KiB are copied over a file that was just cut, as cp
// does, while somebody reads and somebody else appends.
func copied(t *testing.T, setup func(d *vfs.Disk), others bool) func(w *sim.World, out *[]string) {
	return func(w *sim.World, out *[]string) {
		disk := vfs.New(w)
		setup(disk)
		disk.WriteFile("from", env.Fill("n", 192<<10, 2))
		disk.WriteFile("a", env.Fill("o", 64<<10, 1))
		see := func() {
			d, _ := disk.Content("a")
			*out = append(*out, fmt.Sprint(d.Len()>>10, "K ", d.Versions()))
		}
		w.Process("cp", func(*sim.Proc) {
			files := disk.Group()
			from, _ := files.Open("from", env.ReadOnly)
			to, _ := files.Open("a", env.WriteOnly|env.Truncate)
			n, _ := files.CopyFileRange(from, to, 1<<30)
			require.Equal(t, 192<<10, n)
			n, _ = files.CopyFileRange(from, to, 1<<30)
			require.Zero(t, n)
			_ = files.Close(to)
			if others {
				see()
			}
		})
		w.Process("other", func(*sim.Proc) {
			files := disk.Group()
			if !others {
				fd, _ := files.Open("a", env.ReadOnly)
				_, _ = files.Read(fd, 10)
				see()
				return
			}
			fd, _ := files.Open("a", env.WriteOnly|env.Append)
			_, _ = files.Write(fd, env.Fill("x", 10, 3))
		})
	}
}

// What a reader can see of a copy (observed): on tmpfs any size, on ext4 multiples of
// 64 KiB; a lock is held for one chunk only.
func TestTornCopies(t *testing.T) {
	tmpfs := func(d *vfs.Disk) { d.Parts = 4 }
	ext4 := func(d *vfs.Disk) { d.Parts, d.GrowsAtOnce = 4, true }
	found, rules := outcomes(t, 300, copied(t, tmpfs, false))
	require.ElementsMatch(t, []string{"64K [1]", "0K []", "48K [2]", "96K [2]", "144K [2]", "192K [2]"}, found)
	require.Contains(t, rules, "write.parts")
	found, rules = outcomes(t, 300, copied(t, ext4, false))
	require.ElementsMatch(t, []string{"64K [1]", "0K []", "64K [2]", "128K [2]", "192K [2]"}, found)
	require.Contains(t, rules, "copy.chunks")
	// What is appended between two chunks is overwritten by the next.
	found, _ = outcomes(t, 300, copied(t, ext4, true))
	require.ElementsMatch(t, []string{"192K [2]", "192K [2 3]"}, found)
}

// A read in parts mixes versions even of a write that is not torn itself.
func TestTornReads(t *testing.T) {
	found, rules := outcomes(t, 300, torn(func(d *vfs.Disk) { d.ReadParts = 4 }, env.WriteOnly))
	require.ElementsMatch(t, []string{"64K [1]", "64K [1 2]", "64K [2]"}, found)
	require.Contains(t, rules, "read.parts")
}

// The number of a file that is being deleted is free before close returns.
func TestNumberIsFreeEarly(t *testing.T) {
	found, rules := outcomes(t, 200, func(w *sim.World, out *[]string) {
		disk := vfs.New(w)
		disk.WriteFile("a", env.Text("a", 1))
		files := disk.Group()
		closed := false
		w.Process("closer", func(*sim.Proc) {
			fd, _ := files.Open("a", env.ReadOnly)
			_ = files.Unlink("a")
			_ = files.Close(fd)
			closed = true
		})
		w.Process("opener", func(*sim.Proc) {
			fd, _ := files.Open("b", env.WriteOnly|env.Create)
			*out = append(*out, fmt.Sprint(fd, closed))
		})
	})
	require.ElementsMatch(t, []string{"0 false", "1 false", "0 true"}, found)
	require.Contains(t, rules, "fd.early")
}

// Every call of env.PosixFS is an event of its own, with its result told.
func TestPosixCalls(t *testing.T) {
	var details []string
	trace := run(t, func(w *sim.World) {
		disk := vfs.New(w)
		disk.WriteFile("a", env.Text("abcdef", 1))
		var fs env.PosixFS = disk.Group()
		w.Process("P", func(*sim.Proc) {
			_ = fs.Link("a", "b")
			_ = fs.Symlink("b", "l")
			target, _ := fs.Readlink("l")
			st, _ := fs.Stat(target)
			require.Equal(t, 2, st.Links)
			fd, _ := fs.Open("a", env.ReadWrite)
			again, _ := fs.Dup(fd)
			_, _ = fs.Pwrite(fd, 2, env.Text("XY", 2))
			_ = fs.MmapWrite(fd, 0, env.Text("M", 3))
			_ = fs.Fallocate(fd, 0, 8)
			_ = fs.Fchmod(fd, 0o600)
			to, _ := fs.Open("c", env.WriteOnly|env.Create)
			_, _ = fs.CopyFileRange(again, to, 3)
			_, _ = fs.Sendfile(again, to, 100)
			_ = fs.Chmod("c", 0o644)
			_ = fs.Chown("c")
			_ = fs.Setxattr("c")
			_ = fs.Utimes("c", env.ModificationTime)
			_ = fs.Truncate("c", 4)
			_ = fs.RenameFlags("a", "c", env.RenameExchange)
			require.ErrorIs(t, fs.RenameFlags("a", "c", env.RenameNoReplace), env.EEXIST)
			_ = fs.Mkdir("d")
			_ = fs.Rmdir("d")
			got, _ := disk.Content("a")
			require.Equal(t, "MbXY", got.String())
		})
	})
	for i := range trace.Events {
		details = append(details, trace.Events[i].Details...)
	}
	require.Equal(t, []string{
		"link a to b", "symlink l to b", "stat b = 6", "open a = 0", "dup 0 = 1", "pwrite 2 bytes of fd 0 = 2",
		"open c = 2", "copy fd 1 to fd 2 = 3", "sendfile fd 1 to fd 2 = 5", "chmod c", "chown c", "setxattr c", "utimes c",
		"truncate c to 4", "rename a to c", "rename a to c = EEXIST", "mkdir d", "rmdir d",
	}, details)
}

// With sharing as on Windows an open file stays where it is.
func TestSharing(t *testing.T) {
	trace := run(t, func(w *sim.World) {
		disk := vfs.New(w)
		disk.SetSharing(true)
		disk.WriteFile("a", env.Text("a", 1))
		disk.WriteFile("b", env.Text("b", 1))
		fs := disk.Group()
		w.Process("P", func(*sim.Proc) {
			fd, _ := fs.Open("a", env.ReadOnly)
			require.Equal(t, env.EBUSY, fs.Rename("a", "c"))
			require.Equal(t, env.EPERM, fs.Rename("b", "a"))
			require.Equal(t, env.EBUSY, fs.Unlink("a"))
			require.NoError(t, fs.Close(fd))
			require.NoError(t, fs.Rename("b", "a"))
		})
	})
	require.Contains(t, fmt.Sprint(trace.Events), "rdcw.sharing")
}
