package runner

import (
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// blockedFor is how long a process may be blocked outside of its environment: less than
// Options.Stuck, because nothing but a mistake blocks it, where one that computes may just
// be slow.
const blockedFor = 2 * time.Second

// stand is where a process stands that does not come back.
type stand struct {
	at    []string // file:line of the first call that is not of the runtime; more than one if others were left behind
	state string   // of its goroutine, as the runtime calls it: running, chan receive
}

// blocked reports whether it waits for something, and does not compute. In a bubble of
// testing/synctest it waits for goroutines that may.
func (s stand) blocked() bool {
	return len(s.at) == 1 && !strings.Contains(s.state, "synctest") && !slices.Contains([]string{"running", "runnable", "syscall", ""}, s.state)
}

// text says where it stands, and what to use instead.
func (s stand) text() string {
	if len(s.at) == 0 {
		return ""
	}
	text := "; it stands at " + strings.Join(s.at, " or ")
	if s.state != "" {
		text += " (" + s.state + ")"
	}
	instead := ""
	switch {
	case strings.HasPrefix(s.state, "chan"), s.state == "select", strings.Contains(s.state, "Cond"), strings.Contains(s.state, "WaitGroup"):
		instead = "wait with World.NewWaker instead, or run goroutines of your own in a bubble (simclock.NewBubble)"
	case strings.Contains(s.state, "Mutex"):
		instead = "lock with World.NewMutex instead"
	case s.state == "sleep":
		instead = "sleep with Proc.Sleep instead"
	}
	if instead != "" {
		text += ": " + instead
	}
	return text
}

// The forms of a goroutine in a dump of the runtime.
var (
	goroutineHead = regexp.MustCompile(`^goroutine (\d+) (?:gp=\S+ )?(?:m=\S+ )?(?:mp=\S+ )?\[([^\],]+)`)
	goroutineCall = regexp.MustCompile(`(?m)^(\S.*)\(.*\)\n\t(\S+:\d+)`)
)

// astray are the goroutines, with their dumps, that run the body of a process and are not
// parked by the world: those that run, and those that do not come back.
func astray() map[string]string {
	const most = 1 << 20
	buf := make([]byte, 1<<14)
	n := runtime.Stack(buf, true)
	for n == len(buf) && n < most { // there may be more
		buf = make([]byte, 4*n)
		n = runtime.Stack(buf, true)
	}
	buf = buf[:n]
	list := make(map[string]string)
	for _, dump := range strings.Split(string(buf), "\n\n") {
		head := goroutineHead.FindStringSubmatch(dump)
		if head != nil && head[2] != "coroutine" && strings.Contains(dump, "/sim.(*procJob).Run(") {
			list[head[1]] = dump
		}
	}
	return list
}

// standing finds where the processes stand that do not come back. Those in before were
// astray before the run began, such as one that an earlier run left behind.
func standing(before map[string]string) stand {
	var s stand
	for id, dump := range astray() {
		if _, ok := before[id]; ok {
			continue
		}
		for _, call := range goroutineCall.FindAllStringSubmatch(dump, -1) {
			if ofRuntime(call[1]) {
				continue
			}
			if at := filepath.Base(call[2]); !slices.Contains(s.at, at) {
				s.at, s.state = append(s.at, at), goroutineHead.FindStringSubmatch(dump)[2]
			}
			break
		}
	}
	slices.Sort(s.at)
	if len(s.at) > 1 {
		s.state = ""
	}
	return s
}

// ofRuntime reports whether a function is of the packages through which Go code blocks.
func ofRuntime(function string) bool {
	for _, prefix := range []string{"runtime.", "sync.", "sync/", "time.", "internal/", "syscall.", "os.", "net."} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return false
}
