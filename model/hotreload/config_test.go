package hotreload

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVariants(t *testing.T) {
	var names []string
	for _, v := range Variants() {
		names = append(names, v.Name)
		assert.NotEmpty(t, v.What)
	}
	assert.Equal(t, []string{
		"V0", "V1", "V2", "V2r", "V2rG", "V0w", "V1w", "V1w+U", "V1w+M", "V2w",
		"V2w+A", "V2w+B", "V2w+C", "V2w+D", "V2w+E", "V2w+F", "V2w+G", "V2w+H", "V2w+I", "V2w+I0", "V2w+I1", "V2w+I20", "V1+U", "V1+M",
	}, names)
}

// What each build is, in the switches that tell it from the one before.
func TestVariantsDiffer(t *testing.T) {
	diff := func(from, to string) (out []string) {
		a, b := reflect.ValueOf(variant(t, from)), reflect.ValueOf(variant(t, to))
		for i := range a.NumField() {
			if !a.Field(i).Equal(b.Field(i)) {
				out = append(out, a.Type().Field(i).Name)
			}
		}
		return out
	}
	side := []string{"LendFd", "EvictFirst", "LockedLookup", "MainRecreate"}
	assert.Equal(t, []string{"DeferPending", "ReportBy"}, diff("V0", "V1"))
	assert.Equal(t, []string{"DeferUnreported", "KeepNonEmptyMap"}, diff("V1", "V2"))
	assert.Equal(t, append(side, "ParkBound"), diff("V2", "V2r"))
	assert.Equal(t, []string{"ResetErrors"}, diff("V2r", "V2rG"))
	assert.Equal(t, side, diff("V2", "V2w"))
	assert.Equal(t, side, diff("V0", "V0w"))
	assert.Equal(t, []string{"ParkBound"}, diff("V2w", "V2r"))
	assert.Equal(t, []string{"KeepNonEmptyMap"}, diff("V1w+U", "V2w"))
	assert.Equal(t, []string{"DeferUnreported"}, diff("V1w+M", "V2w"))
	assert.Equal(t, []string{"PendingRule"}, diff("V2w", "V2w+F"))
	assert.Equal(t, []string{"ResetErrors"}, diff("V2w", "V2w+G"))
	assert.Equal(t, []string{"ReportInBeforeExit"}, diff("V2w", "V2w+H"))
	assert.Equal(t, []string{"Coalesce", "CoalesceNs", "DedupHashes"}, diff("V2w", "V2w+I"))
	assert.Equal(t, []string{"EvictFirst"}, diff("V2", "V2+EvictFirst"))
	assert.Equal(t, []string{"DeferUnreported", "LendFd"}, diff("V1+U", "V1-LendFd"))
	assert.Equal(t, []string{"DeferPending", "CursorReset"}, diff("V2w+B", "V2w+B-DeferPending-CursorReset"))
}

func TestEveryFieldIsASwitch(t *testing.T) {
	text := map[string]string{
		"Main": "app.js", "PendingRule": "F", "ReportBy": "generation", "Coalesce": "drain-loop", "CoalesceNs": "7",
		"ParkBound": "2s", "LinkHops": "12", "Cache": "miss", "HeartbeatPhase": "300ms",
		"Overflow": "shutdown", "RefillLimit": "8",
	}
	var c Config
	v := reflect.ValueOf(&c).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		name := f.Name
		if f.Anonymous {
			continue
		}
		value, ok := text[name]
		if !ok {
			value = "true"
		}
		require.NoError(t, c.Set(name, value))
		assert.False(t, v.FieldByIndex(f.Index).IsZero(), name)
		assert.Equal(t, name == "Main", c.Set(name, "x") == nil, "%s takes anything", name)
	}
	assert.Equal(t, 300*time.Millisecond, c.HeartbeatPhase)
}

func TestUserMistakes(t *testing.T) {
	for _, c := range []struct{ variant, err string }{
		{"V3", `find variant "V3": no such variant`},
		{"V2w+Q", `find variant "V2w+Q": set switch "Q": no such switch`},
		{"V2+Coalesce", `find variant "V2+Coalesce": set switch "Coalesce": "true" is none of one-extra, drain-loop`},
		{"V2+", `find variant "V2+": set switch "": no such switch`},
	} {
		_, err := Find(c.variant)
		assert.EqualError(t, err, c.err)
	}
	assert.EqualError(t, new(Config).Set("LendFd", "maybe"), `set switch "LendFd": "maybe" is neither true nor false`)
}
