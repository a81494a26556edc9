package hotreload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// bare is a world that does nothing and allocates nothing: one file, of one
// unit, and no other process.
type bare struct {
	env.FS
	env.Watcher
	env.Proc
	data  env.Data
	off   int
	tasks []Task
	micro []func()
	count uint32
	unit  Unit
}

func (b *bare) Open(string, env.OpenFlag) (env.FD, error) { b.off = 0; return 3, nil }
func (b *bare) Close(env.FD) error                        { return nil }
func (b *bare) Read(env.FD, int) (env.Data, error) {
	if b.off++; b.off > 1 {
		return nil, nil
	}
	return b.data, nil
}
func (b *bare) Step(string)             {}
func (b *bare) Lock()                   {}
func (b *bare) Unlock()                 {}
func (b *bare) Wake()                   {}
func (b *bare) Poll(time.Duration) bool { return true }
func (b *bare) Push(t Task)             { b.tasks = append(b.tasks, t) }
func (b *bare) Pop() Task               { panic("not used") }
func (b *bare) TakeAll(dst []Task) []Task {
	dst = append(dst, b.tasks...)
	b.tasks = b.tasks[:0]
	return dst
}
func (b *bare) Add(d uint32) uint32           { b.count += d; return b.count }
func (b *bare) Load() uint32                  { return b.count }
func (b *bare) Swap(v uint32) (old uint32)    { old, b.count = b.count, v; return old }
func (b *bare) Enqueue(fn func())             { b.micro = append(b.micro, fn) }
func (b *bare) Compile(string, env.Data) Unit { return b.unit }
func (b *bare) PollUntil(env.Mark, time.Duration) bool {
	return true
}

func (b *bare) Drain() {
	for i := 0; i < len(b.micro); i++ {
		b.micro[i]()
	}
	b.micro = b.micro[:0]
}

type bareFS struct{ *bare }

type bareWatcher struct{ *bare }

func (bareWatcher) AddWatch(string, env.WatchMask) (env.WD, error) { return 2, nil }
func (bareWatcher) RmWatch(env.WD) error                           { return nil }
func (bareWatcher) Read(int) ([]env.WatchEvent, error)             { return nil, env.EBADF }

// oneReload runs a load, a callback of the watcher and the reload it requests.
func oneReload(s *System, b *bare, cfg Config) {
	s.Reset(cfg)
	b.count, b.tasks, b.micro = 0, b.tasks[:0], b.micro[:0]
	s.j = thread{s: s, p: b, fs: s.Deps.MainFS, who: Main}
	f := thread{s: s, p: b, fs: s.Deps.WatcherFS, who: Watcher}
	s.startLoad()
	s.tick()
	s.report()
	s.addEvent(1, bitWrite, "")
	f.callback(false)
	s.tick()
	s.report()
}

func bareSystem(cfg Config) (*System, *bare) {
	b := &bare{data: env.Text("ok", 1)}
	b.unit = Unit{Mappings: 1, Program: (*Module).Fulfil}
	return New(cfg, Deps{
		MainFS: bareFS{b}, WatcherFS: bareFS{b}, TranspilerFS: bareFS{b}, Watcher: bareWatcher{b},
		List: b, Maps: b, Pending: b, Tasks: b, Loop: b, GC: b, Microtasks: b, Compile: b.Compile,
	}), b
}

func TestARunDoesNotAllocate(t *testing.T) {
	cfg := variant(t, "V2w")
	s, b := bareSystem(cfg)
	assert.Zero(t, testing.AllocsPerRun(100, func() { oneReload(s, b, cfg) }))
	assert.EqualValues(t, 1, s.State().Generation)
}

func BenchmarkReload(b *testing.B) {
	cfg, _ := Find("V2w")
	s, w := bareSystem(cfg)
	b.ReportAllocs()
	for b.Loop() {
		oneReload(s, w, cfg)
	}
}
