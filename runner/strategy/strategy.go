package strategy

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Strategy picks the next event wherever more than one is enabled. An instance
// belongs to one worker.
type Strategy interface {
	// Name is what a user calls it.
	Name() string
	// Begin prepares for one schedule.
	Begin(Info)
	// Pick returns the alternative to take at a schedule point.
	Pick(p *sim.Point) int
}

// Info is what a strategy may know before a schedule.
type Info struct {
	Number  int    // of the schedule in its campaign, from 0
	Seed    uint64 // of this schedule
	Learned Learned
}

// Learned is what earlier batches of a campaign showed. It changes only between
// batches, in the order of schedule numbers.
type Learned struct {
	Model     *Model // what processes do; nil: nothing is known
	Contested int    // the most contested points seen in one run
	// Virtual is the longest nominal time that a run took.
	Virtual time.Duration
	// Faults are the kinds of faults that could have struck, by sim.Point.LabelHash, as
	// they were first met, at most maxFaults.
	Faults []uint64
}

// maxFaults bounds the kinds of faults that are told apart.
const maxFaults = 64

// AddFault learns of a kind of faults.
func (l *Learned) AddFault(kind uint64) {
	if len(l.Faults) < maxFaults && !slices.Contains(l.Faults, kind) {
		l.Faults = append(slices.Clip(l.Faults), kind) // jobs may still hold the list
	}
}

// Add learns from the result of one run.
func (l *Learned) Add(r *sim.Result) { l.Contested = max(l.Contested, r.Contested) }

// SeedOf is the seed of schedule n of a campaign.
func SeedOf(campaign uint64, n int) uint64 {
	r := sim.NewRand(campaign)
	return r.Uint64() ^ sim.NewRand(uint64(n)^0x5bd1e995).Uint64()
}

// Names lists the strategies that New knows, the default first.
func Names() []string {
	return []string{
		"portfolio", "default", "random", "pct", "pctcp", "tapct", "pos", "urw", "surw", "stalls", "novelty", "reverse",
		"delays", "exhaustive", "exhaustive-dpor", "exhaustive-all",
	}
}

// New makes the sampling strategy of that name. Delays and Exhaustive walk
// through plans and are made by their own constructors.
func New(name string) (Strategy, error) {
	switch name {
	case "default":
		return Default{}, nil
	case "random":
		return NewRandomWalk(), nil
	case "pct":
		return NewPCT(), nil
	case "pctcp":
		return NewChains(), nil
	case "tapct":
		return NewRacingChains(), nil
	case "pos":
		return NewPOS(), nil
	case "urw":
		return NewURW(), nil
	case "surw":
		return NewSURW(), nil
	case "stalls":
		return NewStalls(), nil
	}
	err := fmt.Sprintf("there is no strategy %q", name)
	if near := sim.Nearest(name, Names()); near != "" {
		err += fmt.Sprintf("; did you mean %q?", near)
	}
	return nil, fmt.Errorf("%s It is one of %v", err, Names())
}

// Default takes the nominal order.
type Default struct{}

// Name is "default".
func (Default) Name() string { return "default" }

// Begin does nothing.
func (Default) Begin(Info) {}

// Pick returns 0.
func (Default) Pick(*sim.Point) int { return 0 }

// chooser lets a strategy and the common policy for data drive a world.
type chooser struct {
	Strategy
	data   Data
	asked  bool
	faults []uint64
}

// picker is a Strategy that can do with less than a Point: see sim.EventPicker.
type picker interface {
	Strategy
	PickEvent(e *sim.Enabled) int
}

// pickingChooser is a chooser for such a one.
type pickingChooser struct {
	chooser
	picker
}

// Name, Begin and Pick are those of the strategy, of which both parts speak.
func (c *pickingChooser) Name() string          { return c.picker.Name() }
func (c *pickingChooser) Begin(i Info)          { c.picker.Begin(i) }
func (c *pickingChooser) Pick(p *sim.Point) int { return c.picker.Pick(p) }

// Chooser makes s drive a world; data answers what is no schedule point.
func Chooser(s Strategy, data Data) sim.Chooser {
	c := chooser{Strategy: s, data: data}
	if p, ok := s.(picker); ok {
		return &pickingChooser{c, p}
	}
	return &c
}

// Choose asks the strategy or the policy.
func (c *chooser) Choose(p *sim.Point) int {
	if p.Kind == sim.KindSchedule {
		return c.Pick(p)
	}
	c.asked = c.asked || p.Kind != sim.KindOption
	if p.Kind == sim.KindFault {
		if kind := p.LabelHash(); len(c.faults) < maxFaults && !slices.Contains(c.faults, kind) {
			c.faults = append(c.faults, kind)
		}
	}
	return c.data.Pick(p)
}

// Asked reports whether a run by a chooser of this package asked for anything but
// an order: a parameter, a fault, a clock reading.
func Asked(c sim.Chooser) bool {
	s := ours(c)
	return s != nil && s.asked
}

// ours is the chooser of this package that c is, or nil.
func ours(c sim.Chooser) *chooser {
	switch c := c.(type) {
	case *chooser:
		return c
	case *pickingChooser:
		return &c.chooser
	}
	return nil
}

// hash3 mixes three numbers into one, by the finishing steps of splitmix64.
func hash3(a, b, c uint64) uint64 {
	x := a ^ b*0x9e3779b97f4a7c15 ^ c*0xbf58476d1ce4e5b9
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Faults lists the kinds of faults that could have struck in a run by a chooser of this
// package.
func Faults(c sim.Chooser) []uint64 {
	if s := ours(c); s != nil {
		return s.faults
	}
	return nil
}
