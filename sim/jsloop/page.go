package jsloop

import (
	"slices"
	"time"
)

// Frame is one RequestAnimationFrame.
type Frame struct {
	fn    func()
	ended bool // has run or has been cancelled
}

// page is what is drawn, and whether somebody sees it.
type page struct {
	frames   []*Frame
	at       int64 // when the next frame is due, if there are frames
	hidden   bool
	hiddenAt int64
}

// frameTime is the time between two frames: 60 a second.
const frameTime = time.Second / 60

// How often the timers of a hidden page are looked at, and of one that has been hidden
// for long, if they have been set by each other in a chain. [general knowledge: Chrome
// 88 and later, developer.chrome.com/blog/timer-throttling-in-chrome-88]
const (
	hiddenTimers = time.Second
	hiddenChains = time.Minute
	hiddenLong   = 5 * time.Minute
)

// RequestAnimationFrame runs fn before the page is drawn next: 60 times a second while
// it is visible, between two tasks. All callbacks of one frame run one after the other,
// each with its microtasks; those that they request wait for the next frame. Only
// browsers have it.
func (l *Loop) RequestAnimationFrame(fn func()) *Frame {
	l.browserOnly("requestAnimationFrame")
	p := &l.browser.page
	if len(p.frames) == 0 {
		l.nextFrame()
	}
	f := &Frame{fn: fn}
	p.frames = append(p.frames, f)
	return f
}

// nextFrame finds when the page is drawn next.
func (l *Loop) nextFrame() {
	every := l.unit(frameTime)
	l.browser.page.at = (l.readClock()/every + 1) * every
}

// CancelAnimationFrame stops f, which may be nil or have run.
func (l *Loop) CancelAnimationFrame(f *Frame) {
	if f == nil {
		return
	}
	f.ended = true
	p := &l.browser.page
	if i := slices.Index(p.frames, f); i >= 0 {
		p.frames = slices.Delete(p.frames, i, i+1)
	}
}

// SetHidden says whether the page is in the background. While it is nothing is drawn,
// and timers fire once a second; after five minutes, those that are set by each other
// in a chain of more than five once a minute. Only browsers have it.
func (l *Loop) SetHidden(hidden bool) {
	l.browserOnly("document")
	p := &l.browser.page
	switch {
	case hidden && !p.hidden:
		p.hiddenAt = l.readClock()
	case !hidden && p.hidden:
		l.nextFrame()
	}
	p.hidden = hidden
}

// unit converts to the loop's unit of time.
func (l *Loop) unit(d time.Duration) int64 { return int64(d) * l.ms / int64(time.Millisecond) }

// due is when the next frame is due.
func (p *page) due() int64 {
	if p.hidden || len(p.frames) == 0 {
		return never
	}
	return p.at
}

// draw appends the callbacks of this frame to rest.
func (p *page) draw(rest []callback) []callback {
	for _, f := range p.frames {
		rest = append(rest, callback{fn: f.fn, frame: f})
	}
	p.frames = p.frames[:0]
	return rest
}

// browserDue is when t may fire.
func (l *Loop) browserDue(t *Timer) int64 {
	at, p := t.start+t.ms, &l.browser.page
	if !p.hidden {
		return at
	}
	every := l.unit(hiddenTimers)
	if t.level > 5 && at >= p.hiddenAt+l.unit(hiddenLong) {
		every = l.unit(hiddenChains)
	}
	return (at + every - 1) / every * every
}
