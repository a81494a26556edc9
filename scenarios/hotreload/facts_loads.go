package hotreload

import (
	"slices"
	"strconv"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
)

// requestKey is the request in the obligation of L6; saves have their version.
const requestKey = 0

func describePrompt(key int64) string {
	if key == requestKey {
		return "the request"
	}
	return "version " + strconv.FormatInt(key, 10)
}

// Published opens L1; further requests join the open one.
func (f *facts) Published([]model.Hash) {
	f.w.Note("publish a reload request")
	if f.between.stated && slices.ContainsFunc(f.gens, func(g generation) bool { return g.owed }) {
		f.between.reached()
	}
	f.violated(propQuiet, "", "a reload was requested")
	if f.loaded != nil && !f.loaded.IsOpen(requestKey) {
		f.loaded.Open(requestKey)
	}
	if f.prompt != nil && !f.prompt.IsOpen(requestKey) {
		f.prompt.Open(requestKey)
	}
}

// LoadStarted closes L1. Two loads in the loader at once are S5: whichever ends later
// finds what the other has put into the registry.
func (f *facts) LoadStarted(k uint32) {
	f.tell("start loading ", k, "")
	if f.loaded != nil && f.loaded.IsOpen(requestKey) {
		f.loaded.Close(requestKey)
	}
	if f.prompt != nil && f.prompt.IsOpen(requestKey) {
		f.prompt.Close(requestKey)
	}
	for i := range f.gens {
		if g := &f.gens[i]; !g.evaluating && !g.settled {
			f.violated(propS5, "", "%v is loaded while %v still is", gen(k), gen(uint32(i)))
		}
	}
	f.of(k)
}

// DeferredSet opens L3.
func (f *facts) DeferredSet(k uint32, state model.PromiseState) {
	f.tell("defer the request: ", k, " is "+state.String())
	if f.released != nil {
		f.released.Open(int64(k))
	}
}

// DeferredCleared closes L3.
func (f *facts) DeferredCleared(k uint32) {
	if f.released != nil {
		f.released.Close(int64(k))
	}
}

// TopLevel is S6.
func (f *facts) TopLevel(k uint32, path string, continued bool) {
	if continued {
		f.tell("", k, " goes on after its await")
	}
	if f.ran && k < f.latest {
		f.violated(propS6, "", "top-level code of %s of %v ran after that of %v had begun", path, gen(k), gen(f.latest))
	}
	f.latest, f.ran = max(f.latest, k), true
}

// TimerArmed is for L4.
func (f *facts) TimerArmed(k uint32, _ string) {
	f.of(k).armed = true
	f.tell("", k, " arms a timer")
}

// TimerFired closes L4.
func (f *facts) TimerFired(k uint32, _ string) {
	f.tell("a timer of ", k, " fires")
	f.of(k).armed = false
	if f.ticked != nil && f.ticked.IsOpen(int64(k)) {
		f.ticked.Close(int64(k))
	}
}
