package simtest

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// setting is a flag of `go test` and its twin in the environment. The flag counts
// more than the environment, and that more than Config.
type setting struct {
	flag, env, usage string
	set              func(*Config, string) error
}

// settings are registered as flags when the package is loaded, since `go test` parses
// its command line before any test runs: as packages testing and rapid do.
var settings = register([]setting{
	{"simrun.runs", "SIMRUN_RUNS", "`number` of schedules per draw of parameters", number(func(c *Config, n int) { c.Runs = n })},
	{"simrun.workers", "SIMRUN_WORKERS", "`number` of workers", number(func(c *Config, n int) { c.workers = n })},
	{"simrun.seed", "SIMRUN_SEED", "`seed` of the schedules", func(c *Config, text string) (err error) {
		c.seed, err = runner.ParseSeed(text)
		return err
	}},
	{"simrun.strategy", "SIMRUN_STRATEGY", "`strategy` of exploration", func(c *Config, text string) error {
		if c.strategy = text; !slices.Contains(strategy.Names(), text) {
			return &sim.UnknownError{Where: "simrun", Kind: "strategy", Name: text, Known: strategy.Names()}
		}
		return nil
	}},
	{"simrun.profile", "SIMRUN_PROFILE", "`profile` of the machine", func(c *Config, text string) error {
		c.Profile = text
		return nil
	}},
	{"simrun.variant", "SIMRUN_VARIANT", "check this `variant` only", func(c *Config, text string) error {
		c.Variants = []string{text}
		return nil
	}},
})

func register(list []setting) []setting {
	for _, s := range list {
		flag.String(s.flag, "", s.usage+"; the same as "+s.env)
	}
	return list
}

func number(set func(*Config, int)) func(*Config, string) error {
	return func(c *Config, text string) error {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("want a whole number, 1 or more")
		}
		set(c, n)
		return nil
	}
}

// complete fills in what cfg leaves open, and takes over the settings. The error is a mistake
// in these, or in what the scenario expects.
func (cfg *Config) complete(scenario *sim.Scenario) error {
	if cfg.Dir == "" {
		cfg.Dir = "testdata/simrun"
	}
	if cfg.Runs == 0 {
		cfg.Runs = 100
		if testing.Short() {
			cfg.Runs = 20
		}
	}
	for _, s := range settings {
		name, text := s.env, cfg.Getenv(s.env)
		if f := flag.Lookup(s.flag); f != nil && f.Value.String() != "" {
			name, text = "-"+s.flag, f.Value.String()
		}
		if text == "" {
			continue
		}
		if err := s.set(cfg, text); err != nil {
			return fmt.Errorf("%s=%q: %w", name, text, err)
		}
	}
	return scenario.Check()
}
