//go:build linux

package conformance

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Scripts for what drawn ones rarely meet.
var directed = map[string]string{
	"open by one name, last other name removed": `
		{"op":"open","h":"h","path":"a","fl":["creat"]}
		{"op":"link","path":"a","to":"b"}
		{"op":"watch","path":"a","mask":["ALL"]}
		{"op":"unlink","path":"a"}
		{"op":"unlink","path":"b"}
		{"op":"close","h":"h"}`,
	"EXCL_UNLINK and truncation": `
		{"op":"watch","path":".","mask":["ALL","EXCL_UNLINK"]}
		{"op":"open","h":"h","path":"a","fl":["creat","rdwr"]}
		{"op":"watch","path":"a","mask":["ALL","EXCL_UNLINK"]}
		{"op":"unlink","path":"a"}
		{"op":"write","h":"h","ch":"x","n":3}
		{"op":"ftruncate","h":"h","n":1}
		{"op":"fchmod","h":"h","mode":384}
		{"op":"close","h":"h"}`,
	"removed directory held by a removed file": `
		{"op":"mkdir","path":"d"}
		{"op":"watch","path":"d","mask":["ALL"]}
		{"op":"watch","path":".","mask":["ALL"]}
		{"op":"open","h":"h","path":"d/a","fl":["creat"]}
		{"op":"unlink","path":"d/a"}
		{"op":"rmdir","path":"d"}
		{"op":"write","h":"h","ch":"x","n":3}
		{"op":"close","h":"h"}`,
	"directory replaces a directory": `
		{"op":"mkdir","path":"d"}
		{"op":"mkdir","path":"e"}
		{"op":"watch","path":".","mask":["ALL"]}
		{"op":"watch","path":"d","mask":["ALL"]}
		{"op":"watch","path":"e","mask":["ALL"]}
		{"op":"open","h":"h","path":"e","fl":["rdonly"]}
		{"op":"rename","path":"d","to":"e"}
		{"op":"ls","path":"e"}
		{"op":"stat","path":"e"}
		{"op":"stat","path":"."}
		{"op":"close","h":"h"}`,
	"ONESHOT": `
		{"op":"open","h":"h","path":"a","fl":["creat"]}
		{"op":"watch","path":"a","mask":["ALL","ONESHOT"]}
		{"op":"watch","path":".","mask":["MODIFY","ONESHOT"]}
		{"op":"write","h":"h","ch":"x","n":3}
		{"op":"write","h":"h","ch":"x","n":3}
		{"op":"watch","path":"a","mask":["DELETE_SELF","ONESHOT"]}
		{"op":"close","h":"h"}
		{"op":"unlink","path":"a"}`,
	"ONESHOT replaced by another mask": `
		{"op":"open","h":"h","path":"a","fl":["creat"]}
		{"op":"watch","path":"a","mask":["MODIFY","ONESHOT"]}
		{"op":"watch","path":"a","mask":["ATTRIB","MASK_ADD"]}
		{"op":"watch","path":"a","mask":["MODIFY"]}
		{"op":"write","h":"h","ch":"x","n":3}
		{"op":"write","h":"h","ch":"x","n":3}
		{"op":"fchmod","h":"h","mode":384}`,
	"pages": `
		{"op":"open","h":"h","path":"a","fl":["creat","rdwr"]}
		{"op":"write","h":"h","ch":"x","n":10000}
		{"op":"pwrite","h":"h","ch":"y","n":5000,"off":4000}
		{"op":"ftruncate","h":"h","n":9500}
		{"op":"pwrite","h":"h","ch":"z","n":5000,"off":20000}
		{"op":"read","path":"a"}`,
	"symbolic links": `
		{"op":"symlink","path":"l","to":"l"}
		{"op":"open","h":"h","path":"l"}
		{"op":"symlink","path":"m","to":"k"}
		{"op":"open","h":"h","path":"k","fl":["creat"]}
		{"op":"watch","path":"k","mask":["ALL","DONT_FOLLOW"]}
		{"op":"watch","path":"k","mask":["ALL"]}
		{"op":"write","h":"h","ch":"x","n":3}
		{"op":"link","path":"k","to":"n"}
		{"op":"unlink","path":"k"}
		{"op":"rename","path":"n","to":"m"}
		{"op":"read","path":"m"}`,
	"fsnotify: two names, then another inode": `
		{"op":"open","h":"h","path":"a","fl":["creat"]}
		{"op":"open","h":"g","path":"b","fl":["creat"]}
		{"op":"watch","path":"b","mask":["FSN"]}
		{"op":"watch","path":"a","mask":["FSN"]}
		{"op":"unlink","path":"b"}
		{"op":"link","path":"a","to":"b"}
		{"op":"watch","path":"b","mask":["FSN"]}
		{"op":"write","h":"h","ch":"x","n":3}
		{"op":"unwatch","path":"b"}
		{"op":"write","h":"h","ch":"x","n":3}`,
	"fsnotify: a name whose watch is gone, removed twice": `
		{"op":"open","h":"h","path":"l","fl":["creat"]}
		{"op":"open","h":"g","path":"d","fl":["creat"]}
		{"op":"watch","path":"l","mask":["FSN"]}
		{"op":"watch","path":"d","mask":["FSN"]}
		{"op":"rename","path":"l","to":"d"}
		{"op":"watch","path":"d","mask":["FSN"]}
		{"op":"drain"}
		{"op":"unwatch","path":"d"}
		{"op":"unwatch","path":"d"}`,
}

func TestLiveDirected(t *testing.T) {
	if !knownKernel() {
		t.Skip("the order of OPEN and MODIFY is that of Linux 6.8 and later")
	}
	for name, text := range directed {
		t.Run(name, func(t *testing.T) {
			var s Script
			for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
				var op Op
				require.NoError(t, json.Unmarshal([]byte(line), &op))
				s.Ops = append(s.Ops, op)
			}
			diffs, err := checkLive(t.TempDir()+"/t", s, lazy, eager, fsn, burst)
			require.NoError(t, err)
			require.Empty(t, diffs, strings.Join(diffs, "\n"))
		})
	}
}
