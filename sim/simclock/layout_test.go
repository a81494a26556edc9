package simclock

import (
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/require"
)

func TestLayout(t *testing.T) {
	_, _, err := checkedLayout()
	require.NoError(t, err)

	type other struct{ next int64 }
	_, err = layoutOf(reflect.TypeOf(other{next: 1}), reflect.TypeFor[clock.Ticker]())
	require.EqualError(t, err, "github.com/benbjohnson/clock is not v1.3.5: simclock.other has no field next of type time.Time")
	type half struct {
		next    time.Time
		stopped bool
	}
	_, err = layoutOf(reflect.TypeFor[clock.Timer](), reflect.TypeOf(half{next: time.Time{}, stopped: true}))
	require.EqualError(t, err, "github.com/benbjohnson/clock is not v1.3.5: simclock.half has no field d of type time.Duration")
	_, err = timersOf(reflect.TypeOf(half{next: time.Time{}, stopped: true}))
	require.EqualError(t, err, "github.com/benbjohnson/clock is not v1.3.5: simclock.half has no field timers that is a list of interfaces")
}

// Reading ten timers back at offsets, as is done, and by reflection alone.
func BenchmarkReadBack(b *testing.B) {
	l, resting, err := checkedLayout()
	require.NoError(b, err)
	var timers []*clock.Timer
	var views []view
	for range 10 {
		t := clock.NewMock().Timer(far)
		timers, views = append(timers, t), append(views, l.timer.of(unsafe.Pointer(t)))
	}
	b.Run("offsets", func(b *testing.B) {
		for b.Loop() {
			for _, v := range views {
				if *v.stopped || *v.next != resting {
					b.Fatal("changed")
				}
			}
		}
	})
	b.Run("reflect", func(b *testing.B) {
		typ := reflect.TypeFor[clock.Timer]()
		next, _ := typ.FieldByName("next")
		stopped, _ := typ.FieldByName("stopped")
		ext := next.Type.Field(1).Index[0]
		want := reflect.ValueOf(resting).Field(ext).Int()
		for b.Loop() {
			for _, t := range timers {
				v := reflect.ValueOf(t).Elem()
				if v.Field(stopped.Index[0]).Bool() || v.Field(next.Index[0]).Field(ext).Int() != want {
					b.Fatal("changed")
				}
			}
		}
	})
}
