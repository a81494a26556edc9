package startup

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Raw is a registry's configuration as the application wrote it: an object that the
// application, or a framework's adapter, may go on to change.
type Raw struct {
	ServeManager *bool    // nil: not set
	SpawnEngine  *bool    // nil: not set
	Endpoint     env.Addr // zero: not set
	ManagerPort  any      // nil: not set; an int, or something else that is an error
	Public       env.Addr // the endpoint to advertise; zero: not set
	Pool         bool     // a serverless pool is to be configured
	Runner       bool
	PublicDir    string // "": not set

	// Version counts the changes, so that it can be told what a snapshot has seen.
	Version int
}

// On and Off are the values of the fields of Raw that may be unset.
var on, off = true, false

// Flag is a field of Raw that is set to v.
func Flag(v bool) *bool {
	if v {
		return &on
	}
	return &off
}

// Set changes a field.
func (r *Raw) Set(field string, value any) error {
	ok := true
	switch field {
	case "serveManager":
		var v bool
		v, ok = value.(bool)
		r.ServeManager = Flag(v)
	case "spawnEngine":
		var v bool
		v, ok = value.(bool)
		r.SpawnEngine = Flag(v)
	case "endpoint":
		r.Endpoint, ok = value.(env.Addr)
	case "managerPort":
		r.ManagerPort = value
	case "pool":
		r.Pool, ok = value.(bool)
	case "publicDir":
		r.PublicDir, ok = value.(string)
	default:
		return fmt.Errorf("set field %q: a registry has no such field", field)
	}
	if !ok {
		return fmt.Errorf("set field %q: %v is of the wrong type", field, value)
	}
	r.Version++
	return nil
}

// asks reports whether the raw configuration itself asks for a server of either kind.
func (r *Raw) asks() bool { return isSet(r.SpawnEngine) || isSet(r.ServeManager) }

func isSet(flag *bool) bool { return flag != nil && *flag }

// Environ is the environment of an application.
type Environ struct {
	NodeEnv     string   // NODE_ENV
	RunEngine   bool     // RIVET_RUN_ENGINE=1
	Endpoint    env.Addr // RIVET_ENDPOINT
	RuntimeMode string   // RIVETKIT_RUNTIME_MODE, r5
}

// Production reports whether this is not a development environment.
func (e Environ) Production() bool { return e.NodeEnv == "production" }

// Config is a snapshot of Raw, checked and completed.
type Config struct {
	ServeManager bool
	SpawnEngine  bool
	Endpoint     env.Addr // zero: none
	ManagerPort  int
	Public       env.Addr // the advertised endpoint; zero: none
	Pool         bool
	Runner       bool
	PublicDir    string
	Production   bool
	Version      int // of Raw
}

// loopback is the endpoint of a server on this machine.
func loopback(port int) env.Addr { return env.Addr{Host: "127.0.0.1", Port: port} }

// enginePort is the port of the engine, and what the manager asks for.
const enginePort = 6420

// Parse checks a raw configuration and completes it. The error is what is wrong with
// it, in words.
func Parse(raw *Raw, e Environ) (Config, error) {
	endpoint := raw.Endpoint
	if endpoint == (env.Addr{}) {
		endpoint = e.Endpoint
	}
	spawn := e.RunEngine
	if raw.SpawnEngine != nil {
		spawn = *raw.SpawnEngine
	}
	has := endpoint != (env.Addr{})
	port, isNumber := enginePort, true
	if raw.ManagerPort != nil {
		port, isNumber = raw.ManagerPort.(int)
	}
	switch {
	case !isNumber:
		return Config{}, fmt.Errorf("managerPort: expected number, received %T", raw.ManagerPort)
	case port < 1 || port > 65535:
		return Config{}, fmt.Errorf("managerPort: %d is no port", port)
	case has && isSet(raw.ServeManager):
		return Config{}, fmt.Errorf("endpoint: not together with serveManager")
	case has && spawn:
		return Config{}, fmt.Errorf("endpoint: not together with spawnEngine")
	case raw.Pool && !has && !spawn:
		return Config{}, fmt.Errorf("pool: needs an endpoint or spawnEngine")
	}
	c := Config{
		SpawnEngine: spawn, Endpoint: endpoint, ManagerPort: port, Public: raw.Public, Pool: raw.Pool, Runner: raw.Runner,
		PublicDir: raw.PublicDir, Production: e.Production(), Version: raw.Version,
	}
	if spawn {
		c.Endpoint, has = loopback(enginePort), true
	}
	c.ServeManager = !e.Production() && !has
	if raw.ServeManager != nil {
		c.ServeManager = *raw.ServeManager
	}
	if c.Public == (env.Addr{}) && !e.Production() && (c.ServeManager || spawn) {
		c.Public = loopback(port)
	}
	return c, nil
}
