package kernel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// box is a kernel with one process and one inotify instance, for tests.
type box struct {
	*testing.T
	k *kernel.Kernel
	t kernel.Table
	i kernel.Instance
}

func newBox(t *testing.T, maxQueued int) *box {
	b := &box{T: t, k: kernel.New(kernel.Config{})}
	b.t = b.k.NewTable()
	b.i = b.k.NewInstance(maxQueued)
	return b
}

func (b *box) open(path string, flags env.OpenFlag) env.FD {
	fd, err := b.k.Open(b.t, path, flags)
	require.NoError(b, err)
	return fd
}

// file makes a file of n bytes.
func (b *box) file(path string, n int) {
	fd := b.open(path, env.WriteOnly|env.Create)
	b.write(fd, n, 1)
	b.close(fd)
}

func (b *box) write(fd env.FD, n int, version uint32) {
	_, err := b.k.Write(b.t, fd, env.Fill("x", n, version))
	require.NoError(b, err)
}

func (b *box) close(fd env.FD) { require.NoError(b, b.k.Close(b.t, fd)) }

func (b *box) watch(path string, mask env.WatchMask) env.WD {
	wd, err := b.k.AddWatch(b.t, b.i, path, mask)
	require.NoError(b, err)
	return wd
}

// queue reads the queue as text, one record a line.
func (b *box) queue() string {
	evs, err := b.k.ReadEvents(b.i, 64<<10, nil)
	if err != nil {
		return ""
	}
	return describe(evs)
}

func describe(evs []env.WatchEvent) string {
	var s strings.Builder
	for _, ev := range evs {
		fmt.Fprintf(&s, "%d %s", ev.WD, bits(ev.Mask))
		if ev.Name != "" {
			fmt.Fprintf(&s, " %s", ev.Name)
		}
		if ev.Cookie != 0 {
			fmt.Fprintf(&s, " #%d", ev.Cookie)
		}
		s.WriteByte('\n')
	}
	return s.String()
}

var bitNames = []string{
	"ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN", "MOVED_FROM", "MOVED_TO",
	"CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF", "", "UNMOUNT", "Q_OVERFLOW", "IGNORED",
}

func bits(m env.WatchMask) string {
	var parts []string
	for i, name := range bitNames {
		if m&(1<<i) != 0 {
			parts = append(parts, name)
		}
	}
	if m&env.InIsDir != 0 {
		parts = append(parts, "ISDIR")
	}
	return strings.Join(parts, "|")
}

// lines joins the lines of an expected queue.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }
