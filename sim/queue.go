package sim

// Queue is an env.Queue.
type Queue[T any] struct {
	primitive
	push, pop, take, woken Label
	items                  []T
	waiters                Waitlist
}

// NewQueue makes an empty queue. Its events are `name.push`, `name.pop`,
// `name.take` and, for a process that waited in Pop, `name.woken`.
func NewQueue[T any](w *World, name string) *Queue[T] {
	q := Pooled[Queue[T]](w, name)
	if q.w == nil {
		*q = Queue[T]{
			primitive: primitive{w, w.Resource(name)},
			push:      w.Label(name + ".push"), pop: w.Label(name + ".pop"),
			take: w.Label(name + ".take"), woken: w.Label(name + ".woken"),
		}
	}
	clear(q.items)
	q.items, q.waiters.procs = q.items[:0], q.waiters.procs[:0]
	return q
}

// Push appends v.
func (q *Queue[T]) Push(v T) {
	if !q.w.Running(q.push).At(q.push) {
		return
	}
	q.w.Write(q.res)
	q.items = append(q.items, v)
	q.w.Release(&q.waiters)
}

// Pop blocks while the queue is empty and takes the first item.
func (q *Queue[T]) Pop() (v T) {
	p := q.w.Running(q.pop)
	if !p.At(q.pop) {
		return v
	}
	q.w.Write(q.res)
	for len(q.items) == 0 {
		p.block(&q.waiters, q.res, nil, q.woken)
		if p.killed {
			return v
		}
		q.w.Write(q.res)
	}
	v = q.items[0]
	n := copy(q.items, q.items[1:])
	clear(q.items[n:])
	q.items = q.items[:n]
	return v
}

// TakeAll appends everything queued to dst.
func (q *Queue[T]) TakeAll(dst []T) []T {
	if !q.w.Running(q.take).At(q.take) {
		return dst
	}
	q.w.Write(q.res)
	dst = append(dst, q.items...)
	clear(q.items)
	q.items = q.items[:0]
	return dst
}
