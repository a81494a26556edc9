package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim"
)

// genTrace makes any trace that is well formed, sensible or not.
func genTrace() *rapid.Generator[*sim.Trace] {
	word := rapid.OneOf(rapid.SampledFrom([]string{"", "J", "report", "vm.promise", "reload.go:41"}), rapid.String())
	words := rapid.Custom(func(t *rapid.T) []string { return orNil(rapid.SliceOfN(word, 0, 5).Draw(t, "words")) })
	number := rapid.OneOf(rapid.Int64Range(-3, 300), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, int64(sim.Unbounded)}))
	kind := rapid.Map(rapid.Uint8Range(uint8(sim.KindSchedule), uint8(lastKind)), func(k uint8) sim.Kind { return sim.Kind(k) })
	param := rapid.Custom(func(t *rapid.T) sim.Param {
		return sim.Param{
			Label: word.Draw(t, "label"), Text: word.Draw(t, "text"),
			Value: number.Draw(t, "value"), Lo: number.Draw(t, "lo"), Hi: number.Draw(t, "hi"),
		}
	})
	deviation := rapid.Custom(func(t *rapid.T) sim.Deviation {
		return sim.Deviation{
			Kind: kind.Draw(t, "kind"), Event: sim.EventID(rapid.Uint64().Draw(t, "event")), After: sim.EventID(rapid.Uint64().Draw(t, "after")),
			Value: number.Draw(t, "value"), Name: word.Draw(t, "name"), AfterName: word.Draw(t, "after name"),
		}
	})
	outcome := rapid.Custom(func(t *rapid.T) sim.Outcome {
		return sim.Outcome{Kind: kind.Draw(t, "kind"), Name: word.Draw(t, "name"), Value: number.Draw(t, "value")}
	})
	rule := rapid.Custom(func(t *rapid.T) sim.Rule {
		return sim.Rule{ID: word.Draw(t, "rule"), Text: word.Draw(t, "text")}
	})
	return rapid.Custom(func(t *rapid.T) *sim.Trace {
		str := func(name string) string { return word.Draw(t, name) }
		tr := &sim.Trace{
			Minimised: rapid.Int().Draw(t, "minimised"),
			Scenario:  str("scenario"), Variant: str("variant"), Profile: str("profile"), Judge: []string{str("judge")},
			Mode: sim.Mode(rapid.Uint8Range(0, uint8(lastMode)).Draw(t, "mode")), Seed: rapid.Uint64().Draw(t, "seed"),
			Strategy: str("strategy"), Module: str("module"), Revision: str("revision"),
			Verdict:   sim.Verdict(rapid.Uint8Range(0, uint8(lastVerdict)).Draw(t, "verdict")),
			Signature: str("signature"), Fingerprint: rapid.Uint64().Draw(t, "fingerprint"), Rolling: rapid.Uint64().Draw(t, "rolling"),
			Failure: sim.Failure{
				Property: str("property"), Facts: str("facts"), Message: str("message"), WaitFor: str("waitfor"), Stack: str("stack"),
				Step: rapid.Int().Draw(t, "step"),
			},
			Params:    orNil(rapid.SliceOfN(param, 0, 3).Draw(t, "params")),
			Schedule:  orNil(rapid.SliceOfN(deviation, 0, 3).Draw(t, "schedule")),
			Processes: words.Draw(t, "processes"), Labels: words.Draw(t, "labels"), Resources: words.Draw(t, "resources"), Setup: words.Draw(t, "setup"),
		}
		n := rapid.IntRange(0, 30).Draw(t, "events")
		if len(tr.Processes) == 0 || len(tr.Labels) == 0 {
			n = 0
		}
		tr.Calm = rapid.IntRange(0, n).Draw(t, "calm")
		index := func(name string, lo, n int) int32 { return int32(rapid.IntRange(lo, n-1).Draw(t, name)) }
		dur := func(name string) time.Duration { return time.Duration(number.Draw(t, name)) }
		footprint := func(name string) (list []int32) {
			if len(tr.Resources) == 0 {
				return nil
			}
			return orNil(rapid.SliceOfN(rapid.Int32Range(0, int32(len(tr.Resources)-1)), 0, 3).Draw(t, name))
		}
		for range n {
			e := sim.Event{
				Process: index("process", 0, len(tr.Processes)), Label: index("label", 0, len(tr.Labels)),
				Occurrence: rapid.Uint32().Draw(t, "occurrence"),
				Cause:      index("cause", -1, n), Origin: index("origin", -1, n), HeldAfter: index("held", -1, n),
				Window:  sim.Window{Earliest: dur("earliest"), Nominal: dur("nominal"), Latest: dur("latest")},
				Nominal: dur("nominal"), Time: dur("time"),
				Reads: footprint("reads"), Writes: footprint("writes"),
				Outcomes: orNil(rapid.SliceOfN(outcome, 0, 2).Draw(t, "outcomes")), Notes: words.Draw(t, "notes"), Details: words.Draw(t, "details"),
				Rules: orNil(rapid.SliceOfN(rule, 0, 2).Draw(t, "rules")), Source: str("source"),
			}
			tr.Events = append(tr.Events, e)
		}
		if n > 0 {
			for range rapid.IntRange(0, 2).Draw(t, "races") {
				tr.Races = append(tr.Races, sim.Race{First: index("first", 0, n), Second: index("second", 0, n), Resource: str("resource"), Otherwise: str("otherwise")})
			}
		}
		return tr
	})
}

// orNil drops the difference between no list and an empty one, which the packed
// form does not keep.
func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func TestDecodeReturnsWhatWasEncoded(t *testing.T) {
	var shared encoder // its tables must not leak from one trace into the next
	rapid.Check(t, func(t *rapid.T) {
		want := genTrace().Draw(t, "trace")
		blob, err := shared.encode(want)
		require.NoError(t, err)
		got, err := Decode(blob)
		require.NoError(t, err)
		require.Equal(t, want, got)
		again, err := Encode(got)
		require.NoError(t, err)
		require.Equal(t, blob, again, "equal traces, equal bytes")
		require.Equal(t, want.Hash(), got.Hash())
	})
}

func TestDecodeReturnsWhatWasEncodedOfATypicalTrace(t *testing.T) {
	want := typicalTrace(1, 200)
	blob, err := Encode(want)
	require.NoError(t, err)
	got, err := Decode(blob)
	require.NoError(t, err)
	require.Equal(t, want, got)
	assert.Less(t, len(blob), 10*200, "an event takes few bytes, names included")
}

// TestThePackedFormIsFrozen: the same trace has the same bytes in every store and export of a
// version, whatever becomes of the encoder. Another sum needs another codecVersion.
func TestThePackedFormIsFrozen(t *testing.T) {
	all := sha256.New()
	for n := range 300 {
		blob, err := Encode(typicalTrace(int64(n), n))
		require.NoError(t, err)
		all.Write(blob)
	}
	require.Equal(t, "2ca7c8967b25b584", hex.EncodeToString(all.Sum(nil)[:8]))
}

// TestManyStrings packs more strings than the table of an encoder has room for at first, of
// every length, one after the other with one encoder: each is numbered once.
func TestManyStrings(t *testing.T) {
	var shared encoder
	for _, n := range []int{3, 3000, 40, 0} {
		want := typicalTrace(int64(n), 10)
		for i := range n {
			want.Setup = append(want.Setup, strings.Repeat("x", i%40)+strconv.Itoa(i), "said twice")
		}
		blob, err := shared.encode(want)
		require.NoError(t, err)
		got, err := Decode(blob)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(shared.strings.list))), len(shared.strings.list))
	}
}

// TestDecodeRefusesEveryTruncation also with the checksum made right again, so
// that the checks behind it are reached.
func TestDecodeRefusesEveryTruncation(t *testing.T) {
	blob, err := Encode(typicalTrace(2, 20))
	require.NoError(t, err)
	for n := range len(blob) {
		_, err := Decode(blob[:n])
		require.Error(t, err, "%d of %d bytes", n, len(blob))
		if n >= prefixLen {
			_, err = Decode(sealed(blob[prefixLen:n]))
			require.Error(t, err, "%d of %d bytes, sealed", n, len(blob))
		}
	}
	_, err = Decode(sealed(append(slices.Clone(blob[prefixLen:]), 0)))
	require.ErrorContains(t, err, "1 bytes are left over")
}

func TestDecodeRefusesEveryFlippedBit(t *testing.T) {
	blob, err := Encode(typicalTrace(3, 10))
	require.NoError(t, err)
	for i := range len(blob) * 8 {
		damaged := slices.Clone(blob)
		damaged[i/8] ^= 1 << (i % 8)
		_, err := Decode(damaged)
		require.Error(t, err, "bit %d", i)
	}
}

// sealed puts a version and the right checksum before body.
func sealed(body []byte) []byte {
	b := append(make([]byte, prefixLen), body...)
	b[0] = codecVersion
	binary.LittleEndian.PutUint32(b[1:], checksum(body))
	return b
}

func FuzzDecode(f *testing.F) {
	for seed, n := range []int{0, 1, 5, 40} {
		blob, err := Encode(typicalTrace(int64(seed), n))
		require.NoError(f, err)
		f.Add(blob[prefixLen:])
	}
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = Decode(body)
		tr, err := Decode(sealed(body))
		if err != nil {
			return
		}
		tr.Hash() // and nothing in it makes its readers panic
		for i := range tr.Events {
			_, _ = tr.EventName(i), tr.Late(i)
		}
		blob, err := Encode(tr)
		require.NoError(t, err)
		again, err := Decode(blob)
		require.NoError(t, err)
		require.Equal(t, tr, again)
	})
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	blob, err := Encode(typicalTrace(1, 5))
	require.NoError(t, err)
	newer := slices.Clone(blob)
	newer[0] = 9
	damaged := slices.Clone(blob)
	damaged[len(damaged)-1]++
	for _, c := range []struct {
		in   []byte
		want string
	}{
		{nil, "decode trace: 0 bytes; want at least 5"},
		{newer, "decode trace: version 9; this program reads versions 1 to 2"},
		{sealed([]byte{200, 1, 0}), "decode trace: byte 7: 200 strings in 1 bytes"},
		{sealed([]byte{0}), "decode trace: byte 6: string: there is none"},
		{sealed([]byte{1, 9, 'x'}), "decode trace: byte 7: length of a string is 9, at most 3 is possible"},
	} {
		_, err := Decode(c.in)
		assert.EqualError(t, err, c.want)
	}
	_, err = Decode(damaged)
	assert.ErrorContains(t, err, "the bytes are damaged")
}

func TestEncodeRefusesWhatDecodeWould(t *testing.T) {
	for want, spoil := range map[string]func(*sim.Trace){
		"verdict 6 is unknown":                 func(t *sim.Trace) { t.Verdict = 6 },
		"mode 3 is unknown":                    func(t *sim.Trace) { t.Mode = 3 },
		"calm is 6; want 0 to 5":               func(t *sim.Trace) { t.Calm = 6 },
		"deviation 0: kind 0 is unknown":       func(t *sim.Trace) { t.Schedule[0].Kind = 0 },
		"race 0 is of events 0 and 5; there ":  func(t *sim.Trace) { t.Races[0].Second = 5 },
		"event 1: process 7; there are 5":      func(t *sim.Trace) { t.Events[1].Process = 7 },
		"event 1: label -1; there are 20":      func(t *sim.Trace) { t.Events[1].Label = -1 },
		"event 1: cause is event 5; there":     func(t *sim.Trace) { t.Events[1].Cause = 5 },
		"event 1: origin is event -2; there":   func(t *sim.Trace) { t.Events[1].Origin = -2 },
		"event 1: held after event 5; there":   func(t *sim.Trace) { t.Events[1].HeldAfter = 5 },
		"event 1: resource 99; there are 12":   func(t *sim.Trace) { t.Events[1].Writes = []int32{99} },
		`event 1: outcome "x": kind 9 is unkn`: func(t *sim.Trace) { t.Events[1].Outcomes = []sim.Outcome{{Kind: 9, Name: "x"}} },
	} {
		tr := typicalTrace(1, 5)
		spoil(tr)
		_, err := Encode(tr)
		assert.ErrorContains(t, err, `encode trace of scenario "hotreload/drop": `+want)
	}
}

// TestEveryEnumCanBeStored fails when sim has a new verdict, kind or mode that
// the codec does not know yet.
func TestEveryEnumCanBeStored(t *testing.T) {
	assert.Panics(t, func() { _ = (lastVerdict + 1).String() }, "raise lastVerdict")
	assert.Panics(t, func() { _ = (lastKind + 1).String() }, "raise lastKind")
}

// TestEveryFieldIsStored fails when sim has a new field: store it under a new
// codecVersion, and then list it here.
func TestEveryFieldIsStored(t *testing.T) {
	for value, want := range map[reflect.Type]string{
		reflect.TypeFor[sim.Trace]():     "Scenario Variant Profile Judge Mode Seed Strategy Module Revision Verdict Failure Signature Fingerprint Rolling Params Schedule Minimised Races Processes Labels Resources Setup Events Calm",
		reflect.TypeFor[sim.Event]():     "Process Label Occurrence Cause Origin Window Nominal Time HeldAfter Reads Writes Outcomes Notes Details Source Rules",
		reflect.TypeFor[sim.Rule]():      "ID Text",
		reflect.TypeFor[sim.Failure]():   "Property Facts Message WaitFor Stack Step",
		reflect.TypeFor[sim.Param]():     "Label Value Text Lo Hi",
		reflect.TypeFor[sim.Deviation](): "Kind Event After Value Name AfterName",
		reflect.TypeFor[sim.Race]():      "First Second Resource Otherwise",
		reflect.TypeFor[sim.Outcome]():   "Kind Name Value",
		reflect.TypeFor[sim.Window]():    "Earliest Nominal Latest",
	} {
		var fields []string
		for f := range value.Fields() {
			fields = append(fields, f.Name)
		}
		assert.Equal(t, want, strings.Join(fields, " "), "%v", value)
	}
}
