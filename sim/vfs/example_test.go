package vfs_test

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

// An editor writes three times, a server receives with fsnotify. Whether it sees three
// events or one hangs on how fast it takes them.
func Example() {
	for _, work := range []sim.Window{sim.Micros(1, 1, 1), sim.Micros(5000, 5000, 5000)} {
		w, seen := sim.NewWorld(), 0
		server := &sim.Scenario{
			Name:     "example/slow-consumer",
			Profiles: []*sim.Profile{{Name: "plain", Step: sim.Micros(1, 1, 1), Windows: map[string]sim.Window{"handle it": work, "pause": sim.Micros(500, 500, 500)}}},
			Build: func(w *sim.World) {
				disk := vfs.New(w)
				disk.WriteFile("app.conf", env.Text("port = 8000\n", disk.NewVersion()))
				watcher := disk.Group().NewFileWatcher("watcher", vfs.Inotify)
				w.Process("server", func(p *sim.Proc) {
					_ = watcher.Add("app.conf")
					for {
						_, _ = watcher.Next()
						seen++
						p.Step("handle it")
					}
				})
				editor := disk.Group()
				w.Process("editor", func(p *sim.Proc) {
					fd, _ := editor.Open("app.conf", env.WriteOnly)
					for range 4 {
						p.Step("pause")
						_, _ = editor.Write(fd, env.Text("port = 8001\n", disk.NewVersion()))
					}
				})
			},
		}
		r, err := w.Run(server, sim.Config{Record: true})
		if err != nil {
			fmt.Println(err)
		}
		fmt.Println(seen, "events")
		for _, e := range r.Trace.Events {
			for _, rule := range e.Rules {
				fmt.Println(rule.Text)
			}
		}
		w.Close()
	}
	// Output:
	// 4 events
	// 3 events
	// fsnotify reads no further while its event is not received: the system gathers meanwhile [observed, fsnotify 1.10.1]
	// inotify merges a record equal to the last unread one [observed, Linux 6.18]
}
