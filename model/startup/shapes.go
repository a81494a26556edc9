package startup

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// ShapeNames lists the configurations that applications have, the plainest first.
func ShapeNames() []string {
	return []string{"explicit-manager", "default-dev", "env-engine", "explicit-engine", "late-flag", "remote", "invalid"}
}

// Shape is a configuration by name, with the environment that goes with it. What an
// application with shape late-flag does after construction is not in it: it sets
// serveManager in the same tick.
func Shape(name string) (*Raw, Environ, error) {
	raw, e := &Raw{}, Environ{NodeEnv: "development"}
	switch name {
	case "default-dev", "late-flag":
	case "explicit-manager":
		raw.ServeManager = Flag(true)
	case "env-engine":
		e.RunEngine = true
	case "explicit-engine":
		raw.SpawnEngine = Flag(true)
	case "remote":
		raw.Endpoint, raw.Pool = env.Addr{Host: "api.rivet.example", Port: 443}, true
		e.NodeEnv = "production"
	case "invalid":
		raw.ServeManager, raw.ManagerPort = Flag(true), "x"
	default:
		return nil, e, fmt.Errorf("find shape %q: there is none of that name", name)
	}
	return raw, e, nil
}
