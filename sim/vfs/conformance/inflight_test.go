package conformance

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// raceSeen is a race of calls, with an outcome of which drawn scripts have shown that it
// is possible.
type raceSeen struct {
	setup, one, other string // operations, one a line
	want              string
}

const (
	fileA    = `{"op":"open","h":"_","path":"a","fl":["creat"]}` + "\n" + `{"op":"write","h":"_","ch":"o","n":8}` + "\n" + `{"op":"close","h":"_"}`
	pagesA   = `{"op":"open","h":"_","path":"a","fl":["creat"]}` + "\n" + `{"op":"write","h":"_","ch":"o","n":8192}` + "\n" + `{"op":"close","h":"_"}`
	watchA   = `{"op":"watch","path":"a","mask":["ALL"]}`
	watchDir = `{"op":"watch","path":".","mask":["CREATE","DELETE","ATTRIB"]}`
	chmodA   = `{"op":"chmod","path":"a","mode":384}`
)

var racesSeen = map[string]raceSeen{
	"a record behind the IGNORED of its watch": {
		fileA + "\n" + watchA, `{"op":"unwatch","path":"a"}`, chmodA,
		"1 IGNORED, 1 ATTRIB",
	},
	"both records behind IGNORED": {
		fileA + "\n" + watchDir + "\n" + watchA, `{"op":"unwatch","path":"a"}`, chmodA,
		"2 IGNORED, 1 ATTRIB a, 2 ATTRIB",
	},
	"IGNORED behind the DELETE of a file whose watch was just ended": {
		fileA + "\n" + watchDir + "\n" + watchA, `{"op":"unwatch","path":"a"}`, `{"op":"unlink","path":"a"}`,
		"2 ATTRIB, 2 DELETE_SELF, 1 DELETE a, 2 IGNORED",
	},
	"DELETE_SELF behind DELETE, as who adds a watch holds the file": {
		fileA + "\n" + watchDir + "\n" + watchA, watchA, `{"op":"unlink","path":"a"}`,
		"2 ATTRIB, 1 DELETE a, 2 DELETE_SELF, 2 IGNORED",
	},
	"stat of a file that is gone": {
		fileA, `{"op":"stat","path":"a"}`, `{"op":"unlink","path":"a"}`,
		"stat:a 8 file nlink=0 mode=644",
	},
	"a read takes its pages one by one": {
		pagesA, `{"op":"read","path":"a"}`,
		`{"op":"open","h":"h","path":"a"}` + "\n" + `{"op":"write","h":"h","ch":"x","n":8192}`,
		"a 8192 o*4096 x*4096",
	},
	"a write becomes visible page by page": {
		pagesA, `{"op":"read","path":"a"}`,
		`{"op":"open","h":"h","path":"a"}` + "\n" + `{"op":"write","h":"h","ch":"x","n":8192}`,
		"a 8192 x*4096 o*4096",
	},
	"so does a copy": {
		pagesA, `{"op":"read","path":"b"}`,
		`{"op":"open","h":"h","path":"a","fl":["rdonly"]}` + "\n" + `{"op":"open","h":"g","path":"b","fl":["creat"]}` + "\n" +
			`{"op":"copyrange","h":"h","to":"g","n":100000}`,
		"b 4096 o*4096",
	},
	"a storm is many calls": {
		watchDir, `{"op":"storm","path":".","n":2}`, `{"op":"mkdir","path":"d"}`,
		"1 CREATE s0, 1 CREATE|ISDIR d, 1 CREATE s1",
	},
}

func (r raceSeen) script(t *testing.T) Script {
	parse := func(text string) (ops []Op) {
		for _, line := range strings.Split(text, "\n") {
			var op Op
			require.NoError(t, json.Unmarshal([]byte(line), &op))
			ops = append(ops, op)
		}
		return ops
	}
	return Script{Ops: parse(r.setup), Procs: [][]Op{parse(r.one), parse(r.other)}}
}

// describe is an outcome in short: records, and what processes saw.
func describe(o Outcome) string {
	var out []string
	for _, r := range o.Raw {
		out = append(out, strings.TrimSpace(fmt.Sprint(r.WD, " ", r.Mask, " ", r.Name)))
	}
	for _, r := range o.Reads {
		if r.P > 0 {
			out = append(out, strings.TrimSpace(fmt.Sprint(r.Path, " ", r.Size, " ", strings.Join(append(r.Runs, r.Ls...), " "))))
		}
	}
	return strings.Join(out, ", ")
}

func TestRacesSeen(t *testing.T) {
	for name, r := range racesSeen {
		t.Run(name, func(t *testing.T) {
			all, whole := allOutcomes(t, r.script(t))
			require.True(t, whole)
			var got []string
			for key := range all {
				var o Outcome
				require.NoError(t, json.Unmarshal([]byte(key), &o))
				got = append(got, describe(o))
			}
			assert.Contains(t, got, r.want)
		})
	}
}
