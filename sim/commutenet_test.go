package sim_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"pgregory.net/rapid"
)

// Neighbours in networks commute, too, if their footprints say so.
func TestIndependentEventsOfNetworksCommute(t *testing.T) {
	c := newCommuter(t, "")
	rapid.Check(t, func(t *rapid.T) {
		if found := c.check(netWorlds(nil, nil).Draw(t, "world"), rapid.Uint64().Draw(t, "seed")); found != "" {
			t.Fatal(found)
		}
	})
	t.Logf("%d swaps; %d more were not possible in time", c.swaps, c.impossible)
}

// The same for as many worlds as 100,000 swaps take, by seed.
func TestAHundredThousandSwapsOfNetworks(t *testing.T) {
	if !simtest.Whole() {
		t.Skip("takes minutes: only with SIMRUN_WHOLE=1")
	}
	c, worlds := newCommuter(t, ""), netWorlds(nil, nil)
	seed := 0
	for ; c.swaps < 100_000; seed++ {
		if found := c.check(worlds.Example(seed), uint64(seed)); found != "" {
			t.Fatalf("seed %d: %s", seed, found)
		}
	}
	t.Logf("%d swaps in %d worlds; %d more were not possible in time", c.swaps, seed, c.impossible)
}

// The check finds footprints of networks that are missing.
func TestMissingFootprintOfNetworksIsFound(t *testing.T) {
	for kind, only := range map[string]struct{ acts, outside []netDo }{ // to show it sooner
		"host ":      {},
		"port[":      {acts: []netDo{netListen, netClose, netAsk}, outside: []netDo{netCrash, netStart}},
		"link ":      {acts: []netDo{netListen, netAsk}, outside: []netDo{netPart, netHeal}},
		"keys of ":   {},
		"shared[":    {acts: []netDo{netSave, netLoad}},
		"lb.targets": {acts: []netDo{netListen, netAskBalancer}, outside: []netDo{netRegister, netDeregister, netCrash, netStart}},
		"name ":      {acts: []netDo{netListen, netAskName}, outside: []netDo{netRename}},
		"machine ":   {acts: []netDo{netListen, netAsk}, outside: []netDo{netVanish, netStart}},
	} {
		t.Run(kind, func(t *testing.T) {
			if testing.Short() {
				t.Skip("takes seconds, under the race detector a minute")
			}
			c, worlds := newCommuter(t, kind), netWorlds(only.acts, only.outside)
			for seed := range 6000 {
				if found := c.check(worlds.Example(seed), uint64(seed)); found != "" {
					t.Logf("after %d swaps: %.200s", c.swaps, found)
					return
				}
			}
			t.Fatalf("%d swaps show nothing", c.swaps)
		})
	}
}
