package sim

import (
	"strconv"
	"time"
)

// Obligation is something that, once opened, must be closed exactly once. One
// Obligation holds any number of them apart by key.
type Obligation struct {
	w      *World
	name   string
	within time.Duration
	open   []obligationKey
	closed []int64
	text   func(key int64) string
	prefix string
	judged bool
}

type obligationKey struct {
	key, opening int64
}

// Obligation states a kind of obligation. Open ones must be closed within a
// bound of virtual time after calm has begun, or after their opening if that is
// later. A bound of 0 is the time until the world is at rest.
func (w *World) Obligation(name string, within time.Duration) *Obligation {
	o := Pooled[Obligation](w, name)
	*o = Obligation{w: w, name: name, within: within, open: o.open[:0], closed: o.closed[:0]}
	if o.judged = w.judged(name); o.judged {
		w.props.obligations = append(w.props.obligations, o)
	}
	return o
}

// Describe sets how a key is called in messages. The default is its number.
func (o *Obligation) Describe(text func(key int64) string) *Obligation {
	o.text = text
	return o
}

// DescribePrefix puts words in front of the number of a key.
func (o *Obligation) DescribePrefix(words string) *Obligation {
	o.prefix = words
	return o
}

func (o *Obligation) say(key int64) string {
	if o.text != nil {
		return o.text(key)
	}
	return o.prefix + strconv.FormatInt(key, 10)
}

// IsOpen reports whether key is open.
func (o *Obligation) IsOpen(key int64) bool {
	o.touch(key, false)
	return o.find(key) >= 0
}

// touch says that the order of what happens to a key matters.
func (o *Obligation) touch(key int64, write bool) {
	if o.w.track != nil {
		o.w.touch(mix(hashString(o.name), uint64(key)), write)
	}
}

// Open opens key. Opening what is open is a mistake of the scenario.
func (o *Obligation) Open(key int64) {
	if o.IsOpen(key) {
		o.w.misuse("obligation %q: %s is opened while it is open", o.name, o.say(key))
	}
	o.touch(key, true)
	k := obligationKey{key, int64(o.w.steps)}
	o.open = append(o.open, k)
	if o.w.calm {
		o.deadline(k)
	}
	if o.w.rec != nil {
		o.w.Note("%s: %s opened", o.name, o.say(key))
	}
}

// Close closes key. Closing what is not open is a violation: it was closed
// twice, or never opened.
func (o *Obligation) Close(key int64) {
	o.touch(key, true)
	i := o.find(key)
	if i < 0 {
		what := "closed without having been opened"
		for _, k := range o.closed {
			if k == key {
				what = "closed twice"
			}
		}
		o.w.Fail(o.name, what, "%s was %s", o.say(key), what)
		return
	}
	o.closed = append(o.closed, key)
	o.Supersede(key)
	if o.w.rec != nil {
		o.w.Note("%s: %s closed", o.name, o.say(key))
	}
}

// Supersede takes key back if it is open: something later made it moot.
func (o *Obligation) Supersede(key int64) {
	o.touch(key, true)
	if i := o.find(key); i >= 0 {
		o.open = append(o.open[:i], o.open[i+1:]...)
	}
}

func (o *Obligation) find(key int64) int {
	for i := range o.open {
		if o.open[i].key == key {
			return i
		}
	}
	return -1
}

// deadline arms the end of the bound for one opening.
func (o *Obligation) deadline(k obligationKey) {
	if o.within == 0 || !o.judged {
		return
	}
	w := o.w
	cur := w.cur
	w.cur.proc = w.procs[0]
	w.arm(w.procs[0], w.deadlineLabel(o.name), Exactly(o.within), (*obligationDeadline)(o), k.opening<<32|k.key&0xffffffff)
	w.cur = cur
	w.props.deadlines++
}

type obligationDeadline Obligation

// Fire checks one opening at its deadline.
func (d *obligationDeadline) Fire(w *World, arg int64) {
	w.props.deadlines--
	for _, k := range d.open {
		if k.opening == arg>>32 && k.key&0xffffffff == arg&0xffffffff {
			w.Fail(d.name, "not closed", "%s was not closed within %v of calm", (*Obligation)(d).say(k.key), d.within)
		}
	}
}
