package runner

import (
	"fmt"
	"strings"
	"time"

	"github.com/benbjohnson/clock"
)

// WatchBubble looks after a bubble of testing/synctest in which schedules of a scenario
// will run. It is called outside of it, for inside time stands still: whoever waits
// there for a sync.Mutex is not blocked as synctest sees it, and if who holds that waits
// for time, nothing moves any more, this package's other watch included. WatchBubble ends
// the program then, and says where they stand, as go test does when its time is up.
func WatchBubble(scenario string) (stop func()) {
	quit := make(chan struct{})
	go func() {
		tick := clock.New().Ticker(watchEvery)
		defer tick.Stop()
		looks := make(map[string]int) // at which somebody was seen to wait, one after the other
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			now := make(map[string]int)
			for _, dump := range goroutines() {
				if who, at := inMutex(dump); who != "" {
					if now[who] = looks[who] + 1; time.Duration(now[who])*watchEvery > blockedFor {
						panic(fmt.Sprintf("scenario %q: a goroutine of its bubble has waited for %v at %s for a lock: "+
							"whoever holds it waits for time, which stands still until this one is blocked, and for synctest a sync.Mutex blocks nobody. "+
							"Do not hold one across what waits for the clock, or use a channel of one element in its place",
							scenario, blockedFor, at))
					}
				}
			}
			looks = now
		}
	}()
	return func() { close(quit) }
}

// inMutex returns which goroutine of a bubble waits for a lock, with what it is in, and at
// which line of the code under test; "" if this one does not.
func inMutex(dump string) (who, at string) {
	line, rest, _ := strings.Cut(dump, "\n")
	head := goroutineHead.FindStringSubmatch(dump)
	if head == nil || !strings.Contains(line, "synctest bubble") || !strings.Contains(head[1], "Mutex") {
		return "", ""
	}
	if at = standsAt(rest); at == "" {
		return "", ""
	}
	return strings.Fields(line)[1] + " " + rest, at
}
