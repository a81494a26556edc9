package kernel_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

type changeLog []string

func (l *changeLog) Changed(c kernel.Change) {
	names := []string{"made", "wrote", "cut", "touched", "removed", "moved", "closed"}
	s := fmt.Sprint(names[c.Kind], " ", c.Path)
	if c.Kind == kernel.Moved {
		s += fmt.Sprint(" to ", c.To, " over ", c.Victim != 0)
	}
	*l = append(*l, s)
}

// Every call tells what it did once, by the name it used.
func TestChanges(t *testing.T) {
	var log changeLog
	k := kernel.New(kernel.Config{})
	tab := k.NewTable()
	k.SetChanges(&log)
	must := func(err error) { require.NoError(t, err) }
	must(k.Mkdir(tab, "d"))
	fd, err := k.Open(tab, "d/a", env.ReadWrite|env.Create|env.Truncate)
	must(err)
	_, err = k.Write(tab, fd, env.Text("x", 1))
	must(err)
	must(k.Ftruncate(tab, fd, 0))
	must(k.Fchmod(tab, fd, 0o600))
	must(k.Link(tab, "d/a", "b"))
	must(k.Rename(tab, "d/a", "c", 0))
	must(k.Close(tab, fd))
	must(k.Symlink(tab, "c", "l"))
	must(k.Rename(tab, "l", "c", 0))
	must(k.Rename(tab, "b", "c", kernel.Exchange))
	must(k.Unlink(tab, "b"))
	must(k.Rmdir(tab, "d"))
	require.Equal(t, changeLog{
		"made /d", "made /d/a", "wrote /d/a", "cut /d/a", "touched /d/a", "made /b", "moved /d/a to /c over false",
		"closed /c", "made /l", "moved /l to /c over true", "moved /b to /c over false", "moved /c to /b over false",
		"removed /b", "removed /d",
	}, log)
}
