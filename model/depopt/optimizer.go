package depopt

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// The constants of the optimizer (section 3; vite/src/node/optimizer).
const (
	debounce  = 100 * time.Millisecond // trailing, restarted by each new dependency
	crawlIdle = 50 * time.Millisecond  // cold start: idle after the last request
)

// meta says which dependencies are bundled, and under which versions. It is replaced
// as a whole by a commit.
type meta struct {
	hash       Version
	lock       string
	set        depSet // of optimized
	found      depSet // of discovered
	optimized  []*info
	discovered []*info
	chunks     []*info
	list       []*info // of all of them, in the order in which they came; never pruned
}

// info is what is known of a dependency, or a chunk. Whoever holds it sees when a
// commit changes its fields.
type info struct {
	name     string
	dep      int // -1 for a chunk
	hash     Version
	fileHash uint64
	interop  bool
	ready    env.Promise // nil: there is nothing to wait for
}

// first is the first entry of that file.
func (m *meta) first(name string) *info {
	for _, i := range m.list {
		if i.name == name {
			return i
		}
	}
	return nil
}

// known is the entry of a dependency; nil if it is not known.
func (m *meta) known(dep int) *info {
	switch {
	case m.set.has(dep):
		return find(m.optimized, dep)
	case m.found.has(dep):
		return find(m.discovered, dep)
	}
	return nil
}

func find(list []*info, dep int) *info {
	for _, i := range list {
		if i.dep == dep {
			return i
		}
	}
	return nil
}

// batch is what one bundling is to settle: the dependencies that were discovered
// before it.
type batch struct {
	number  int
	promise env.Promise
	settle  func(any)
}

// result is what the bundler made.
type result struct {
	layout *Layout
	err    error
}

// phase is how far the initialization of the optimizer has come.
type phase uint8

const (
	phaseIdle phase = iota
	phaseInitializing
	phaseInitialized
)

// optimizer bundles the dependencies of an environment, and bundles them again when
// one is found that it did not know (6.1).
type optimizer struct {
	e         *Environment
	meta      *meta
	disk      *Layout // the directory of bundles; nil: absent
	next      batch   // P
	started   []batch // Q: of bundles that were started, and not settled
	newDeps   bool
	busy      bool
	waitCrawl bool
	timer     env.LoopTimer
	again     func()
	phase     phase
	scan      env.Promise // nil or settled: no scan is running
	pre       env.Promise // of the bundle that was begun with the scan
	batches   int
	bundles   int // that were started
	res       struct{ meta, timer, batch int }
}

func (o *optimizer) cfg() *Config { return &o.e.sys.cfg }

func (o *optimizer) reset(e *Environment) {
	started := o.started[:0]
	*o = optimizer{e: e, started: started, res: o.res}
	o.meta = o.emptyMeta()
	o.newBatch()
}

func (o *optimizer) emptyMeta() *meta {
	return &meta{lock: o.e.sys.Deps.Lock, hash: discoveryVersion(0, 0, o.e.sys.Deps.Token)}
}

func (o *optimizer) newBatch() {
	o.batches++
	p, settle, _ := o.e.loop.NewPromise()
	o.next = batch{o.batches, p, settle}
}

// nextBatch closes the batch: what is discovered from here on is for the next bundle.
func (o *optimizer) nextBatch() {
	o.e.touchWrite(o.res.batch)
	o.newDeps = false
	o.started = append(o.started, o.next)
	o.newBatch()
}

// init prepares the optimizer, once: from the cache on disk, or by a scan and a crawl.
func (o *optimizer) init(a env.Async) error {
	if o.phase != phaseIdle {
		return nil
	}
	o.phase = phaseInitializing
	if err := await(a, o.e.loop.IO("cache-read")); err != nil {
		return err
	}
	o.e.touchWrite(o.res.meta)
	if o.cfg().WarmCache {
		o.fromCache()
		o.phase = phaseInitialized
		return nil
	}
	o.meta = o.emptyMeta() // what was discovered before is dropped; P, newDeps and a timer are kept
	o.waitCrawl, o.busy = true, true
	for _, name := range o.e.sys.app.Include[o.e.Name] {
		if i, ok := o.e.sys.app.dep(name); ok && o.meta.known(i) == nil {
			o.add(i)
		}
	}
	o.e.crawl.whenIdle(func() { o.e.loop.Async(o.crawlEnd) })
	o.scan = o.e.loop.Async(o.runScan)
	o.phase = phaseInitialized
	return nil
}

// fromCache takes the bundles that an earlier server left.
func (o *optimizer) fromCache() {
	var set depSet
	for _, name := range o.e.sys.app.Include[o.e.Name] {
		if i, ok := o.e.sys.app.dep(name); ok {
			set |= 1 << i
		}
	}
	l := o.e.sys.app.layout(set, o.cfg().Naming)
	o.meta, o.disk = o.metaOf(l), l
}

// runScan finds dependencies by looking at the sources, and starts to bundle what is
// known then.
func (o *optimizer) runScan(a env.Async) (any, error) {
	if err := await(a, o.e.loop.IO("scan")); err != nil {
		return nil, err
	}
	o.e.touchWrite(o.res.meta)
	for _, name := range o.e.sys.app.Scan[o.e.Name] {
		if i, ok := o.e.sys.app.dep(name); ok && o.meta.known(i) == nil {
			o.add(i)
		}
	}
	known := o.knownSet()
	o.nextBatch()
	o.pre = o.e.loop.Async(func(b env.Async) (any, error) { return o.bundle(b, known), nil })
	return nil, nil
}

// knownSet are the dependencies to bundle.
func (o *optimizer) knownSet() depSet { return o.meta.set | o.meta.found }

// crawlEnd comes when the first requests have been answered: what they needed is
// known by then.
func (o *optimizer) crawlEnd(a env.Async) (any, error) {
	o.waitCrawl = false
	if err := await(a, o.scan); err != nil {
		return nil, err
	}
	v, err := a.Await(o.pre)
	o.busy = false
	if err != nil {
		return nil, err
	}
	r := v.(*result)
	if r.err == nil && o.meta.found&^r.layout.Set == 0 && !o.guessedWrong(r.layout) {
		o.nextBatch()
		o.run(a, r)
		return nil, nil
	}
	o.e.obs.Dropped(o.e)
	o.schedule(0)
	return nil, nil
}

// discover makes a dependency known. The URL with its discovery hash leaves at once.
func (o *optimizer) discover(dep int) *info {
	o.e.touchRead(o.res.meta)
	if i := o.meta.known(dep); i != nil {
		return i
	}
	o.e.touchWrite(o.res.meta)
	i := o.add(dep)
	if !o.waitCrawl && (!o.cfg().InitGuard || o.phase == phaseInitialized) {
		o.schedule(debounce)
	}
	return i
}

// add puts a dependency among those discovered.
func (o *optimizer) add(dep int) *info {
	d := &o.e.sys.app.Deps[dep]
	i := &info{
		name: d.Name, dep: dep, interop: d.GuessInterop, ready: o.next.promise,
		hash: discoveryVersion(o.meta.set, o.meta.found, o.e.sys.Deps.Token),
	}
	o.meta.discovered = append(o.meta.discovered, i)
	o.meta.list = append(o.meta.list, i)
	o.meta.found |= 1 << dep
	o.newDeps = true
	o.e.obs.Discovered(o.e, d.Name, i.hash, o.next.number)
	return i
}

// schedule lets the optimizer run after d, restarting the timer.
func (o *optimizer) schedule(d time.Duration) {
	o.e.touchWrite(o.res.timer)
	o.again = nil
	o.stopTimer()
	o.timer = o.e.loop.SetTimeout(func() {
		o.e.touchWrite(o.res.timer)
		o.timer = nil
		o.again = o.start
		if !o.busy {
			o.start()
		}
	}, d)
}

func (o *optimizer) stopTimer() {
	if o.timer != nil {
		o.timer.Clear()
		o.timer = nil
	}
}

// start is run as a task of its own.
func (o *optimizer) start() {
	o.e.loop.Async(func(a env.Async) (any, error) {
		o.run(a, nil)
		return nil, nil
	})
}

// run bundles what is known, unless pre is that already, and commits it.
func (o *optimizer) run(a env.Async, pre *result) {
	o.again = nil
	o.stopTimer()
	o.busy = true
	if err := o.attempt(a, pre); err != nil {
		o.settle()
		o.e.touchWrite(o.res.meta)
		o.meta.discovered, o.meta.found = nil, 0 // the list keeps them
	}
	o.busy = false
	if o.again != nil {
		o.again()
	}
}

// attempt is the part of run that may fail.
func (o *optimizer) attempt(a env.Async, r *result) error {
	if r == nil {
		known := o.knownSet()
		o.nextBatch()
		r = o.bundle(a, known)
	}
	if r.err != nil {
		return r.err
	}
	o.e.touchRead(o.res.meta)
	reload := o.needsReload(r.layout)
	if reload && o.newDeps {
		// Another bundle is to come: the requests go on waiting for its commit.
		o.e.obs.Dropped(o.e)
		return nil
	}
	if err := o.commit(a, r.layout, reload); err != nil {
		return err
	}
	if !reload {
		return nil
	}
	// Those who waited come first: they run up to their next IO.
	if _, err := a.Await(nil); err != nil {
		return err
	}
	o.e.invalidateAll()
	return o.e.hot.Send(FullReload)
}

// bundle runs the bundler, on a thread of its own, and renames its output: the real
// calls are synchronous, so their time is spent here.
func (o *optimizer) bundle(a env.Async, set depSet) *result {
	o.bundles++
	n := o.bundles
	o.e.obs.BundleStart(o.e, n)
	err := o.e.takes(a, "bundle", o.cfg().BundleTime)
	if err == nil {
		err = await(a, o.e.loop.IO("rename"))
	}
	if err == nil && n == o.cfg().FailBundle {
		err = &Error{Code: Internal, Text: "bundling failed"}
	}
	o.e.obs.BundleEnd(o.e, err)
	return &result{o.e.sys.app.layout(set, o.cfg().Naming), err}
}

// takes waits for d if that is given, otherwise as long as label takes.
func (e *Environment) takes(a env.Async, label string, d time.Duration) error {
	if d > 0 {
		return e.sleep(a, d)
	}
	return await(a, e.loop.IO(label))
}

// guessedWrong reports whether a dependency in l is not what its discovery assumed.
func (o *optimizer) guessedWrong(l *Layout) bool {
	for _, i := range o.meta.discovered {
		if l.Set.has(i.dep) && i.interop != o.e.sys.app.Deps[i.dep].Interop {
			return true
		}
	}
	return false
}

// needsReload reports whether l is more than an addition: a file that somebody may
// have loaded is another.
func (o *optimizer) needsReload(l *Layout) bool {
	if o.guessedWrong(l) || o.meta.lock != o.e.sys.Deps.Lock {
		return true
	}
	for _, i := range o.meta.optimized {
		if b := l.ofDep(i.dep); b == nil || b.Hash != i.fileHash {
			return true
		}
	}
	return false
}
