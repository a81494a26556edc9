//go:build linux || darwin

package sim_test

import (
	"syscall"
	"time"
)

// cpuTime is what this process has used so far: on a busy machine wall time
// alone says little.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
