package quickstart

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

// TornConfig is the tutorial: an editor rewrites a configuration file in chunks,
// and a server that watches the file reloads it. The server must never serve a
// version that is cut off in the middle, and in the end it must serve the last.
//
// Waiting a while after a change makes that rare and not impossible: a second save
// may begin just when the wait is over. Looking whether the file is complete does it.
func TornConfig() *sim.Scenario {
	return &sim.Scenario{
		Name:     "quickstart/torn-config",
		Doc:      "an editor saves a configuration in chunks while a server reloads it",
		Variants: []string{"naive", "debounced", "checked"},
		Params:   []sim.ParamDoc{{Label: "saves", Doc: "how often the editor saves"}},
		Properties: []sim.PropertyDoc{
			{Name: "whole", Doc: "what is served is a version that was saved, as a whole"},
			{Name: "latest", Doc: "in the end the last version that was saved is served"},
		},
		Expect: []sim.Expectation{{Variant: "naive", Fails: []string{"whole"}}, {Variant: "debounced", Fails: []string{"whole"}}},
		Build:  tornConfig,
	}
}

func tornConfig(w *sim.World) {
	saves := w.Draw().Int("saves", 1, 3)
	version := func(n int) string { return fmt.Sprintf("port = %d\nend\n", 8000+n) }
	served := version(0)
	disk := vfs.New(w)
	disk.WriteFile("app.conf", env.Text(version(0), disk.NewVersion()))

	editor := disk.Group()
	w.Process("editor", func(p *sim.Proc) {
		for n := 1; n <= saves; n++ {
			p.Sleep("type", 10*time.Millisecond)
			fd, _ := editor.Open("app.conf", env.WriteOnly|env.Truncate)
			for _, line := range strings.SplitAfter(version(n), "\n") {
				editor.Write(fd, env.Text(line, disk.NewVersion()))
			}
			editor.Close(fd)
		}
	})

	server := disk.Group()
	events := server.NewWatcher("inotify", 0)
	w.Process("server", func(p *sim.Proc) {
		events.AddWatch("app.conf", env.InModify)
		for {
			fd, _ := server.Open("app.conf", env.ReadOnly)
			text, _ := server.Read(fd, 4096)
			server.Close(fd)
			if w.Variant() != "checked" || strings.HasSuffix(text.String(), "end\n") {
				served = text.String()
				w.Note("serve %q", served)
			}
			events.Read(4096) // blocks until the file has changed
			if w.Variant() == "debounced" {
				p.Sleep("debounce", 5*time.Millisecond)
			}
		}
	})

	w.Always("whole", func() error {
		if !strings.HasSuffix(served, "end\n") {
			return fmt.Errorf("the server serves %q", served)
		}
		return nil
	})
	w.Eventually("latest", 0, func() bool { return served == version(saves) })
}
