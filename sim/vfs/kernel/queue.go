package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// instance is one inotify instance: a queue of records and a counter of watch
// descriptors.
type instance struct {
	open       bool
	overflowed bool // Q_OVERFLOW is in the queue
	max        int
	wd         env.WD // the last one given out
	head       int
	buf        []env.WatchEvent // the records are buf[head:]
}

// headerSize is sizeof(struct inotify_event); namePad is what a name is padded
// to a multiple of (inotify(7)).
const (
	headerSize = 16
	namePad    = 16
)

// RecordSize is the number of bytes of a record in the buffer of read(2).
func RecordSize(ev env.WatchEvent) int {
	if ev.Name == "" {
		return headerSize
	}
	return headerSize + (len(ev.Name)+namePad)/namePad*namePad
}

// enqueue adds a record to a queue. The check for overflow comes before the
// merge, so that on a full queue even a record that equals the last one
// overflows; only the last unread record is merged with; cookies are not
// compared (observed, Linux 6.18; fsnotify_insert_event, inotify_merge).
func (k *Kernel) enqueue(to Instance, ev env.WatchEvent) {
	q := &k.instances[to]
	fate := Added
	switch n := len(q.buf) - q.head; {
	case n >= q.max && q.overflowed:
		fate = Lost
	case n >= q.max:
		fate = Overflowed
		q.overflowed = true
		q.push(env.WatchEvent{WD: -1, Mask: env.InQOverflow})
	case n > 0 && mergeable(q.buf[len(q.buf)-1], ev):
		fate = Merged
	default:
		q.push(ev)
	}
	if k.cfg.Observer != nil {
		k.writes(Queue, uint64(to))
		k.cfg.Observer.Queued(to, ev, fate)
	}
}

func mergeable(last, ev env.WatchEvent) bool {
	return last.WD == ev.WD && last.Mask == ev.Mask && last.Name == ev.Name &&
		last.Mask&env.InIgnored == 0
}

// push appends a record, using the room of those that were read.
func (q *instance) push(ev env.WatchEvent) {
	if len(q.buf) == cap(q.buf) && q.head > len(q.buf)/2 {
		n := copy(q.buf, q.buf[q.head:])
		q.buf, q.head = q.buf[:n], 0
	}
	q.buf = append(q.buf, ev)
}

// Queued is the number of records that wait in the queue.
func (k *Kernel) Queued(i Instance) int {
	k.reads(Queue, uint64(i))
	q := &k.instances[i]
	return len(q.buf) - q.head
}

// Waiting shows the records that wait, for tests and displays. They are valid until
// the next call on the instance, and no call of a process can see them.
func (k *Kernel) Waiting(i Instance) []env.WatchEvent {
	q := &k.instances[i]
	return q.buf[q.head:]
}

// ReadEvents is read(2) on an inotify instance with a buffer of size bytes: it
// takes as many whole records as fit and appends them to dst. On an empty queue
// it returns ErrBlocked; if the first record does not fit, EINVAL.
func (k *Kernel) ReadEvents(i Instance, size int, dst []env.WatchEvent) ([]env.WatchEvent, error) {
	q := &k.instances[i]
	k.writes(Queue, uint64(i))
	if q.head == len(q.buf) {
		return dst, ErrBlocked
	}
	taken := 0
	for q.head < len(q.buf) {
		ev := q.buf[q.head]
		size -= RecordSize(ev)
		if size < 0 {
			break
		}
		if ev.Mask&env.InQOverflow != 0 {
			q.overflowed = false
		}
		dst = append(dst, ev)
		q.head++
		taken++
	}
	if q.head == len(q.buf) {
		q.buf, q.head = q.buf[:0], 0
	}
	if taken == 0 {
		return dst, env.EINVAL
	}
	return dst, nil
}
