package conformance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Script is one recording.
type Script struct {
	Name  string `json:"name"`
	Class string `json:"class"`
	MaxQ  int    `json:"maxq"` // max_queued_events when the instances are made
	Ops   []Op   `json:"ops"`  // the setup, if there are Procs
	Procs [][]Op `json:"procs"`
	Outcome
	RawEager      []Raw     `json:"raw_eager"`
	Fsnotify      []Fsn     `json:"fsnotify"`
	FsnotifyBurst []Fsn     `json:"fsnotify_burst"`
	WDs           []WD      `json:"wds"`
	Outcomes      []Outcome `json:"outcomes"`
}

// Outcome is what one run showed. A column that was not recorded is nil.
type Outcome struct {
	N     int    `json:"n,omitempty"`
	Raw   []Raw  `json:"raw"`
	Reads []Read `json:"reads"`
	Errs  []Err  `json:"errs,omitempty"`
}

// Op is one operation of a script. Paths are relative to the script's own
// directory.
type Op struct {
	Op   string   `json:"op"`
	H    string   `json:"h,omitempty"` // handle: a variable that holds a descriptor
	Path string   `json:"path,omitempty"`
	To   string   `json:"to,omitempty"`
	Fl   []string `json:"fl,omitempty"`
	Mode uint32   `json:"mode,omitempty"`
	Ch   string   `json:"ch,omitempty"` // write Ch, N times over
	N    int      `json:"n,omitempty"`
	Off  int64    `json:"off,omitempty"`
	Mask []string `json:"mask,omitempty"`
	Max  int      `json:"max,omitempty"` // drain: so many records, 0 for all
}

// fill calls touch for two files in turn, so that no two records merge. It is not
// in recordings: those that are about full queues have short ones, which an ordinary
// user of a machine can not ask for.
func (o Op) fill(touch func(path string) error) error {
	for i := range o.N {
		path := o.Path
		if i%2 == 1 {
			path = o.To
		}
		if err := touch(path); err != nil {
			return err
		}
	}
	return nil
}

// Raw is a record of the inotify queue, and the operation after which it was
// read.
type Raw struct {
	At     int    `json:"at"`
	WD     int    `json:"wd"`
	Mask   string `json:"mask"`
	Cookie uint32 `json:"c,omitempty"` // 1, 2, ... in the order of reading
	Name   string `json:"name,omitempty"`
}

// Fsn is an event or error of fsnotify.
type Fsn struct {
	At   int    `json:"at"`
	Op   string `json:"op,omitempty"`
	Name string `json:"name,omitempty"`
	From string `json:"from,omitempty"`
	Err  string `json:"err,omitempty"`
}

// Read is what an operation saw: content as runs of one byte, names, or facts.
type Read struct {
	At   int      `json:"at"`
	P    int      `json:"p,omitempty"`
	Path string   `json:"path"`
	Err  string   `json:"err,omitempty"`
	Size int      `json:"size"`
	Runs []string `json:"runs,omitempty"`
	Ls   []string `json:"ls,omitempty"`
}

// Err is an operation that failed.
type Err struct {
	At  int    `json:"at"`
	P   int    `json:"p,omitempty"`
	Err string `json:"err"`
}

// WD is a watch descriptor that was given out.
type WD struct {
	At int `json:"at"`
	WD int `json:"wd"`
}

func (o Op) String() string {
	b, _ := json.Marshal(o)
	return string(b)
}

// loadScripts reads a file of recordings, compressed or not.
func loadScripts(t *testing.T, path string) []Script {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		require.NoError(t, err)
		r = z
	}
	var out []Script
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var s Script
		require.NoError(t, json.Unmarshal(lines.Bytes(), &s), "line %d of %s", len(out)+1, path)
		out = append(out, s)
	}
	require.NoError(t, lines.Err())
	return out
}

// corpora are the recordings in testdata and the files that variable names.
func corpora(t *testing.T, own, variable string) map[string][]Script {
	out := map[string][]Script{own: loadScripts(t, "testdata/"+own)}
	for _, more := range filepath.SplitList(os.Getenv(variable)) {
		out[more] = loadScripts(t, more)
	}
	return out
}

var maskNames = []struct {
	bit  env.WatchMask
	name string
}{
	{env.InAccess, "ACCESS"}, {env.InModify, "MODIFY"}, {env.InAttrib, "ATTRIB"},
	{env.InCloseWrite, "CLOSE_WRITE"}, {env.InCloseNoWrite, "CLOSE_NOWRITE"},
	{env.InOpen, "OPEN"}, {env.InMovedFrom, "MOVED_FROM"}, {env.InMovedTo, "MOVED_TO"},
	{env.InCreate, "CREATE"}, {env.InDelete, "DELETE"}, {env.InDeleteSelf, "DELETE_SELF"},
	{env.InMoveSelf, "MOVE_SELF"}, {env.InUnmount, "UNMOUNT"}, {env.InQOverflow, "Q_OVERFLOW"},
	{env.InIgnored, "IGNORED"}, {env.InOnlyDir, "ONLYDIR"}, {env.InDontFollow, "DONT_FOLLOW"},
	{env.InExclUnlink, "EXCL_UNLINK"}, {env.InMaskCreate, "MASK_CREATE"},
	{env.InMaskAdd, "MASK_ADD"}, {env.InIsDir, "ISDIR"}, {env.InOneshot, "ONESHOT"},
}

func maskString(m env.WatchMask) string {
	var parts []string
	for _, n := range maskNames {
		if m&n.bit != 0 {
			parts = append(parts, n.name)
		}
	}
	return strings.Join(parts, "|")
}

// parseMask also knows ALL and FSN, the mask of fsnotify.
func parseMask(names []string) (env.WatchMask, error) {
	var m env.WatchMask
next:
	for _, name := range names {
		switch name {
		case "ALL":
			m |= env.InAllEvents
			continue
		case "FSN":
			m |= fsnMask
			continue
		}
		for _, n := range maskNames {
			if n.name == name {
				m |= n.bit
				continue next
			}
		}
		return 0, fmt.Errorf("unknown mask %q", name)
	}
	return m, nil
}

// renumber replaces cookies by 1, 2, ... in the order of reading.
type renumber []uint32

func (r *renumber) of(cookie uint32) uint32 {
	if cookie == 0 {
		return 0
	}
	for i, c := range *r {
		if c == cookie {
			return uint32(i + 1)
		}
	}
	*r = append(*r, cookie)
	return uint32(len(*r))
}

// runsOf is content as "a*10" for each run of a byte.
func runsOf(s string) []string {
	var out []string
	for len(s) > 0 {
		n := len(s) - len(strings.TrimLeft(s, s[:1]))
		ch := s[:1]
		if ch == "\x00" {
			ch = `\0`
		}
		out = append(out, fmt.Sprintf("%s*%d", ch, n))
		s = s[n:]
	}
	return out
}
