package simclock

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
)

// version is the release of the library whose timers are read.
const version = "v1.3.5"

// far is how long the library believes that every timer still runs: some 150
// years, and a number that nobody passes to Reset.
const far = 1<<62 + 0x51c10c4

// layout is where the library keeps what Stop and Reset of its timers change. Both
// are methods of concrete types, so the only way to learn of a call is to look.
type layout struct {
	timer, ticker handle
	timers        uintptr // of a Mock, see trap
}

// handle holds the offsets of the fields in one of the two types.
type handle struct {
	next, stopped, d uintptr
}

// layoutOf finds the fields, or says what is different from the version known here.
func layoutOf(timer, ticker reflect.Type) (layout, error) {
	var l layout
	for _, f := range []struct {
		in   reflect.Type
		name string
		is   reflect.Type
		to   *uintptr
	}{
		{timer, "next", reflect.TypeFor[time.Time](), &l.timer.next},
		{timer, "stopped", reflect.TypeFor[bool](), &l.timer.stopped},
		{ticker, "next", reflect.TypeFor[time.Time](), &l.ticker.next},
		{ticker, "stopped", reflect.TypeFor[bool](), &l.ticker.stopped},
		{ticker, "d", reflect.TypeFor[time.Duration](), &l.ticker.d},
	} {
		field, ok := f.in.FieldByName(f.name)
		if !ok || field.Type != f.is {
			return layout{}, fmt.Errorf("github.com/benbjohnson/clock is not %s: %v has no field %s of type %v", version, f.in, f.name, f.is)
		}
		*f.to = field.Offset
	}
	return l, nil
}

// checkedLayout is the layout of the library, tried out on one timer and one
// ticker. The time is what `next` says of a timer that nobody has reset.
func checkedLayout() (layout, time.Time, error) {
	l, err := layoutOf(reflect.TypeFor[clock.Timer](), reflect.TypeFor[clock.Ticker]())
	if err != nil {
		return l, time.Time{}, err
	}
	if l.timers, err = timersOf(reflect.TypeFor[clock.Mock]()); err != nil {
		return l, time.Time{}, err
	}
	mock := clock.NewMock()
	want := mock.Now().Add(far)
	timer, ticker := mock.Timer(far), mock.Ticker(far)
	a, b := l.timer.of(unsafe.Pointer(timer)), l.ticker.of(unsafe.Pointer(ticker))
	ok := *a.next == want && *b.next == want && *b.d == far && !*a.stopped && !*b.stopped
	ok = ok && timer.Stop() && *a.stopped && !timer.Reset(1) && !*a.stopped && a.next.Sub(mock.Now()) == 1
	ticker.Reset(2)
	ok = ok && *b.d == 2 && b.next.Sub(mock.Now()) == 2
	ticker.Stop()
	var t trap
	trapped := clock.NewMock()
	late := trapped.Timer(far)
	t.make(l, trapped)
	if !ok || !*b.stopped || !t.works(late) {
		return l, want, fmt.Errorf("github.com/benbjohnson/clock is not %s: its Stop and Reset do something else", version)
	}
	return l, want, nil
}

// view is the private state of one timer or ticker, to be read only.
type view struct {
	next    *time.Time
	stopped *bool
	d       *time.Duration // of a ticker
}

func (h handle) of(p unsafe.Pointer) view {
	return view{
		next:    (*time.Time)(unsafe.Add(p, h.next)),
		stopped: (*bool)(unsafe.Add(p, h.stopped)),
		d:       (*time.Duration)(unsafe.Add(p, h.d)),
	}
}
