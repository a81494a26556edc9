//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// watching is inotify as the script of limits needs it: instances by number.
type watching struct {
	open  func() (int, error)
	close func(i int) error
	add   func(i int, path string) (int, error)
	rm    func(i, wd int) error
	// unlink removes a file.
	unlink func(path string) error
}

// limitsScript is what a user with two instances and two watches at most sees.
func limitsScript(w watching) []string {
	var out []string
	say := func(what string, v int, err error) {
		if err != nil {
			out = append(out, what+" "+errName(err))
		} else {
			out = append(out, fmt.Sprint(what, " ", v))
		}
	}
	i, _ := w.open()
	j, err := w.open()
	say("two instances", 0, err)
	_, err = w.open()
	say("a third", 0, err)
	say("close", 0, w.close(j))
	j, err = w.open()
	say("another", 0, err)
	for _, path := range []string{"a", "b", "c", "missing", "a"} {
		wd, err := w.add(i, path)
		say("add "+path, wd, err)
	}
	wd, err := w.add(j, "d")
	say("other instance", wd, err)
	say("unlink a", 0, w.unlink("a"))
	wd, err = w.add(i, "c")
	say("add c", wd, err)
	wd, err = w.add(i, "d")
	say("add d", wd, err)
	say("rm b", 0, w.rm(i, 2))
	wd, err = w.add(j, "d")
	say("other instance", wd, err)
	wd, err = w.add(i, "d")
	say("add d", wd, err)
	say("close", 0, w.close(j))
	wd, err = w.add(i, "d")
	say("add d", wd, err)
	return out
}

var limitsSeen = []string{
	"two instances 0", "a third EMFILE", "close 0", "another 0",
	"add a 1", "add b 2", "add c ENOSPC", "add missing ENOENT", "add a 1", "other instance ENOSPC",
	"unlink a 0", "add c 4", "add d ENOSPC", "rm b 0", "other instance 2", "add d ENOSPC", "close 0", "add d 7",
}

// The limits on instances and watches; a watch that there is no room for uses up a
// descriptor all the same.
func TestLimits(t *testing.T) {
	k := kernel.New(kernel.Config{MaxInstances: 2, MaxWatches: 2})
	table := k.NewTable()
	for _, name := range []string{"a", "b", "c", "d"} {
		fd, err := k.Open(table, name, env.WriteOnly|env.Create)
		require.NoError(t, err)
		require.NoError(t, k.Close(table, fd))
	}
	require.Equal(t, limitsSeen, limitsScript(watching{
		open:  func() (int, error) { i, err := k.InotifyInit(0); return int(i), err },
		close: func(i int) error { k.CloseInstance(kernel.Instance(i)); return nil },
		add: func(i int, path string) (int, error) {
			wd, err := k.AddWatch(table, kernel.Instance(i), path, env.InAllEvents)
			return int(wd), err
		},
		rm:     func(i, wd int) error { return k.RmWatch(kernel.Instance(i), env.WD(wd)) },
		unlink: func(path string) error { return k.Unlink(table, path) },
	}))
}

// The same on the kernel of the test machine: in a user namespace of its own, since
// the limits are those of a user, and of nobody else's.
func TestLiveLimits(t *testing.T) {
	const inside = "SIMRUN_INSIDE_NAMESPACE"
	if os.Getenv(inside) == "" {
		cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^TestLiveLimits$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
		out, err := cmd.CombinedOutput()
		if len(out) == 0 && err != nil {
			t.Skip("this machine gives out no user namespaces")
		}
		require.NoError(t, err, string(out))
		return
	}
	for _, limit := range []string{"instances", "watches"} {
		if err := os.WriteFile("/proc/sys/user/max_inotify_"+limit, []byte("2"), 0); err != nil {
			t.Skip("limits can not be set here")
		}
	}
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c", "d"} {
		require.NoError(t, os.WriteFile(dir+"/"+name, nil, 0o600))
	}
	require.Equal(t, limitsSeen, limitsScript(watching{
		open:  func() (int, error) { return unix.InotifyInit1(unix.IN_CLOEXEC) },
		close: unix.Close,
		add: func(i int, path string) (int, error) {
			return unix.InotifyAddWatch(i, dir+"/"+path, unix.IN_ALL_EVENTS)
		},
		rm:     func(i, wd int) error { _, err := unix.InotifyRmWatch(i, uint32(wd)); return err },
		unlink: func(path string) error { return unix.Unlink(dir + "/" + path) },
	}))
}
