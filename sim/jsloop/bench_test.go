package jsloop_test

import (
	"container/list"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

func zero() time.Duration { return 0 }

// running is a loop whose main script has run.
func running(main func(l *jsloop.Loop)) *jsloop.Loop {
	l := jsloop.New(jsloop.Config{Now: zero})
	l.Main(func() { main(l) })
	l.Step()
	return l
}

// BenchmarkMicrotask is queueing and running one microtask, against a list of
// closures.
func BenchmarkMicrotask(b *testing.B) {
	b.Run("jsloop", func(b *testing.B) {
		n := 0
		var l *jsloop.Loop
		var again func()
		again = func() { n++; l.QueueMicrotask(again) }
		l = running(func(l *jsloop.Loop) { l.QueueMicrotask(func() { l.QueueMicrotask(again) }) })
		b.ReportAllocs()
		for b.Loop() {
			l.Step()
		}
		if n == 0 {
			b.Fatal("nothing ran")
		}
	})
	b.Run("list", func(b *testing.B) {
		n := 0
		q := list.New()
		var again func()
		again = func() { n++; q.PushBack(again) }
		q.PushBack(again)
		b.ReportAllocs()
		for b.Loop() {
			q.Remove(q.Front()).(func())()
		}
	})
}

// BenchmarkTick is the same for ticks.
func BenchmarkTick(b *testing.B) {
	var l *jsloop.Loop
	var again func()
	again = func() { l.NextTick(again) }
	l = running(func(l *jsloop.Loop) { l.NextTick(func() { l.NextTick(again) }) })
	b.ReportAllocs()
	for b.Loop() {
		l.Step()
	}
}

// BenchmarkThen is a reaction to a settled promise, which makes a promise.
func BenchmarkThen(b *testing.B) {
	pass := func(v jsloop.Value) (jsloop.Value, error) { return v, nil }
	l := running(func(l *jsloop.Loop) { l.QueueMicrotask(func() {}) })
	p := l.Resolve(nil)
	b.ReportAllocs()
	for b.Loop() {
		p = p.Then(pass, nil)
		l.Step()
	}
}

// BenchmarkAwait is one await of a settled promise: a microtask and two switches of
// coroutines.
func BenchmarkAwait(b *testing.B) {
	l := running(func(l *jsloop.Loop) {
		p := l.Resolve(nil)
		l.Async(func(a *jsloop.Async) (jsloop.Value, error) {
			for {
				if _, err := a.Await(p); err != nil {
					return nil, err
				}
			}
		})
	})
	defer l.Close()
	b.ReportAllocs()
	for b.Loop() {
		l.Step()
	}
}

// BenchmarkTimer is a turn of the loop: an interval that is due each time.
func BenchmarkTimer(b *testing.B) {
	now := time.Duration(0)
	l := jsloop.New(jsloop.Config{Now: func() time.Duration { now += time.Millisecond; return now }})
	n := 0
	l.Main(func() { l.SetInterval(func() { n++ }, 1) })
	l.Step()
	b.ReportAllocs()
	for b.Loop() {
		for before := n; n == before; {
			l.Step()
		}
	}
}
