package simtest

import (
	"flag"
	"fmt"
	"os"
	"strconv"
)

// whole is registered when the package is loaded, as settings are.
var whole = flag.Bool("simrun.whole", false, "ask tests that know of it for their whole effort, as a nightly run does; the same as SIMRUN_WHOLE=1")

// Whole reports whether tests are asked for their whole effort: every seed, every
// schedule that a claim is made of, however long that takes. The default is what a change
// can wait for, and -short what a developer can. It panics if SIMRUN_WHOLE is no boolean.
func Whole() bool {
	v, ok := os.LookupEnv("SIMRUN_WHOLE")
	if !ok || v == "" {
		return *whole
	}
	yes, err := strconv.ParseBool(v)
	if err != nil {
		panic(fmt.Sprintf("simtest: SIMRUN_WHOLE=%s: say true or false", v))
	}
	return yes
}
