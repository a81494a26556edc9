package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// measured are the windows of the hot-reload scenarios. Those of laptop were
// traced on Bun 1.3.14 and Linux 6.18 (2 vCPU, ext4), those of ci-loaded on the
// same machine with five drivers at once; rows without a trace behind them are
// estimates that make the measured sums come out.
func measured() []*sim.Profile {
	us, window := sim.Micros, func(lap, ci sim.Window) [2]sim.Window { return [2]sim.Window{lap, ci} }
	const slow = 20_000 // a preempted thread comes back within 20 ms
	rows := map[string][2]sim.Window{
		// W: whoever saves the file.
		"W:open":      window(us(2, 10, 200), us(2, 40, slow)),
		"W:rename":    window(us(2, 10, 200), us(2, 40, slow)),
		"W:unlink":    window(us(2, 10, 200), us(2, 40, slow)),
		"W:ftruncate": window(us(2, 10, 200), us(2, 40, slow)),
		"W:write":     window(us(5, 20, 200), us(5, 80, slow)),
		"W:write.64k": window(us(40, 60, 200), us(40, 240, slow)),
		"W:write.2m":  window(us(1500, 2100, 6000), us(1500, 8000, 60_000)),
		"W:gap":       window(us(20, 100, 2000), us(20, 100, slow)),
		"W:truncgap":  window(us(50, 4300, 10_000), us(50, 8000, 60_000)),
		"W:rmgap":     window(us(50, 780, 5000), us(50, 3000, 40_000)),
		"W:vimgap":    window(us(50, 620, 5000), us(50, 2500, 40_000)),
		"W:react":     window(us(50, 300, 1000), us(50, 1200, 40_000)),
		"W:chunk":     window(us(5, 50, 5000), us(5, 200, 40_000)), // an estimate
		"W:begin":     window(us(1000, 5000, 20_000), us(1000, 20_000, 100_000)),
		"W:writegap":  window(us(1000, 2000, 4000), us(1000, 2000, slow)),
		// B: a build tool that saves many files. An estimate.
		"B:open":   window(us(0.3, 1, 20), us(0.3, 2, slow)),
		"B:write":  window(us(0.5, 1, 20), us(0.5, 2, slow)),
		"B:close":  window(us(0.2, 0.5, 10), us(0.2, 1, 2000)),
		"B:unlink": window(us(0.3, 1, 20), us(0.3, 2, slow)),
		"B:begin":  window(us(1000, 5000, 20_000), us(1000, 20_000, 100_000)),
		// K: what the kernel takes its time for, in whatever thread.
		"close":        window(us(1, 2, 60), us(1, 4, 2000)),
		"released":     window(us(13, 85, 1200), us(13, 200, slow)),
		"released.2m":  window(us(90, 470, 800), us(90, 1200, slow)),
		"ftruncate":    window(us(2, 10, 100), us(2, 40, slow)),
		"ftruncate.2m": window(us(50, 350, 700), us(50, 1400, slow)),
		// F: the watcher thread.
		"F:arm":             window(us(20, 200, 20_000), us(20, 800, 100_000)), // an estimate
		"F:wake":            window(us(5, 40, 400), us(5, 160, slow)),
		"F:inotify.woken":   window(us(2, 10, 100), us(2, 40, slow)),
		"F:inotify.timeout": window(us(0, 55, 300), us(0, 200, slow)),
		"F:callback":        window(us(10, 60, 400), us(10, 240, slow)),
		"F:between":         window(us(10, 30, 700), us(10, 120, slow)),
		// J: the thread that runs JavaScript. T: the transpiler's.
		"J:wake":   window(us(5, 60, 2000), us(5, 240, 40_000)),
		"J:reload": window(us(20, 60, 3000), us(20, 240, 40_000)),
		// With a garbage collection. That there is one is in the source; how long it takes is
		// an estimate: from wake to the next open of the source 3.06 ms were traced with it,
		// and 0.95 from rejection to that open without, both slowed some three times.
		"J:reload.gc":     window(us(20, 1000, 3000), us(20, 4000, 40_000)),
		"J:hop":           window(us(1, 3, 20), us(1, 6, slow)),
		"opendir":         window(us(5, 20, 200), us(5, 80, slow)),
		"lookup":          window(us(1, 2, 10), us(1, 8, slow)),
		"open":            window(us(2, 10, 100), us(2, 40, slow)),
		"seek":            window(us(2, 10, 100), us(2, 40, slow)),
		"fstat":           window(us(2, 10, 100), us(2, 40, slow)),
		"access":          window(us(2, 10, 100), us(2, 40, slow)),
		"readdir":         window(us(2, 10, 100), us(2, 40, slow)),
		"inotify.add":     window(us(2, 10, 100), us(2, 40, slow)),
		"read":            window(us(3, 10, 60), us(3, 40, slow)),
		"read.2m":         window(us(80, 150, 300), us(80, 600, slow)),
		"parse":           window(us(10, 40, 300), us(10, 160, slow)),
		"parse.2m":        window(us(100, 1000, 1400), us(100, 4000, 40_000)),
		"parse.2m.hit":    window(us(1300, 1600, 2000), us(1300, 6400, 40_000)),
		"parse.2m.miss":   window(us(13_000, 15_000, 17_000), us(13_000, 60_000, 170_000)),
		"J:preeval":       window(us(20, 300, 2000), us(20, 1200, 40_000)),
		"J:preeval.first": window(us(1000, 9000, 20_000), us(1000, 36_000, 200_000)),
		"J:eval":          window(us(5, 20, 200), us(5, 80, slow)),
		"J:write":         window(us(10, 40, 300), us(10, 160, slow)), // the program writes its own file
		"J:remap":         window(us(10, 50, 200), us(10, 200, slow)),
		"J:print":         window(us(20, 80, 400), us(20, 320, slow)),
		"T:start":         window(us(20, 100, 2000), us(20, 400, 40_000)),
	}
	laptop, ci := sim.Laptop(), sim.CILoaded()
	ci.HoldOneIn, ci.HoldMax = 10, 20*time.Millisecond
	laptop.Windows, ci.Windows = make(map[string]sim.Window), make(map[string]sim.Window)
	for label, w := range rows {
		laptop.Windows[label], ci.Windows[label] = w[0], w[1]
	}
	return []*sim.Profile{laptop, ci}
}

// profiles are those of all these scenarios: laptop and ci-loaded, as measured, and a
// tight one, under which the smaller scenarios can be gone through order by order.
func profiles() []*sim.Profile {
	both := measured()
	return append(both, both[0].Tight(
		"F:wake", "F:inotify.woken", "F:inotify.timeout", "F:callback",
		"J:write", "ftruncate", "close", "J:remap", "J:print", "J:wake", "J:reload", "J:reload.gc", "J:preeval",
	))
}

// emulated is laptop on a machine that is slower as a whole: scenarios with it say by
// how much, with World.Slow. Timers are not slower.
func emulated() *sim.Profile {
	p := measured()[0]
	p.Name = "emulated"
	return p
}
