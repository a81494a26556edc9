package runner

import (
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// blockedFor is how long a process may be blocked outside of its environment: less than
// Options.Stuck, because nothing but a mistake blocks it, where one that computes may just
// be slow.
const blockedFor = 2 * time.Second

// stand is where a process stands that does not come back.
type stand struct {
	at    string // file:line of the first call that is not of the runtime; "" if it is not known
	state string // of its goroutine, as the runtime calls it: running, chan receive
}

// blocked reports whether it waits for something, and does not compute. In a bubble of
// testing/synctest it waits for goroutines that may.
func (s stand) blocked() bool {
	return s.at != "" && !strings.Contains(s.state, "synctest") && !slices.Contains([]string{"running", "runnable", "syscall"}, s.state)
}

// text says where it stands, and what to use instead.
func (s stand) text() string {
	if s.at == "" {
		return ""
	}
	text := "; it stands at " + s.at + " (" + s.state + ")"
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
	goroutineHead = regexp.MustCompile(`^goroutine \d+ (?:gp=\S+ )?(?:m=\S+ )?(?:mp=\S+ )?\[([^\],]+)`)
	goroutineCall = regexp.MustCompile(`(?m)^(\S.*)\(.*\)\n\t(\S+:\d+)`)
)

// goroutines are the dumps of all goroutines.
func goroutines() []string {
	const most = 1 << 20
	buf := make([]byte, 1<<14)
	n := runtime.Stack(buf, true)
	for n == len(buf) && n < most { // there may be more
		buf = make([]byte, 4*n)
		n = runtime.Stack(buf, true)
	}
	return strings.Split(string(buf[:n]), "\n\n")
}

// standing finds where the process of w stands that does not come back: its goroutine is
// the one that is not parked by the world.
func standing(w *sim.World) stand {
	for _, dump := range goroutines() {
		head := goroutineHead.FindStringSubmatch(dump)
		if head == nil || head[1] == "coroutine" || !w.OwnsGoroutine(dump) {
			continue
		}
		if at := standsAt(dump); at != "" {
			return stand{at: at, state: head[1]}
		}
	}
	return stand{}
}

// standsAt is the file:line of the first call of a goroutine that is not of the runtime;
// "" if there is none.
func standsAt(dump string) string {
	for _, call := range goroutineCall.FindAllStringSubmatch(dump, -1) {
		if !ofRuntime(call[1]) {
			return filepath.Base(call[2])
		}
	}
	return ""
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
