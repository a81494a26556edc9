package timed_test

import (
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

const ms = int64(time.Millisecond)

// show prints the ends of an interval.
func show(lo, hi int64) {
	end := "unbounded"
	if hi < timed.Unbounded {
		end = time.Duration(hi).String()
	}
	fmt.Println(time.Duration(lo), "to", end)
}

// The example of the package documentation.
func Example() {
	var s timed.State
	s.Reset()
	read := s.Arm(1*ms, 40*ms)
	watchdog := s.Arm(30*ms, 30*ms)
	fmt.Println(s.MayFire(read), s.MayFire(watchdog))

	s.Fire(watchdog)
	show(s.Now())
	retry := s.Arm(5*ms, 8*ms)
	s.Fire(retry)
	show(s.Now())
	fmt.Println(s.MayFire(read))

	start := s.Mark()
	s.Fire(read)
	show(s.Since(start))
	s.AssumeSince(start, 4*ms, timed.Unbounded)
	show(s.Now())
	// Output:
	// true true
	// 30ms to 30ms
	// 35ms to 38ms
	// true
	// 0s to 5ms
	// 39ms to 40ms
}

// A debounce cannot beat a read that is a hundred times as fast, but it can if
// the read may stall.
func ExampleState_MayFire() {
	for _, slowest := range []int64{1 * ms, 250 * ms} {
		var s timed.State
		s.Reset()
		s.Arm(0, slowest)
		debounce := s.Arm(100*ms, 100*ms)
		fmt.Println(s.MayFire(debounce))
	}
	// Output:
	// false
	// true
}

// A wait of 10 ms that counts from an earlier instant may be over before it
// begins. Each of the two answers is a world of its own.
func ExampleState_Overdue() {
	var s timed.State
	s.Reset()
	start := s.Mark()
	step := s.Arm(0, 15*ms)
	s.Fire(step)

	fmt.Println(s.Overdue(start, 10*ms))
	for _, overdue := range []bool{true, false} {
		w := s.Clone()
		var timeout timed.Var
		if overdue {
			w.AssumeSince(start, 10*ms+1, timed.Unbounded)
			timeout = w.Arm(0, 0)
		} else {
			w.AssumeSince(start, 0, 10*ms)
			timeout = w.ArmAt(start, 10*ms, 10*ms)
		}
		w.Fire(timeout)
		show(w.Now())
	}
	// Output:
	// false true
	// 10.000001ms to 15ms
	// 10ms to 10ms
}

// A clock was read while two events were pending: the reading bounds both what
// happened and what will.
func ExampleState_PinNow() {
	var s timed.State
	s.Reset()
	tick := s.Arm(1*ms, 9*ms)
	read := s.Arm(3*ms, 6*ms)
	s.Fire(tick)
	show(s.Now())
	s.PinNow(5 * ms)
	s.Fire(read)
	show(s.Now())
	// Output:
	// 1ms to 6ms
	// 5ms to 6ms
}

// watchdogRun is the run of the package documentation: the watchdog fires, the
// retry, then the read.
func watchdogRun() *timed.Run {
	return &timed.Run{
		Events: []timed.Event{
			{Arm: -1, Earliest: 1 * ms, Nominal: 1 * ms, Latest: 40 * ms, Fired: true},   // 0 read
			{Arm: -1, Earliest: 30 * ms, Nominal: 30 * ms, Latest: 30 * ms, Fired: true}, // 1 watchdog
			{Arm: 1, Earliest: 5 * ms, Nominal: 6 * ms, Latest: 8 * ms, Fired: true},     // 2 retry
		},
		Order: []int{1, 2, 0},
	}
}

// Concrete instants for a run: the read comes after the retry, so it is least
// late if the retry is as early as it can be.
func ExampleRun_Times() {
	times, err := watchdogRun().Times()
	for _, t := range times {
		fmt.Println(time.Duration(t))
	}
	fmt.Println(err)
	// Output:
	// 35ms
	// 30ms
	// 35ms
	// <nil>
}

// Only the order of the watchdog and the read matters, that of the retry does
// not. The watchdog cannot be other than on time, so the read must be late.
func ExampleRun_SmallestStall() {
	run := watchdogRun()
	run.Edges = [][2]int{{1, 0}}
	stall, err := run.SmallestStall()
	fmt.Println(time.Duration(stall.Lateness), err)
	fmt.Println("circle", stall.Cycle, "late", stall.Late)
	fmt.Println("event", stall.Culprit, "alone suffices, late by", time.Duration(stall.CulpritLateness))
	// Output:
	// 29ms <nil>
	// circle [-1 1 0] late [0]
	// event 0 alone suffices, late by 29ms
}
