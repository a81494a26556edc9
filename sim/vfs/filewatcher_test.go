package vfs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

// roomy is a profile in which everything may overtake everything.
func roomy() *sim.Profile {
	return &sim.Profile{Name: "roomy", Step: sim.Micros(0, 1, 1000), Timer: sim.Micros(0, 1, 1000)}
}

// coin chooses by a generator of its own.
type coin struct{ state uint64 }

func (c *coin) Choose(p *sim.Point) int {
	c.state += 0x9e3779b97f4a7c15
	z := (c.state ^ c.state>>30) * 0xbf58476d1ce4e5b9
	return int((z ^ z>>27) >> 33 % uint64(p.N))
}

// outcomes runs a scenario by many schedules, and returns what build's result came to.
func outcomes(t *testing.T, runs int, build func(w *sim.World, out *[]string)) (found []string, rules []string) {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	var out []string
	s := &sim.Scenario{Name: "vfs/watchers", Profiles: []*sim.Profile{roomy()}, Build: func(w *sim.World) {
		out = nil
		build(w, &out)
	}}
	for seed := range runs {
		cfg := sim.Config{Record: true, Chooser: &coin{uint64(seed)}}
		if seed == 0 {
			cfg.Chooser = nil
		}
		r, err := w.Run(s, cfg)
		require.NoError(t, err)
		require.False(t, r.Verdict.Failed(), "%v", r.Failure)
		if got := strings.Join(out, ", "); !slices.Contains(found, got) {
			found = append(found, got)
		}
		for _, e := range r.Trace.Events {
			for _, rule := range e.Rules {
				if !slices.Contains(rules, rule.ID) {
					rules = append(rules, rule.ID)
				}
			}
		}
	}
	return found, rules
}

func describe(ev env.FileEvent, err error) string {
	if err != nil {
		return err.Error()
	}
	names := []string{"CREATE", "WRITE", "REMOVE", "RENAME", "CHMOD"}
	var ops []string
	for i, n := range names {
		if ev.Op&(1<<i) != 0 {
			ops = append(ops, n)
		}
	}
	return strings.Join(ops, "|") + " " + ev.Name
}

// threeWrites is a world in which a file is written three times while a consumer
// receives.
func threeWrites(on vfs.System) func(w *sim.World, out *[]string) {
	return func(w *sim.World, out *[]string) {
		disk := vfs.New(w)
		disk.WriteFile("a", env.Text("one", 1))
		watcher := disk.Group().NewFileWatcher("watcher", on)
		done := sim.NewQueue[int](w, "added")
		w.Process("consumer", func(*sim.Proc) {
			_ = watcher.Add("a")
			done.Push(1)
			for {
				*out = append(*out, describe(watcher.Next()))
			}
		})
		w.Process("editor", func(*sim.Proc) {
			done.Pop()
			files := disk.Group()
			fd, _ := files.Open("a", env.WriteOnly)
			for i := range 3 {
				_, _ = files.Write(fd, env.Text(fmt.Sprint(i), 2))
			}
			_ = files.Close(fd)
		})
	}
}

// The same three writes are three events to a prompt consumer, and one to a slow one,
// because the kernel merges what is not read (RULES 1.4, observed).
func TestSlowConsumerLetsTheQueueMerge(t *testing.T) {
	found, rules := outcomes(t, 400, threeWrites(vfs.Inotify))
	require.Contains(t, found, "WRITE a")
	require.Contains(t, found, "WRITE a, WRITE a, WRITE a")
	require.Len(t, found, 3)
	require.Subset(t, rules, []string{"inotify.merge"})
}

// kqueue merges too; ReadDirectoryChangesW does not, but may say more than there was.
func TestOtherSystems(t *testing.T) {
	found, rules := outcomes(t, 400, threeWrites(vfs.Kqueue))
	require.Len(t, found, 3)
	require.Contains(t, rules, "kqueue.gathers")

	found, rules = outcomes(t, 400, threeWrites(vfs.RDCW))
	require.ElementsMatch(t, []string{"WRITE a, WRITE a, WRITE a", "WRITE a, WRITE a, WRITE a, WRITE a"}, found)
	require.Contains(t, rules, "rdcw.twice")

	found, rules = outcomes(t, 400, threeWrites(vfs.FSEvents))
	require.Contains(t, found, "WRITE a")
	require.Contains(t, rules, "fsevents.gathers")
}

// Close ends the reader wherever it is, and who receives is told.
func TestClose(t *testing.T) {
	for _, on := range []vfs.System{vfs.Inotify, vfs.Kqueue, vfs.RDCW, vfs.FSEvents} {
		found, _ := outcomes(t, 200, func(w *sim.World, out *[]string) {
			disk := vfs.New(w)
			disk.WriteFile("a", env.Text("one", 1))
			watcher := disk.Group().NewFileWatcher("watcher", on)
			ended := false
			w.Process("consumer", func(*sim.Proc) {
				for {
					if _, err := watcher.Event(); err != nil {
						*out = append(*out, err.Error())
						return
					}
				}
			})
			w.Process("main", func(*sim.Proc) {
				_ = watcher.Add("a")
				_ = disk.Group().Truncate("a", 0)
				_ = watcher.Close()
				_ = watcher.Close()
				ended = true
			})
			w.Eventually("closed", 0, func() bool { return ended && len(*out) == 1 })
		})
		require.Equal(t, []string{env.ErrWatcherClosed.Error()}, found, on)
	}
}

// An event is not handed to a consumer that was killed.
func TestKilledConsumer(t *testing.T) {
	found, _ := outcomes(t, 100, func(w *sim.World, out *[]string) {
		disk := vfs.New(w)
		disk.WriteFile("a", env.Text("one", 1))
		watcher := disk.Group().NewFileWatcher("watcher", vfs.Inotify)
		victim := w.Process("victim", func(*sim.Proc) { _, _ = watcher.Next() })
		w.Process("main", func(p *sim.Proc) {
			_ = watcher.Add("a")
			p.Step("wait")
			victim.Kill()
			_ = disk.Group().Truncate("a", 0)
			*out = append(*out, describe(watcher.Next()))
		})
	})
	require.Equal(t, []string{"WRITE a"}, found)
}

// A consumer that does not listen to errors is stuck behind one, and with it, because
// fsnotify holds its lock meanwhile, whoever calls Add.
func TestErrorThatNobodyReceives(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	added := false
	s := &sim.Scenario{Name: "vfs/stuck", Profiles: []*sim.Profile{roomy()}, Build: func(w *sim.World) {
		added = false
		disk := vfs.New(w)
		disk.WriteFile("a", env.Text("one", 1))
		watcher := disk.Group().NewFileWatcher("watcher", vfs.Inotify)
		w.Process("main", func(p *sim.Proc) {
			_ = watcher.Add("a")
			files := disk.Group()
			_ = files.Rename("a", "b")
			_ = files.Unlink("b") // before the reader handles MOVE_SELF
			_, _ = watcher.Event()
			_ = watcher.Add(".")
			added = true
		})
		w.Eventually("added", 0, func() bool { return added })
	}}
	stuck, fine := 0, 0
	for seed := range 200 {
		r, err := w.Run(s, sim.Config{Record: true, Chooser: &coin{uint64(seed)}})
		require.NoError(t, err)
		if r.Verdict.Failed() {
			stuck++
		} else {
			fine++
		}
	}
	require.NotZero(t, stuck)
	require.NotZero(t, fine)
}

// On Windows there is room for 50 events in the channel: so many, and one more that the
// reader waits with, are sent while nobody receives. Elsewhere it is that one.
func TestRoomOfChannel(t *testing.T) {
	for on, want := range map[vfs.System]int{vfs.Inotify: 1, vfs.Kqueue: 1, vfs.RDCW: 51} {
		trace := run(t, func(w *sim.World) {
			disk := vfs.New(w)
			disk.WriteFile("a", env.Text("a", 1))
			fs := disk.Group()
			watcher := fs.NewFileWatcher("watcher", on)
			w.Process("P", func(p *sim.Proc) {
				_ = watcher.Add("a")
				for range 60 {
					_ = fs.Truncate("a", 0)
					p.Sleep("pause", time.Second)
				}
			})
		})
		sent := 0
		for i := range trace.Events {
			for _, d := range trace.Events[i].Details {
				if strings.HasPrefix(d, "send ") {
					sent++
				}
			}
		}
		require.Equal(t, want, sent, on.String())
	}
}
