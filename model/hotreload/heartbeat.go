package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

const (
	fastBeat  = 16 * time.Millisecond
	fastBeats = 3
	slowBeat  = time.Second
)

// RunHeartbeats is H, the garbage collector's timer. It means nothing to the
// protocol, but it wakes the event loop, and so ends waits that nothing else
// would end (observed on every build): soon after a load, and then each
// second. It returns at once if heartbeats are off.
func (s *System) RunHeartbeats(_ env.Proc) {
	if !s.cfg.Heartbeats {
		return
	}
	fast, wait := 0, s.cfg.HeartbeatPhase
	for {
		if s.Deps.GC.Poll(wait) {
			fast, wait = fastBeats, fastBeat
			continue
		}
		s.Deps.Loop.Wake()
		switch {
		case fast > 1:
			fast--
		case fast == 1:
			fast, wait = 0, s.cfg.HeartbeatPhase
		default:
			wait = slowBeat
		}
	}
}

// loadDone tells the heartbeats that a load has used memory.
func (s *System) loadDone() {
	if s.cfg.Heartbeats {
		s.Deps.GC.Wake()
	}
}
