package sim

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// Unbounded is the Latest of a Window without an upper bound.
const Unbounded = time.Duration(timed.Unbounded)

// Window is how long something may take after the instant it was armed: at
// least Earliest, at most Latest, and Nominal on a good day. The zero Window is
// no time at all.
type Window struct {
	Earliest, Nominal, Latest time.Duration
}

// Exactly is the window that takes d, no more and no less.
func Exactly(d time.Duration) Window { return Window{d, d, d} }

// Micros makes a Window of microseconds. Fractions count.
func Micros(earliest, nominal, latest float64) Window {
	us := func(f float64) time.Duration { return time.Duration(f * 1000) }
	return Window{us(earliest), us(nominal), us(latest)}
}

// Plus is the window of w after an exact d.
func (w Window) Plus(d time.Duration) Window {
	latest := Unbounded
	if w.Latest < Unbounded-d {
		latest = w.Latest + d
	}
	return Window{w.Earliest + d, w.Nominal + d, latest}
}

// times is the window of a machine that is slower by so many thousandths.
func (w Window) times(thousandths int64) Window {
	scale := func(d time.Duration) time.Duration {
		if d >= Unbounded/1_000_000 { // nothing that a factor would change
			return d
		}
		return d * time.Duration(thousandths) / 1000
	}
	return Window{scale(w.Earliest), scale(w.Nominal), scale(w.Latest)}
}

func (w Window) ok() bool {
	return w.Earliest >= 0 && w.Nominal >= w.Earliest && w.Latest >= w.Nominal && w.Latest <= Unbounded
}

func (w Window) check(name string) error {
	if !w.ok() {
		return fmt.Errorf("window %q is %v / %v / %v; want 0 <= earliest <= nominal <= latest", name, w.Earliest, w.Nominal, w.Latest)
	}
	return nil
}

func (w Window) String() string {
	latest := "unbounded"
	if w.Latest < Unbounded {
		latest = w.Latest.String()
	}
	return fmt.Sprintf("[%v %v %s]", w.Earliest, w.Nominal, latest)
}

// Profile is a named set of windows: how fast a machine does things, and how
// late it may be. A window is looked up by the event it bounds: first
// `process:label`, then `class:label` (the process name without its trailing
// digits), then `label`; then the same for the label without what follows its
// last dot; then Step. So one row can speak of every lock, or of the one lock
// that a slow thread takes, and what is said of `read` holds for `read.2m`
// unless that has a row of its own.
type Profile struct {
	Name string
	// Windows by `process:label`, `class:label` or `label`.
	Windows map[string]Window
	// Step bounds every event without a row of its own: an atomic operation,
	// a lock, a queue push.
	Step Window
	// Timer is added to every sleep and timeout: how late the system wakes up.
	Timer Window
	// Sigma is the spread of the log-normal distribution around Nominal that
	// sampled mode draws from, clipped to the window. 0 means 0.5.
	Sigma float64
	// HoldOneIn and HoldMax: in sampled mode one step in HoldOneIn is held for
	// up to HoldMax more, clipped to the window: a preempted thread. 0 is never.
	HoldOneIn int
	HoldMax   time.Duration
	// Faults is the chance, from 0 to 1, with which a fault strikes where it could,
	// for estimating how often something happens. By the names under which Windows
	// are found; without a row a fault never strikes. Exploration does not ask: there
	// a fault may always strike.
	Faults map[string]float64
}

// Tight is p with windows only where a race is: whatever falls under no row in free takes its
// nominal time, exactly. A world that is small under it can be gone through order by order.
func (p *Profile) Tight(free ...string) *Profile {
	out := &Profile{Name: "tight", Windows: make(map[string]Window), Step: Exactly(p.Step.Nominal), Timer: Exactly(p.Timer.Nominal)}
	for _, name := range sortedKeys(p.Windows) {
		w := p.Windows[name]
		if !slices.Contains(free, name) {
			w = Exactly(w.Nominal)
		}
		out.Windows[name] = w
	}
	return out
}

// Check reports the first row that makes no sense.
func (p *Profile) Check() error {
	for _, name := range sortedKeys(p.Windows) {
		if err := p.Windows[name].check(name); err != nil {
			return fmt.Errorf("profile %q: %w", p.Name, err)
		}
	}
	for _, name := range sortedKeys(p.Faults) {
		if c := p.Faults[name]; !(c >= 0 && c <= 1) {
			return fmt.Errorf("profile %q: chance of fault %q is %v; want 0 to 1", p.Name, name, c)
		}
	}
	if err := p.Step.check("step"); err != nil {
		return fmt.Errorf("profile %q: %w", p.Name, err)
	}
	if err := p.Timer.check("timer"); err != nil {
		return fmt.Errorf("profile %q: %w", p.Name, err)
	}
	return nil
}

// find looks the window of an event up, in the order given at Profile.
func (p *Profile) find(process, label string) Window { return row(p.Windows, process, label, p.Step) }

// row is the row of a table that a process's label falls under, or else otherwise.
func row[T any](table map[string]T, process, label string, otherwise T) T {
	class := strings.TrimRight(process, "0123456789")
	for {
		for _, key := range [...]string{process + ":" + label, class + ":" + label, label} {
			if v, ok := table[key]; ok {
				return v
			}
		}
		dot := strings.LastIndexByte(label, '.')
		if dot < 0 {
			return otherwise
		}
		label = label[:dot]
	}
}

// Laptop is the profile of a quiet developer's machine, for scenarios that
// bring none of their own.
func Laptop() *Profile {
	return &Profile{
		Name:    "laptop",
		Step:    Micros(0.02, 1, 50),
		Timer:   Micros(0, 60, 1000),
		Windows: make(map[string]Window),
	}
}

// CILoaded is the profile of a shared CI machine: any step may be held up for
// 20 ms.
func CILoaded() *Profile {
	return &Profile{
		Name:      "ci-loaded",
		Step:      Micros(0.02, 2, 20_000),
		Timer:     Micros(0, 240, 40_000),
		Windows:   make(map[string]Window),
		HoldOneIn: 10,
		HoldMax:   20 * time.Millisecond,
	}
}

// sampler draws durations for sampled mode, by table: equal on every machine.
type sampler struct {
	profile   *Profile
	factor    [quantiles + 1]uint64 // log-normal quantiles, 16.16 fixed point
	holdOneIn uint64
	holdMax   uint64
}

func newSampler(p *Profile) *sampler {
	sigma := p.Sigma
	if sigma == 0 {
		sigma = 0.5
	}
	s := &sampler{profile: p, holdMax: uint64(p.HoldMax)}
	if p.HoldOneIn > 0 {
		s.holdOneIn = uint64(p.HoldOneIn)
	}
	for i, z := range normalQuantiles {
		s.factor[i] = uint64(expFixed(float64(sigma*z)) * 65536)
	}
	return s
}

// draw maps 64 random bits to a duration in w.
func (s *sampler) draw(w Window, r uint64) int64 {
	if w.Earliest == w.Latest {
		return int64(w.Latest)
	}
	i, frac := r>>(64-quantileBits), (r>>(48-quantileBits))&0xffff
	lo, hi := s.factor[i], s.factor[i+1]
	factor := lo + (hi-lo)*frac>>16
	high, low := bits.Mul64(uint64(w.Nominal), factor)
	d := int64(high<<48 | low>>16)
	if s.holdOneIn != 0 {
		if r2 := splitmix(r); r2%s.holdOneIn == 0 {
			hold, _ := bits.Mul64(splitmix(r2), s.holdMax)
			d += int64(hold)
		}
	}
	return min(max(d, int64(w.Earliest)), int64(w.Latest))
}

// expFixed is e^x for |x| < 8, by operations that every machine rounds alike:
// the conversions keep compilers from fusing multiplications and additions.
func expFixed(x float64) float64 {
	const parts = 1 << 10
	y := x / parts
	e := 1 + float64(y*(1+float64(y/2*(1+float64(y/3)))))
	for range 10 {
		e = float64(e * e)
	}
	return e
}
