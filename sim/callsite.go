package sim

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// callerOutside is the file:line of the innermost caller that is not part of the
// simulator; "" if it is not known.
func callerOutside() string {
	return callSite(func(function string) bool { return !simulatorFrame(function) })
}

// panicSite is the file:line that panicked, for a deferred function that has recovered; ""
// if it is not known.
func panicSite() string {
	panicking := false
	return callSite(func(function string) bool {
		ofRuntime := strings.HasPrefix(function, "runtime.")
		if panicking && !ofRuntime {
			return true
		}
		panicking = panicking || ofRuntime && strings.Contains(function, "panic")
		return false
	})
}

// callSite is the file:line of the first function that is the one, of those that are being
// called, from the caller of its caller outwards.
func callSite(is func(function string) bool) string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if is(f.Function) {
			return filepath.Base(f.File) + ":" + strconv.Itoa(f.Line)
		}
		if !more {
			return ""
		}
	}
}

func simulatorFrame(function string) bool {
	const pkg = "github.com/seed-3519b94c/simrun/sim"
	rest, ok := strings.CutPrefix(function, pkg)
	return function == "" || strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "iter.") ||
		ok && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "/"))
}
