package jsloop

// bunState is what Bun does differently.
type bunState struct {
	afterMain error // thrown by the main script, reported after its drain
	dying     bool  // an unhandled rejection or exception is fatal at the end of the batch
}

// reportsNow reports whether rejections are reported at the end of this drain. Bun
// waits for the end of the phase.
func (l *Loop) reportsNow() bool { return true }

func (l *Loop) bunDrained() {}

func (l *Loop) bunThrown(thrown error) { l.uncaught(thrown, FromException) }

func (l *Loop) bunUnhandled() {}
