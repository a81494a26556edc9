package sim

import (
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Uint32 is an env.Uint32.
type Uint32 struct {
	primitive
	add, swap, load Label
	v               uint32
}

var _ env.Uint32 = (*Uint32)(nil)

// NewUint32 makes a counter that starts at zero. Its events are `name.add`,
// `name.swap` and `name.load`.
func (w *World) NewUint32(name string) *Uint32 {
	u := Pooled[Uint32](w, name)
	if u.w == nil {
		*u = Uint32{
			primitive: primitive{w, w.Resource(name)},
			add:       w.Label(name + ".add"), swap: w.Label(name + ".swap"), load: w.Label(name + ".load"),
		}
	}
	u.v = 0
	return u
}

// Add adds delta and returns the sum.
func (u *Uint32) Add(delta uint32) uint32 {
	if u.w.Running(u.add).At(u.add) {
		u.w.Write(u.res)
		u.v += delta
	}
	return u.v
}

// Swap stores v and returns what was there.
func (u *Uint32) Swap(v uint32) uint32 {
	old := u.v
	if u.w.Running(u.swap).At(u.swap) {
		u.w.Write(u.res)
		old, u.v = u.v, v
	}
	return old
}

// Load returns the value.
func (u *Uint32) Load() uint32 {
	if u.w.Running(u.load).At(u.load) {
		u.w.Read(u.res)
	}
	return u.v
}
