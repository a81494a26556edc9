package recycle

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// The profiles.
const (
	steadyFleet   = "steady-fleet"   // nothing is deployed, the network is calm
	rollingDeploy = "rolling-deploy" // a train is under way
)

// steady and rolling are the profiles, for scenarios in which one of them is the
// world that is meant.
func steady() []*sim.Profile  { return []*sim.Profile{profile(steadyFleet)} }
func rolling() []*sim.Profile { return []*sim.Profile{profile(rollingDeploy)} }

// ms and sec make windows.
func ms(earliest, nominal, latest float64) sim.Window {
	return sim.Micros(earliest*1e3, nominal*1e3, latest*1e3)
}
func sec(earliest, nominal, latest float64) sim.Window {
	return sim.Micros(earliest*1e6, nominal*1e6, latest*1e6)
}

// half is the window of one of two equal parts of w: a request and its answer.
func half(w sim.Window) sim.Window {
	return sim.Window{Earliest: w.Earliest / 2, Nominal: w.Nominal / 2, Latest: w.Latest / 2}
}

// profile makes a profile by name. Durations of the cloud's balancer and of the CDN are
// assumptions about what cannot be seen from outside; the others are from the
// system's own settings and logs.
func profile(name string) *sim.Profile {
	window := func(steady, rolling sim.Window) sim.Window {
		if name == steadyFleet {
			return steady
		}
		return rolling
	}
	fetch := half(window(ms(50, 300, 3000), ms(50, 400, 30_000)))
	timer := ms(0, 0.1, 5)
	p := &sim.Profile{
		Name:  name,
		Step:  ms(0, 0.05, 1),
		Timer: timer,
		Windows: map[string]sim.Window{
			// The network.
			"link":   window(ms(2, 15, 150), ms(2, 20, 600)),
			"report": window(ms(5, 50, 200), ms(5, 50, 1000)),
			// At 300 s the client gives up. Some rows have a later nominal value, so that strategies
			// which order processes, and not their events, come by what is late too.
			"late": sec(0, 0, 299), "late.20s": sec(0, 20, 299), "late.60s": sec(0, 60, 299), "late.150s": sec(0, 150, 299),
			"load":         ms(1, 5, 50), // page to balancer, balancer to task
			"seed":         ms(1, 5, 50),
			"hook":         ms(1, 5, 50),
			"visit":        ms(2, 15, 150),
			"assign":       ms(2, 15, 150),
			"beat.abort":   ms(0, 1, 50),
			"seed.timeout": timer, "load.timeout": timer, "visit.timeout": timer, "assign.timeout": timer,
			// The CDN: half to it, half back.
			"smoke": fetch, "page-fetch": fetch, "hash-fetch": fetch, "report-fetch": fetch, "checksum-fetch": fetch,
			"edge": window(sim.Window{}, sec(0, 2, 60)),
			// Realm tasks.
			"task-boot": window(sec(2, 4, 10), sec(2, 5, 20)),
			"db-setup":  window(sec(1, 3, 10), sec(1, 4, 20)),
			"started":   window(sec(5, 60, 180), sec(5, 120, 240)),
			"mount":     sec(0.1, 1, 10),
			// The balancer, and what waits for it.
			"flip":     window(sec(10, 20, 40), sec(10, 25, 60)),
			"lb-drain": sec(0, 15, 30), "lb-drain.wide": sec(0, 15, 300),
			"drained":     {},
			"unflip":      sec(0, 10, 20),
			"stable":      sec(5, 15, 30),
			"green":       sec(10, 20, 40),
			"job-recycle": sec(30, 60, 120),
			// Manager and prerender servers.
			"manager-down":        window(sec(5, 10, 30), sec(5, 15, 30)),
			"prerender-boot":      sec(0.5, 2, 10),
			"restart-after-crash": sec(2, 5, 60),
			"chrome-launch":       sec(0.8, 1.5, 3),
			"profile-sweep":       ms(1, 20, 100),
			"page-load":           sec(0.8, 1.5, 3),
			"page-load.failed":    sec(0.8, 1.5, 30),
			"page-close":          ms(1, 20, 200),
			"chrome-close.slow":   sec(1, 30, 100),
			"parted":              sec(5, 60, 240),
			"crash":               sec(20, 60, 140),
			"stall":               sec(30, 30, 30),
			"manager-both":        sec(5, 30, 60),
			"cancel":              {},
			"chrome-close":        ms(50, 200, 1000),
			"render":              sec(1, 5, 30),
			"grace":               ms(0, 0.1, 5),
			"harness-release":     ms(0, 50, 500),
			// Clients.
			"ask": sec(1, 5, 10),
			// The script of a scenario.
			"server-start": sec(0, 5, 20), // prerender tasks of a train
			"roll-back":    sec(60, 120, 240),
			"publish":      sec(60, 120, 260), // the CDN switches
			"soon":         sec(1, 10, 60),
			"first-render": sec(0, 40, 200),
			"later":        sec(5, 60, 200),
		},
	}
	return p
}

// The bounds of the properties.
const (
	freshWithin  = 360 * time.Second
	capWithin    = 5 * time.Second
	quietAfter   = 60 * time.Second
	liveWithin   = 180 * time.Second
	orderlyGone  = time.Second
	poisonLimit  = 120 * time.Second
	trainRealmAt = 420 * time.Second
	managerDown  = 90 * time.Second
)
