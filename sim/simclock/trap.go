package simclock

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
)

// trap shows that Stop was called on a timer that had been stopped, or had fired. That
// changes nothing of the timer, but the library sorts the timers of its Mock by time on
// every Stop. So two more are kept on the Mock, in the wrong order.
type trap struct {
	pair  [2]*clock.Timer
	front *uintptr // where the first timer of the Mock is kept, to be read only
	was   uintptr  // what is there as long as nobody calls Stop
	last  time.Duration
}

// slot is an element of Mock.timers: an interface.
type slot struct{ _, timer uintptr }

// make sets a trap on the Mock of a new timer. There is room for a fourth in its list, so
// that the list does not move.
func (t *trap) make(l layout, mock *clock.Mock) {
	t.last = 2
	t.pair = [2]*clock.Timer{mock.Timer(1), mock.Timer(2)}
	list := *(*[]slot)(unsafe.Add(unsafe.Pointer(mock), l.timers))
	t.front = &list[0].timer
	t.set()
}

// set sets the trap anew, after a Stop.
func (t *trap) set() {
	if t.pair[0] == nil {
		return
	}
	t.was = *t.front
	first := t.pair[0]
	if t.was != uintptr(unsafe.Pointer(first)) {
		first = t.pair[1]
	}
	t.last++
	first.Reset(t.last)
}

// timersOf finds where a Mock keeps its timers.
func timersOf(mock reflect.Type) (uintptr, error) {
	f, ok := mock.FieldByName("timers")
	if !ok || f.Type.Kind() != reflect.Slice || f.Type.Elem().Kind() != reflect.Interface || f.Type.Elem().NumMethod() == 0 {
		return 0, fmt.Errorf("github.com/benbjohnson/clock is not %s: %v has no field timers that is a list of interfaces", version, mock)
	}
	return f.Offset, nil
}

// works tries a trap out.
func (t *trap) works(timer *clock.Timer) bool {
	for range 3 {
		timer.Stop()
		t.set()
		quiet := *t.front == t.was
		if timer.Stop(); !quiet || *t.front == t.was {
			return false
		}
		timer.Reset(far)
	}
	return true
}
