//go:build linux

package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// What processes that race on the kernel of the test machine show can be produced by
// the model. -rapid.checks says how many scripts are tried, SIMRUN_RACE_RUNS how often
// each is run.
func TestLiveRacy(t *testing.T) {
	if !knownKernel() {
		t.Skip("the order of OPEN and MODIFY is that of Linux 6.8 and later")
	}
	dir := t.TempDir()
	scripts := 0
	runs := 20
	if n, err := strconv.Atoi(os.Getenv("SIMRUN_RACE_RUNS")); err == nil {
		runs = n
	}
	rapid.Check(t, func(r *rapid.T) {
		if scripts++; enough(scripts, 10) {
			return
		}
		s := drawRace(r)
		outcomes, err := raceOften(fmt.Sprintf("%s/%d", dir, scripts), s, runs)
		require.NoError(r, err)
		missing, err := missingOutcomes(s, outcomes)
		require.NoError(r, err)
		if len(missing) > 0 {
			line, _ := json.Marshal(s)
			r.Fatalf("the model cannot produce what was seen of\n%s\n%s", line, missing[0].key())
		}
	})
}

// raceOften runs a concurrent script on the kernel and returns the outcomes that
// differ. Each process is a thread, and the threads have processors of their own, as
// far as there are enough.
func raceOften(dir string, s Script, runs int) ([]Outcome, error) {
	race := &race{meeting: make([]atomic.Int64, len(s.Procs))}
	start, end := make([]chan *machine, len(s.Procs)), make(chan struct{})
	for i, ops := range s.Procs {
		start[i] = make(chan *machine)
		go race.thread(i, ops, start[i], end)
		defer close(start[i])
	}
	seen := map[string]bool{}
	var outcomes []Outcome
	for n := range runs {
		o, err := raceOnce(fmt.Sprintf("%s.%d", dir, n), s, start, end)
		if err != nil {
			return nil, err
		}
		if !seen[o.key()] {
			seen[o.key()] = true
			outcomes = append(outcomes, o)
		}
	}
	return outcomes, nil
}

// race is where the threads of a race meet.
type race struct {
	meeting []atomic.Int64 // how often each has come
}

// meet waits for all, without sleeping.
func (r *race) meet(i int) {
	n := r.meeting[i].Add(1)
	for j := range r.meeting {
		for spins := 0; r.meeting[j].Load() < n; spins++ {
			if spins%1000 == 999 {
				runtime.Gosched()
			}
		}
	}
}

// thread is process i, once for each machine that it gets. Every time it starts a
// little earlier or later than the others.
func (r *race) thread(i int, ops []Op, start <-chan *machine, end chan<- struct{}) {
	runtime.LockOSThread() // and never unlocked: the thread ends with its processor
	var cpus unix.CPUSet
	cpus.Set(i % runtime.NumCPU())
	_ = unix.SchedSetaffinity(0, &cpus)
	late := uint32(i + 1)
	for m := range start {
		r.meet(i)
		late = late*1664525 + 1013904223
		for range late >> 16 % 8192 {
			r.meeting[i].Load()
		}
		for at, op := range ops {
			if op.Op == "barrier" {
				r.meet(i)
			} else {
				m.do(at, op)
			}
		}
		end <- struct{}{}
	}
}

// raceOnce makes the files and watches of a script and lets the threads go.
func raceOnce(dir string, s Script, start []chan *machine, end <-chan struct{}) (Outcome, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return Outcome{}, err
	}
	ino, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return Outcome{}, err
	}
	actor := func() *machine {
		return &machine{dir: dir, ino: ino, handles: map[string]int{}, wdOf: newWDTable(), raw: []Raw{}}
	}
	main := actor()
	defer main.clean()
	for at, op := range s.Ops {
		main.do(at, op)
	}
	main.errs = nil

	procs := make([]*machine, len(s.Procs))
	for i := range procs {
		procs[i] = actor()
		procs[i].wdOf = main.wdOf
		start[i] <- procs[i]
	}
	for range procs {
		<-end
	}
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
