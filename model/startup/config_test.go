package startup_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/stretchr/testify/require"
)

var (
	remote = env.Addr{Host: "api.rivet.example", Port: 443}
	local  = env.Addr{Host: "127.0.0.1", Port: 6420}
)

func TestParse(t *testing.T) {
	dev := startup.Environ{NodeEnv: "development"}
	engine := dev
	engine.RunEngine = true
	prod := startup.Environ{NodeEnv: "production"}
	elsewhere := dev
	elsewhere.Endpoint = remote
	for name, c := range map[string]struct {
		raw  startup.Raw
		env  startup.Environ
		want startup.Config
		err  string
	}{
		"nothing, in development": {env: dev, want: startup.Config{ServeManager: true, ManagerPort: 6420, Public: local}},
		"nothing, in production":  {env: prod, want: startup.Config{ManagerPort: 6420, Production: true}},
		"a manager in production": {
			raw: startup.Raw{ServeManager: startup.Flag(true)}, env: prod,
			want: startup.Config{ServeManager: true, ManagerPort: 6420, Production: true},
		},
		"no manager": {raw: startup.Raw{ServeManager: startup.Flag(false)}, env: dev, want: startup.Config{ManagerPort: 6420}},
		"an engine by the environment": {
			env: engine, want: startup.Config{SpawnEngine: true, Endpoint: local, ManagerPort: 6420, Public: local},
		},
		"the configuration beats the environment": {
			raw: startup.Raw{SpawnEngine: startup.Flag(false)}, env: engine,
			want: startup.Config{ServeManager: true, ManagerPort: 6420, Public: local},
		},
		"an endpoint": {
			raw: startup.Raw{Endpoint: remote, Pool: true}, env: dev,
			want: startup.Config{Endpoint: remote, ManagerPort: 6420, Pool: true},
		},
		"an endpoint by the environment": {env: elsewhere, want: startup.Config{Endpoint: remote, ManagerPort: 6420}},
		"a port": {
			raw: startup.Raw{ManagerPort: 6500}, env: dev,
			want: startup.Config{ServeManager: true, ManagerPort: 6500, Public: env.Addr{Host: "127.0.0.1", Port: 6500}},
		},
		"an endpoint to advertise": {
			raw: startup.Raw{Public: remote}, env: dev,
			want: startup.Config{ServeManager: true, ManagerPort: 6420, Public: remote},
		},
		"a manager and an engine": { // parse lets it through, create does not
			raw: startup.Raw{ServeManager: startup.Flag(true), SpawnEngine: startup.Flag(true)}, env: dev,
			want: startup.Config{ServeManager: true, SpawnEngine: true, Endpoint: local, ManagerPort: 6420, Public: local},
		},
		"an endpoint and a manager": {raw: startup.Raw{Endpoint: remote, ServeManager: startup.Flag(true)}, env: dev, err: "endpoint: not together with serveManager"},
		"an endpoint and an engine": {raw: startup.Raw{Endpoint: remote}, env: engine, err: "endpoint: not together with spawnEngine"},
		"a pool of nothing":         {raw: startup.Raw{Pool: true}, env: dev, err: "pool: needs an endpoint or spawnEngine"},
		"a word for a port":         {raw: startup.Raw{ManagerPort: "x"}, env: dev, err: "managerPort: expected number, received string"},
		"no port":                   {raw: startup.Raw{ManagerPort: 65536}, env: dev, err: "managerPort: 65536 is no port"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := startup.Parse(&c.raw, c.env)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestShapes(t *testing.T) {
	for name, want := range map[string]struct{ manager, engine, fails bool }{
		"explicit-manager": {manager: true}, "default-dev": {manager: true}, "late-flag": {manager: true},
		"env-engine": {engine: true}, "explicit-engine": {engine: true}, "remote": {}, "invalid": {fails: true},
	} {
		require.Contains(t, startup.ShapeNames(), name)
		raw, e, err := startup.Shape(name)
		require.NoError(t, err)
		if name == "late-flag" {
			require.NoError(t, raw.Set("serveManager", true))
		}
		c, err := startup.Parse(raw, e)
		require.Equal(t, want.fails, err != nil, name)
		require.Equal(t, want.manager, c.ServeManager, name)
		require.Equal(t, want.engine, c.SpawnEngine, name)
	}
	_, _, err := startup.Shape("none")
	require.EqualError(t, err, `find shape "none": there is none of that name`)
}

func TestRawSet(t *testing.T) {
	raw := &startup.Raw{}
	for field, v := range map[string]any{
		"serveManager": true, "spawnEngine": false, "endpoint": remote, "managerPort": "x", "pool": true, "publicDir": "public",
	} {
		require.NoError(t, raw.Set(field, v), field)
	}
	require.Equal(t, 6, raw.Version)
	require.EqualError(t, raw.Set("port", 1), `set field "port": a registry has no such field`)
	require.EqualError(t, raw.Set("pool", 1), `set field "pool": 1 is of the wrong type`)
	require.Equal(t, 6, raw.Version, "a change that failed is none")
}

func TestVariants(t *testing.T) {
	r1, err := startup.Find("r1")
	require.NoError(t, err)
	require.Zero(t, r1.Switches, "the zero value")
	seen := make(map[startup.Switches]string)
	for _, v := range startup.Variants() {
		require.Empty(t, seen[v.Switches], v.Name)
		seen[v.Switches] = v.Name
	}
	_, err = startup.Find("r6")
	require.EqualError(t, err, `find variant "r6": there is none of that name`)
}

func TestSwitchesAreSetByName(t *testing.T) {
	for _, name := range startup.SwitchNames() {
		var s startup.Switches
		values := startup.SwitchValues(name)
		require.NoError(t, s.Set(name, values[0]))
		require.Zero(t, s, "%s: the first value is that of r1", name)
		for _, v := range values[1:] {
			require.NoError(t, s.Set(name, v))
			require.NotZero(t, s, "%s=%s", name, v)
		}
	}
	var s startup.Switches
	require.EqualError(t, s.Set("prestart", "soon"), `set switch "prestart": "soon" is none of timer, none, microtask`)
	require.EqualError(t, s.Set("awaitGap", "maybe"), `set switch "awaitGap": "maybe" is neither true nor false`)
	require.EqualError(t, s.Set("probeTimeoutMs", "-1"), `set switch "probeTimeoutMs": "-1" is no number of milliseconds`)
	require.ErrorContains(t, s.Set("x", "1"), `set switch "x": no such switch; there are prestart, guard`)
}
