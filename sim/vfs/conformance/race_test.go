package conformance

import (
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// raceTheme is what the processes of a race are mostly about.
type raceTheme struct {
	name  string
	procs int
	ops   int        // of one process, at most
	parts [][]string // kinds of parts: one of these lists is drawn, then one of it
	large bool       // the files have several pages
}

var raceThemes = []raceTheme{
	{name: "savers", procs: 2, ops: 7, parts: [][]string{
		{"trunc"}, {"append"}, {"temp"}, {"unlink", "chmod"}, {"read", "stat"}, {"truncate", "link"}, {"rename"}, {"ls", "mkdir", "rmdir"},
	}},
	// As the recordings are: long processes, which meet now and then.
	{name: "meetings", procs: 2, ops: 20, parts: [][]string{
		{"trunc"}, {"append"}, {"temp"}, {"unlink"}, {"chmod"}, {"read"}, {"barrier"},
	}},
	{name: "readers", procs: 2, ops: 6, large: true, parts: [][]string{
		{"trunc"}, {"chunks"}, {"over"}, {"temp"}, {"read"}, {"read"}, {"truncate"}, {"append"},
	}},
	{name: "copies", procs: 2, ops: 6, large: true, parts: [][]string{
		{"copy"}, {"copy"}, {"over"}, {"read"}, {"truncate"},
	}},
	{name: "names", procs: 2, ops: 7, parts: [][]string{
		{"rename"}, {"link"}, {"unlink"}, {"exchange"}, {"noreplace"}, {"excl"}, {"mkdir", "rmdir"}, {"ls"}, {"symlink"},
	}},
	{name: "watches", procs: 2, ops: 7, parts: [][]string{
		{"watch"}, {"unwatch"}, {"trunc"}, {"rename"}, {"unlink"}, {"temp"}, {"chmod"},
	}},
	{name: "three", procs: 3, ops: 5, parts: [][]string{
		{"trunc"}, {"append"}, {"temp"}, {"unlink"}, {"chmod"}, {"read"}, {"rename"},
	}},
}

// drawRace draws a concurrent script: processes that do what editors do.
func drawRace(r *rapid.T) Script {
	theme := rapid.SampledFrom(raceThemes).Draw(r, "theme")
	return drawRaceOf(r, theme)
}

func drawRaceOf(r *rapid.T, theme raceTheme) Script {
	d := raceDrawer{drawer{r: r, theme: themes[0]}, theme}
	s := Script{Procs: make([][]Op, theme.procs)}
	for _, path := range []string{"a", "b"} {
		if d.chance("missing", 20) {
			continue
		}
		s.Ops = append(s.Ops, Op{Op: "open", H: "_", Path: path, Fl: []string{"creat"}},
			Op{Op: "write", H: "_", Ch: "o", N: d.length()}, Op{Op: "close", H: "_"})
	}
	for _, path := range []string{".", "a"} {
		if d.chance("watch", 70) {
			s.Ops = append(s.Ops, Op{Op: "watch", Path: path, Mask: d.raceMask()})
		}
	}
	meetings := 0
	for i := range s.Procs {
		most := d.n("ops", 1, theme.ops)
		for len(s.Procs[i]) < most {
			s.Procs[i] = append(s.Procs[i], d.part(string(rune('x'+i)))...)
		}
		n := 0
		for _, op := range s.Procs[i] {
			if op.Op == "barrier" {
				n++
			}
		}
		meetings = max(meetings, n)
	}
	for i := range s.Procs { // all come to every meeting
		n := meetings
		for _, op := range s.Procs[i] {
			if op.Op == "barrier" {
				n--
			}
		}
		for range n {
			s.Procs[i] = append(s.Procs[i], Op{Op: "barrier"})
		}
	}
	return s
}

// raceDrawer draws the parts of processes.
type raceDrawer struct {
	drawer
	raceTheme
}

func (d raceDrawer) raceMask() []string {
	return [][]string{{"ALL"}, {"FSN"}, {"MODIFY", "CREATE", "DELETE", "MOVED_TO", "MOVED_FROM"}}[d.n("mask", 0, 2)]
}

// length is that of a file or a write.
func (d raceDrawer) length() int {
	if d.large {
		return rapid.SampledFrom([]int{8, 2000, 4096, 6000, 10_000}).Draw(d.r, "bytes")
	}
	return d.n("n", 1, 12)
}

// part draws what a process does next, in one or several operations; ch is what it
// writes.
func (d raceDrawer) part(ch string) []Op {
	path := d.pick("path", "a", "a", "b")
	other := d.pick("to", "a", "b", "c")
	write := Op{Op: "write", H: "h", Ch: ch, N: d.length()}
	save := func(path string, writes int, fl ...string) []Op {
		ops := []Op{{Op: "open", H: "h", Path: path, Fl: fl}}
		for range writes {
			ops = append(ops, write)
		}
		return append(ops, Op{Op: "close", H: "h"})
	}
	kind := d.pick("part", rapid.SampledFrom(d.parts).Draw(d.r, "kind")...)
	switch kind {
	case "trunc":
		return save(path, d.n("writes", 1, 2), "creat", "trunc")
	case "append":
		return save(path, d.n("writes", 1, 2), "creat", "append")
	case "chunks":
		return save(path, 3, "trunc")
	case "over":
		return save(path, 1)
	case "excl":
		return save(path, 1, "creat", "excl")
	case "temp":
		temp := d.pick("temp", "t", "t"+ch)
		return append(save(temp, 1, "creat", d.pick("excl", "trunc", "excl")), Op{Op: "rename", Path: temp, To: path})
	case "copy":
		return []Op{
			{Op: "open", H: "h", Path: path, Fl: []string{"rdonly"}}, {Op: "open", H: "g", Path: other, Fl: []string{"creat"}},
			{Op: d.pick("call", "copyrange", "sendfile"), H: "h", To: "g", N: 20_000}, {Op: "close", H: "h"}, {Op: "close", H: "g"},
		}
	case "chmod":
		return []Op{{Op: kind, Path: path, Mode: 0o600}}
	case "truncate":
		n := d.n("size", 0, 12)
		if d.large { // within a page the kernel's zeros race with the bytes of a read: see package vfs
			n *= kernel.Page
		}
		return []Op{{Op: kind, Path: path, N: n}}
	case "ls", "mkdir", "rmdir":
		return []Op{{Op: kind, Path: d.pick("dir", ".", "s")}}
	case "link", "rename", "exchange":
		return []Op{{Op: kind, Path: path, To: other}}
	case "noreplace":
		return []Op{{Op: "rename_noreplace", Path: path, To: other}}
	case "symlink":
		return []Op{{Op: kind, Path: path, To: "l"}}
	case "watch":
		return []Op{{Op: kind, Path: path, Mask: d.raceMask()}}
	case "barrier":
		return []Op{{Op: kind}}
	}
	return []Op{{Op: kind, Path: path}} // unlink, read, stat, unwatch
}
