package coro_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim/coro"
)

// BenchmarkSwitch is one Yield and one Resume, against the hand-off between two
// goroutines through two channels.
func BenchmarkSwitch(b *testing.B) {
	b.Run("coro", func(b *testing.B) {
		var p coro.Pool
		defer p.Close()
		c := p.Start(&counter{})
		b.ReportAllocs()
		for b.Loop() {
			c.Resume()
		}
	})
	b.Run("direct", func(b *testing.B) { // two that hand over to each other, 500 times and back
		var p coro.Pool
		defer p.Close()
		var pair [2]*coro.Coro
		n := 0
		for i := range pair {
			pair[i] = p.Start(job(func(c *coro.Coro) {
				for {
					if i == 0 {
						n++
					}
					if i == 0 && n%500 == 0 {
						c.Yield()
					} else {
						leaveFor(c, pair[1-i])
					}
				}
			}))
		}
		b.ReportAllocs()
		for b.Loop() {
			pair[0].Resume()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*n), "ns/switch")
	})
	b.Run("channels", func(b *testing.B) {
		resume, yield := make(chan bool), make(chan bool)
		go func() {
			for range resume {
				yield <- true
			}
			close(yield)
		}()
		b.ReportAllocs()
		for b.Loop() {
			resume <- true
			<-yield
		}
		close(resume)
		<-yield
	})
}

// once ends at once.
type once struct{ n int }

func (j *once) Run(*coro.Coro) { j.n++ }

// BenchmarkJob is a job from start to end, against a goroutine for each.
func BenchmarkJob(b *testing.B) {
	b.Run("coro", func(b *testing.B) {
		var p coro.Pool
		defer p.Close()
		j := &once{}
		b.ReportAllocs()
		for b.Loop() {
			p.Start(j).Resume()
		}
	})
	b.Run("channels", func(b *testing.B) {
		j := &once{}
		b.ReportAllocs()
		for b.Loop() {
			done := make(chan bool)
			go func() { j.Run(nil); done <- true }()
			<-done
		}
	})
}

// BenchmarkKill is a job that starts, blocks and is killed.
func BenchmarkKill(b *testing.B) {
	var p coro.Pool
	defer p.Close()
	j := &counter{}
	b.ReportAllocs()
	for b.Loop() {
		c := p.Start(j)
		c.Resume()
		c.Kill()
	}
}
