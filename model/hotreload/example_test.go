package hotreload_test

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/model/hotreload"
)

// A variant's name can go on with switches to flip.
func ExampleFind() {
	released, _ := hotreload.Find("V2")
	hardened, _ := hotreload.Find("V2+EvictFirst-LendFd")
	fmt.Println(released.EvictFirst, released.LendFd)
	fmt.Println(hardened.EvictFirst, hardened.LendFd)
	// Output:
	// false true
	// true false
}
