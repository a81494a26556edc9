package sim

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// panicSite is the file:line that panicked, for a deferred function that has recovered; ""
// if it is not known.
func panicSite() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	panicking := false
	for {
		f, more := frames.Next()
		ofRuntime := strings.HasPrefix(f.Function, "runtime.")
		if panicking && !ofRuntime {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		panicking = panicking || ofRuntime && strings.Contains(f.Function, "panic")
		if !more {
			return ""
		}
	}
}
