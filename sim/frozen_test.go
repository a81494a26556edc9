package sim

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Seeds and hashes are stored in files and compared across machines: these
// numbers never change.

// The first outputs of xoshiro256++ from the state 1, 2, 3, 4, as in the
// reference implementation's test in the Rust crate rand_xoshiro.
func TestXoshiro(t *testing.T) {
	r := &Rand{s: [4]uint64{1, 2, 3, 4}}
	for _, want := range []uint64{
		41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205,
		9973669472204895162, 14011001112246962877, 12406186145184390807, 15849039046786891736, 10450023813501588000,
	} {
		require.Equal(t, want, r.Uint64())
	}
}

// The first outputs of splitmix64 from the seed 1234567 (Vigna's reference code).
func TestSplitmix(t *testing.T) {
	seed := uint64(1234567)
	for _, want := range []uint64{
		6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
	} {
		seed += 0x9e3779b97f4a7c15
		require.Equal(t, want, splitmix(seed))
	}
}

func TestFrozenHashes(t *testing.T) {
	require.Equal(t, uint64(0x0), mix(hashK0, hashK1))
	require.Equal(t, uint64(0xf7858b38a8499be9), mix(1, 2))
	require.Equal(t, uint64(0xb84c00f31883356e), hashString(""))
	require.Equal(t, uint64(0x16b3f30da5746346), hashString("simrun"))
	require.Equal(t, uint64(0x941be52be0810d3a), uint64(eventID(hashString("J"), hashString("report"), 1)))
	require.Equal(t, uint64(0x53175d61490b23df), NewRand(0).Uint64())
	require.Equal(t, uint64(0xcfc5d07f6f03c29b), NewRand(1).Uint64())
}

// TestTraceHashIsOverItsStory: stores and files name traces by this hash, so the text that it
// is over is fixed.
func TestTraceHashIsOverItsStory(t *testing.T) {
	tr := &Trace{
		Scenario: "hotreload/drop", Variant: "V1", Profile: "laptop", Mode: Sampled, Seed: 1 << 63, Signature: "violation S1",
		Judge: []string{"S1", `a "b"`},
		Schedule: Schedule{
			{Kind: KindSchedule, Event: 1, After: 2, Name: "J:report#1", AfterName: "F:publish#1"},
			{Kind: KindDraw, Value: -3, Name: "world:edits#1"},
			{Kind: KindFault, Value: 1, Name: "M:crash#2"},
		},
	}
	const story = `hotreload/drop
V1
laptop
sampled 9223372036854775808
violation S1
judge ["S1" "a \"b\""]
hold J:report#1 after F:publish#1
draw world:edits#1 = -3
fault M:crash#2 = 1
`
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(story)))[:16], tr.Hash())
	require.Equal(t, "35a7255ed9e40ed0", tr.Hash())
}

func TestIntN(t *testing.T) {
	r := NewRand(1)
	var count [6]int
	for range 60_000 {
		count[r.IntN(6)]++
	}
	for _, n := range count {
		require.InDelta(t, 10_000, n, 400)
	}
	require.Zero(t, r.IntN(1))
	require.Zero(t, r.IntN(0))
	require.Zero(t, r.IntN(-3))
	require.False(t, r.Chance(0))
	require.True(t, r.Chance(1))
}

// Points enumerate their values with the nominal one first, both ways.
func TestAlternativesAndValues(t *testing.T) {
	for _, p := range []Point{{N: 5, Lo: -2, Nominal: 0}, {N: 5, Lo: 3, Nominal: 3}, {N: 5, Lo: 3, Nominal: 7}, {N: 2, Lo: 0, Nominal: 1}} {
		require.Equal(t, p.Nominal, p.Value(0))
		seen := make(map[int64]bool)
		for alt := range p.N {
			v := p.Value(alt)
			seen[v] = true
			back, ok := p.Alternative(v)
			require.True(t, ok)
			require.Equal(t, alt, back)
			require.True(t, v >= p.Lo && v < p.Lo+int64(p.N))
		}
		require.Len(t, seen, p.N)
		for _, v := range []int64{p.Lo - 1, p.Lo + int64(p.N)} {
			_, ok := p.Alternative(v)
			require.False(t, ok)
		}
	}
}
