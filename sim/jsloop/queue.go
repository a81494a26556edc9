package jsloop

// job is an entry of the microtask queue (ECMA-262 9.5 calls it that) or of the
// nextTick queue.
type job interface {
	// run returns what the job threw.
	run(l *Loop) error
}

// funcJob is a callback of QueueMicrotask or NextTick. A func value fits into an
// interface as it is, so that queueing one allocates nothing.
type funcJob func()

func (f funcJob) run(*Loop) error { return call(f) }

// queue is a first-in first-out ring. Its zero value is empty.
type queue[T any] struct {
	ring []T // a power of two long
	head int
	n    int
}

func (q *queue[T]) push(v T) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = v
	q.n++
}

func (q *queue[T]) pop() T {
	var zero T
	v := q.ring[q.head]
	q.ring[q.head] = zero // what has run can be collected
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	return v
}

// first is the next one to be popped.
func (q *queue[T]) first() *T { return &q.ring[q.head] }

func (q *queue[T]) grow() {
	ring := make([]T, max(16, 2*len(q.ring)))
	for i := range q.n {
		ring[i] = q.ring[(q.head+i)&(len(q.ring)-1)]
	}
	q.ring, q.head = ring, 0
}

func (q *queue[T]) clear() { *q = queue[T]{} }
