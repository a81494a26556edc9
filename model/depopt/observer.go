package depopt

// Observer is told what happens, in terms of the system. It must not change anything.
type Observer interface {
	// Discovered: a dependency became known; its URL carries the discovery hash from
	// here on. Ready, if not 0, is the batch whose commit its requests wait for.
	Discovered(e *Environment, dep string, v Version, batch int)
	BundleStart(e *Environment, batch int)
	BundleEnd(e *Environment, err error)
	// Dropped: a result is thrown away, because something was discovered meanwhile.
	Dropped(e *Environment)
	// Committed: the bundles on disk and their versions have been replaced.
	Committed(e *Environment, reload bool)
	// Settled: the requests that wait for a batch go on.
	Settled(e *Environment, batch int)
	Invalidated(e *Environment)
	// ReloadSent: a full reload has been handed to the channel of e.
	ReloadSent(e *Environment)
	// Waits: a request of a dependency file is parked until a commit.
	Waits(e *Environment, u *URL)
	// Released: it goes on; committed says whether there was a commit meanwhile.
	Released(e *Environment, u *URL, committed bool)
	// Stale: the gate refuses a file, by the rule of that number (6.2).
	Stale(e *Environment, u *URL, rule int)
	// Loaded: the gate let a file through, and this was read.
	Loaded(e *Environment, u *URL, content uint64)
	// Lookup: an unversioned name was turned into a version.
	Lookup(e *Environment, u, id *URL, how string)
	// Stored: a transformed module is in the graph, for others to find.
	Stored(e *Environment, id *URL, code *Code)
	// CachesChanged: something that was said to L5's caches may no longer be so.
	CachesChanged()

	// SharedFetch: an import joined a fetch that is in flight.
	SharedFetch(u *URL)
	// Replayed: a module is imported again whose evaluation has failed.
	Replayed(id *URL)
	// Evaluated: a module, or a source in a bundle, is evaluated.
	Evaluated(x *Exports)
	ReloadReceived(roots int)
	ReloadHandled()
	// Cleared: the runner has forgotten its modules; during says that an evaluation was
	// going on.
	Cleared(gen int, during bool)
	// Reimported: a root was imported again after a full reload.
	Reimported(root *URL, err error)

	Effect(r *Request, name string)
	ContextSet(r *Request, key string)
	// ContextGot: found says whether it is what the request has set.
	ContextGot(r *Request, key string, found bool)
	// Responded: the handler has produced a response from these modules.
	Responded(r *Request, from []*Exports)

	QuietStarted(n int)
	QuietRestarted(n int)
	QuietEnded(n int)
	RequestArrived(r *Request)
	RequestAnswered(r *Request, status int, err error)

	// BrowserReload: the page is told of a full reload.
	BrowserReload(b *Browser)
	// PageLoads: a page is loaded, the n-th of this browser.
	PageLoads(b *Browser, n int)
	// PageFetched: an import of a page was answered; dropped says that the page has gone.
	PageFetched(b *Browser, u *URL, status int, cached, dropped bool)
}

// Touch is told what the current step reads and writes, by resource.
type Touch interface {
	// Resource is the number of a resource, at least 0.
	Resource(name string) int
	Reads(resource int)
	Writes(resource int)
}

// NopObserver is an Observer that does nothing, to embed.
type NopObserver struct{}

var _ Observer = NopObserver{}

// What follows implements Observer.

func (NopObserver) Discovered(*Environment, string, Version, int) {}
func (NopObserver) BundleStart(*Environment, int)                 {}
func (NopObserver) BundleEnd(*Environment, error)                 {}
func (NopObserver) Dropped(*Environment)                          {}
func (NopObserver) Committed(*Environment, bool)                  {}
func (NopObserver) Settled(*Environment, int)                     {}
func (NopObserver) Invalidated(*Environment)                      {}
func (NopObserver) ReloadSent(*Environment)                       {}
func (NopObserver) Waits(*Environment, *URL)                      {}
func (NopObserver) Released(*Environment, *URL, bool)             {}
func (NopObserver) Stale(*Environment, *URL, int)                 {}
func (NopObserver) Loaded(*Environment, *URL, uint64)             {}
func (NopObserver) Lookup(*Environment, *URL, *URL, string)       {}
func (NopObserver) Stored(*Environment, *URL, *Code)              {}
func (NopObserver) CachesChanged()                                {}
func (NopObserver) SharedFetch(*URL)                              {}
func (NopObserver) Replayed(*URL)                                 {}
func (NopObserver) Evaluated(*Exports)                            {}
func (NopObserver) ReloadReceived(int)                            {}
func (NopObserver) ReloadHandled()                                {}
func (NopObserver) Cleared(int, bool)                             {}
func (NopObserver) Reimported(*URL, error)                        {}
func (NopObserver) Effect(*Request, string)                       {}
func (NopObserver) ContextSet(*Request, string)                   {}
func (NopObserver) ContextGot(*Request, string, bool)             {}
func (NopObserver) Responded(*Request, []*Exports)                {}
func (NopObserver) QuietStarted(int)                              {}
func (NopObserver) QuietRestarted(int)                            {}
func (NopObserver) QuietEnded(int)                                {}
func (NopObserver) RequestArrived(*Request)                       {}
func (NopObserver) RequestAnswered(*Request, int, error)          {}
func (NopObserver) BrowserReload(*Browser)                        {}
func (NopObserver) PageLoads(*Browser, int)                       {}
func (NopObserver) PageFetched(*Browser, *URL, int, bool, bool)   {}
