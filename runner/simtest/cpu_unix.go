//go:build unix

package simtest

import (
	"syscall"
	"time"
)

// CPUTime is the time of the processor that this process has used so far: in a benchmark on a
// busy machine wall time alone says little. It is 0 where nobody can tell.
func CPUTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
