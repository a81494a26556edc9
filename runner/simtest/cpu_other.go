//go:build !unix

package simtest

import "time"

// CPUTime is the time of the processor that this process has used so far: in a benchmark on a
// busy machine wall time alone says little. It is 0 where nobody can tell.
func CPUTime() time.Duration { return 0 }
