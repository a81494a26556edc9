package startup

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// span is a window in milliseconds.
func span(earliest, nominal, latest float64) sim.Window {
	return sim.Micros(earliest*1000, nominal*1000, latest*1000)
}

// seconds is a window in seconds.
func seconds(earliest, nominal, latest float64) sim.Window {
	return span(earliest*1000, nominal*1000, latest*1000)
}

// rows are windows by label: laptop, then ci-loaded.
type rows map[string][2]sim.Window

// common are the windows of all scenarios: RivetKit 2.1.3 and 2.2.1 on Node 22.23 and
// Linux, where they were observed, and estimates elsewhere.
func common() rows {
	none := sim.Window{}
	segment := [2]sim.Window{span(0.01, 0.1, 2), span(0.05, 1, 50)}
	never := sim.Window{Nominal: 500 * time.Millisecond, Latest: sim.Unbounded}
	neverCI := sim.Window{Nominal: 2 * time.Second, Latest: sim.Unbounded}
	return rows{
		// A synchronous step of a loop; looking at the queue is none.
		"main": segment, "timer": segment, "callback": segment, "immediate": segment, "microtask": segment, "tick": segment,
		"poll": {none, none}, "report": {none, none}, "handled": {none, none},
		// The drain before the loop looks at the clock: a timer may be due by then.
		"timers": {span(0, 0, 2), span(0, 0, 50)},
		// From ready to its callback, and beyond the due time of a timer.
		"woken":   {span(0.05, 0.3, 5), span(0.2, 5, 300)},
		"timeout": {span(0, 0.2, 5), span(0, 5, 500)},

		"import-app":    {span(0.3, 3, 30), span(2, 30, 1000)},
		"import-server": {span(1, 7.5, 40), span(5, 60, 1000)}, // each of the two
		"probe":         {span(0.05, 0.2, 2), span(0.2, 2, 100)},
		"mkdir":         {span(0.05, 0.3, 5), span(0.2, 5, 200)},
		"spawn":         {span(2, 8, 40), span(5, 40, 500)},
		"engine-boot":   {seconds(0.3, 1.2, 5), seconds(1, 6, 60)},
		"api-ready":     {seconds(0, 0.2, 2), seconds(0, 1, 10)},
		"download":      {seconds(2, 15, 120), {Earliest: 10 * time.Second, Nominal: time.Minute, Latest: sim.Unbounded}},
		"first-request": {never, neverCI},
		"app-drain":     {seconds(0, 1, 5), seconds(0, 2, 30)},
		"drain":         {seconds(0, 1, 2), seconds(0, 1, 2)}, // an engine's worker in development: 1 s, by force after 2 s

		// One way over the loopback: connecting and half of the exchange, then the rest.
		"link.loopback": {span(0.2, 0.7, 7), span(0.7, 9.5, 700)},
		"link":          {span(5, 40, 200), span(5, 80, 2000)}, // to the cloud
		"SIGTERM":       {span(0.01, 0.1, 2), span(0.05, 1, 50)},
		"SIGINT":        {span(0.01, 0.1, 2), span(0.05, 1, 50)},
		"exited":        {span(0.05, 0.3, 5), span(0.2, 5, 300)},

		// When the processes start: app#1 and app#2 within the offset of each other.
		"app#:start":   {span(0, 0, 50), span(0, 0, 500)},
		"client-start": {seconds(0, 0, 60), seconds(0, 0, 120)},
	}
}

// profiles are laptop and ci-loaded, with rows that replace those of all scenarios.
func profiles(more rows) []*sim.Profile {
	laptop, ci := sim.Laptop(), sim.CILoaded()
	laptop.Step, ci.Step = span(0.01, 0.1, 2), span(0.05, 1, 50)
	laptop.Timer, ci.Timer = span(0, 0.2, 5), span(0, 5, 500)
	ci.HoldOneIn, ci.HoldMax = 10, 300*time.Millisecond
	for _, from := range []rows{common(), more} {
		for label, w := range from {
			laptop.Windows[label], ci.Windows[label] = w[0], w[1]
		}
	}
	return []*sim.Profile{laptop, ci}
}
