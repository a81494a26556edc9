// Command simrun explores the scenarios of this module: see package cli.
package main

import (
	"os"

	"github.com/seed-3519b94c/simrun/runner/cli"
	"github.com/seed-3519b94c/simrun/scenarios"
)

func main() { os.Exit(cli.Main(scenarios.All()...)) }
