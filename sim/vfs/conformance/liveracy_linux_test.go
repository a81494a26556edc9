//go:build linux

package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// What two processes that race on the kernel of the test machine show can be
// produced by the model.
func TestLiveRacy(t *testing.T) {
	if !knownKernel() {
		t.Skip("the order of OPEN and MODIFY is that of Linux 6.8 and later")
	}
	dir := t.TempDir()
	n, scripts := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		if scripts++; enough(scripts, 10) {
			return
		}
		s := drawRace(r)
		seen := map[string]bool{}
		var outcomes []Outcome
		for range 20 {
			n++
			o, err := raceOnce(fmt.Sprintf("%s/%d", dir, n), s)
			require.NoError(r, err)
			if !seen[o.key()] {
				seen[o.key()] = true
				outcomes = append(outcomes, o)
			}
		}
		missing, err := missingOutcomes(s, outcomes)
		require.NoError(r, err)
		if len(missing) > 0 {
			line, _ := json.Marshal(s)
			r.Fatalf("the model cannot produce what was seen of\n%s\n%s", line, missing[0].key())
		}
	})
}

// raceOnce runs a concurrent script on the kernel.
func raceOnce(dir string, s Script) (Outcome, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return Outcome{}, err
	}
	ino, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return Outcome{}, err
	}
	actor := func() *machine {
		return &machine{dir: dir, ino: ino, handles: map[string]int{}, wdOf: map[string]int{}, raw: []Raw{}}
	}
	main := actor()
	defer main.clean()
	for at, op := range s.Ops {
		main.do(at, op)
	}
	main.errs = nil

	start := make(chan struct{})
	var group sync.WaitGroup
	procs := make([]*machine, len(s.Procs))
	for i, ops := range s.Procs {
		procs[i] = actor()
		group.Go(func() {
			<-start
			for at, op := range ops {
				procs[i].do(at, op)
			}
		})
	}
	close(start)
	group.Wait()
	main.drain(-1, 0)
	o := Outcome{Raw: main.raw}
	for _, op := range []Op{{Op: "read", Path: "a"}, {Op: "read", Path: "b"}, {Op: "ls", Path: "."}} {
		o.Reads = append(o.Reads, main.see(-1, op))
	}
	for i, p := range procs {
		for _, fd := range p.opened {
			_ = unix.Close(fd)
		}
		for _, r := range p.reads {
			r.P = i + 1
			o.Reads = append(o.Reads, r)
		}
		for _, e := range p.errs {
			e.P = i + 1
			o.Errs = append(o.Errs, e)
		}
	}
	return o.normal(), nil
}

// drawRace draws two short processes that do what editors do.
func drawRace(r *rapid.T) Script {
	d := drawer{r, themes[0]}
	s := Script{Procs: make([][]Op, 2)}
	for _, path := range []string{"a", "b"} {
		if d.chance("missing", 20) {
			continue
		}
		s.Ops = append(s.Ops, Op{Op: "open", H: "_", Path: path, Fl: []string{"creat"}},
			Op{Op: "write", H: "_", Ch: "o", N: 8}, Op{Op: "close", H: "_"})
	}
	for _, path := range []string{".", "a"} {
		if d.chance("watch", 70) {
			s.Ops = append(s.Ops, Op{Op: "watch", Path: path, Mask: []string{d.pick("mask", "ALL", "FSN")}})
		}
	}
	for i := range s.Procs {
		for len(s.Procs[i]) < 6 {
			s.Procs[i] = append(s.Procs[i], d.raceOps(string(rune('x'+i)))...)
			if d.chance("enough", 40) {
				break
			}
		}
	}
	return s
}

func (d drawer) raceOps(ch string) []Op {
	path := d.pick("path", "a", "a", "b")
	save := func(path string, fl ...string) []Op {
		return []Op{{Op: "open", H: "h", Path: path, Fl: fl}, {Op: "write", H: "h", Ch: ch, N: d.n("n", 1, 12)}, {Op: "close", H: "h"}}
	}
	switch d.n("race", 0, 11) {
	case 0, 1:
		return save(path, "creat", "trunc")
	case 2:
		return save(path, "creat", "append")
	case 3, 4:
		temp := d.pick("temp", "t", "t"+ch)
		return append(save(temp, "creat", "trunc"), Op{Op: "rename", Path: temp, To: path})
	case 5:
		return []Op{{Op: "unlink", Path: path}}
	case 6:
		return []Op{{Op: "chmod", Path: path, Mode: 0o600}}
	case 7:
		return []Op{{Op: d.pick("look", "read", "read", "stat"), Path: path}}
	case 11:
		return []Op{{Op: d.pick("list", "ls", "mkdir", "rmdir"), Path: d.pick("dir", ".", "s")}}
	case 8:
		return []Op{{Op: "truncate", Path: path, N: d.n("n", 0, 12)}}
	case 9:
		return []Op{{Op: "link", Path: path, To: d.pick("to", "a", "b", "c")}}
	}
	return []Op{{Op: "rename", Path: path, To: d.pick("to", "a", "b", "c")}}
}
