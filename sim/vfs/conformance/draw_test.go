package conformance

import (
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Names that scripts use. d, e and d/d may become directories; l is mostly a
// symbolic link. In records, names are padded to a multiple of 16 bytes.
var (
	fileNames = []string{"a", "b", "c", "d/a", "d/b", "e/x", "l", "d/d/a", "fifteen.letters", "d/sixteen.letters"}
	dirNames  = []string{"d", "e", "d/d", "."}
	oddNames  = []string{"./a", "d/../a", "d/./b", "a/", "d/", "l/", "l/a", "d//a", "a/b", "d/..", "nowhere/a"}
	handles   = []string{"h0", "h1", "h2"}
	bitNames  = []string{
		"ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN", "MOVED_FROM",
		"MOVED_TO", "CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF",
	}
	optionNames = []string{"ONESHOT", "EXCL_UNLINK", "ONLYDIR", "DONT_FOLLOW", "MASK_ADD", "MASK_CREATE", "ISDIR", "IGNORED"}
)

// theme is what a script is mostly about.
type theme struct {
	files    []string
	kinds    [5]int // how often: open, on a handle, on a path, look, control
	odd      int    // percent of odd names
	options  int    // percent of watches with options, one or several
	settling int    // percent of opens that are closed at once
	most     int    // operations
	pages    int    // percent of sizes that are of several pages
}

var themes = []theme{
	{files: fileNames, kinds: [5]int{2, 3, 3, 1, 1}, options: 25, most: 25},
	{files: []string{"a", "b", "c", "d/a", "e/a", "a~", ".a.tmp-1"}, kinds: [5]int{3, 4, 3, 1, 1}, settling: 10, most: 60, pages: 10},
	{files: fileNames, kinds: [5]int{2, 3, 3, 1, 2}, odd: 15, options: 40, settling: 20, most: 25},
	// Few names, which often stand for the same inode.
	{files: []string{"a", "b", "d/a"}, kinds: [5]int{3, 3, 5, 1, 1}, options: 30, settling: 30, most: 40},
	// Watches that come and go while records wait.
	{files: []string{"a", "b", "d/a", "l"}, kinds: [5]int{2, 1, 4, 0, 5}, options: 50, settling: 60, most: 40},
}

// drawer draws the parts of scripts.
type drawer struct {
	r *rapid.T
	theme
}

func (d drawer) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(d.r, label)
}

func (d drawer) n(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(d.r, label) }

// size is a number of bytes.
func (d drawer) size(label string) int {
	if d.chance("pages", d.pages) {
		return d.n(label, 0, 70_000)
	}
	return d.n(label, 0, 60)
}

func (d drawer) mode() uint32 {
	return rapid.SampledFrom([]uint32{0o600, 0o640, 0o644, 0o700}).Draw(d.r, "mode")
}

func (d drawer) chance(label string, percent int) bool { return d.n(label, 0, 99) >= 100-percent }

// drawScript draws a sequential script: directories, a few files and watches,
// then anything.
func drawScript(r *rapid.T) Script {
	d := drawer{r, rapid.SampledFrom(themes).Draw(r, "theme")}
	s := d.begin()
	d.ops(&s, d.most)
	return s
}

// begin draws what is there before the operations.
func (d drawer) begin() Script {
	s := Script{Ops: []Op{{Op: "mkdir", Path: "d"}, {Op: "mkdir", Path: "e"}}}
	for range d.n("files", 0, 4) {
		path := d.pick("file", d.files...)
		s.Ops = append(s.Ops, Op{Op: "open", H: "_", Path: path, Fl: []string{"creat"}},
			Op{Op: "write", H: "_", Ch: "o", N: d.size("size")}, Op{Op: "close", H: "_"})
	}
	for range d.n("watches", 1, 3) {
		s.Ops = append(s.Ops, d.watch())
	}
	return s
}

func (d drawer) ops(s *Script, most int) {
	for range d.n("ops", 1, most) {
		op := d.op()
		s.Ops = append(s.Ops, op)
		if op.Op == "open" && d.chance("settled", d.settling) {
			s.Ops = append(s.Ops, Op{Op: "close", H: op.H})
		}
	}
}

// drawFull draws a script in which the queue is full, or nearly so: as many records
// as it takes come first. The two files of them are in a directory of their own.
func drawFull(r *rapid.T) Script {
	d := drawer{r, rapid.SampledFrom(themes).Draw(r, "theme")}
	s := d.begin()
	for _, path := range []string{"0", "1"} {
		s.Ops = append(s.Ops, Op{Op: "open", H: "_", Path: path, Fl: []string{"creat"}}, Op{Op: "close", H: "_"},
			Op{Op: "watch", Path: path, Mask: []string{"ATTRIB"}})
	}
	if d.chance("one shot", 30) {
		s.Ops = append(s.Ops, Op{Op: "watch", Path: d.file(), Mask: []string{"ALL", "ONESHOT"}})
	}
	for range d.n("times full", 1, 2) {
		s.Ops = append(s.Ops, Op{Op: "fill", Path: "0", To: "1", N: kernel.DefaultQueue - d.n("room", 0, 6)})
		d.ops(&s, 12)
		s.Ops = append(s.Ops, Op{Op: "drain", Max: d.n("max", 0, 3)})
		d.ops(&s, 8)
	}
	return s
}

func (d drawer) file() string {
	if d.chance("odd", d.odd) {
		return d.pick("odd", oddNames...)
	}
	return d.pick("file", d.files...)
}

func (d drawer) handle() string { return d.pick("handle", handles...) }

// anything is mostly a file, sometimes a directory.
func (d drawer) anything() string {
	if d.chance("dir", 25) {
		return d.pick("dir", dirNames...)
	}
	return d.file()
}

func (d drawer) watch() Op {
	op := Op{Op: "watch", Path: d.anything()}
	switch d.n("mask", 0, 5) {
	case 0, 1:
		op.Mask = []string{"ALL"}
	case 2:
		op.Mask = []string{"FSN"}
	case 3:
		op.Mask = []string{"FSN", d.pick("bit", bitNames...)}
	case 4:
		op.Mask = []string{d.pick("bit", bitNames...)}
	case 5:
		op.Mask = rapid.SliceOfNDistinct(rapid.SampledFrom(bitNames), 0, 9, rapid.ID[string]).Draw(d.r, "bits")
	}
	if d.chance("option", d.options) {
		op.Mask = append(op.Mask, rapid.SliceOfNDistinct(rapid.SampledFrom(optionNames), 1, 2, rapid.ID[string]).Draw(d.r, "options")...)
	}
	return op
}

func (d drawer) op() Op {
	all := 0
	for _, often := range d.kinds {
		all += often
	}
	kind, n := 0, d.n("kind", 0, all-1)
	for ; n >= d.kinds[kind]; kind++ {
		n -= d.kinds[kind]
	}
	switch kind {
	case 0:
		return d.open()
	case 1:
		return d.onHandle()
	case 2:
		return d.onPath()
	case 3:
		return d.look()
	}
	return d.control()
}

func (d drawer) open() Op {
	op := Op{Op: "open", H: d.handle(), Path: d.anything()}
	for _, f := range []struct {
		name    string
		percent int
	}{{"creat", 50}, {"trunc", 30}, {"append", 20}, {"excl", 10}, {"path", 4}, {"nofollow", 6}, {"directory", 4}} {
		if d.chance(f.name, f.percent) {
			op.Fl = append(op.Fl, f.name)
		}
	}
	if a := d.pick("access", "", "", "rdonly", "rdwr"); a != "" {
		op.Fl = append(op.Fl, a)
	}
	if d.chance("mode given", 10) {
		op.Mode = d.mode()
	}
	return op
}

func (d drawer) onHandle() Op {
	op := Op{H: d.handle(), Op: d.pick("op", "write", "write", "write", "close", "close", "close", "pwrite",
		"dup", "mmapwrite", "copyrange", "sendfile", "fsync", "fdatasync", "ftruncate", "fallocate", "fchmod", "readh", "readh")}
	switch op.Op {
	case "write", "pwrite", "mmapwrite":
		op.Ch = d.pick("ch", "x", "y", "z")
		op.N = d.size("n")
		if op.Op == "pwrite" {
			op.Off = int64(d.size("off"))
		}
	case "dup", "copyrange", "sendfile":
		op.To = d.handle()
		op.N = d.size("n")
	case "ftruncate", "readh":
		op.N = d.size("n")
	case "fallocate":
		op.Off = int64(d.n("off", 0, 20))
		op.N = d.size("n")
	case "fchmod":
		op.Mode = d.mode()
	}
	return op
}

func (d drawer) onPath() Op {
	op := Op{Op: d.pick("op", "rename", "rename", "rename", "unlink", "unlink", "link", "symlink", "mkdir", "rmdir",
		"exchange", "rename_noreplace", "truncate", "chmod", "chown", "setxattr", "utimes", "utime_m", "utime_a", "storm"), Path: d.anything()}
	switch op.Op {
	case "rename", "exchange", "rename_noreplace", "link":
		op.To = d.anything()
	case "symlink":
		op.To = "l"
		if d.chance("other", 30) {
			op.To = d.file()
		}
	case "truncate":
		op.N = d.size("n")
	case "chmod":
		op.Mode = d.mode()
	case "storm":
		op.N = d.n("n", 0, 21)
	}
	return op
}

func (d drawer) look() Op {
	return Op{Op: d.pick("op", "read", "read", "stat", "ls", "access", "readlink"), Path: d.anything()}
}

func (d drawer) control() Op {
	switch d.n("control", 0, 3) {
	case 0:
		return Op{Op: "drain", Max: d.n("max", 0, 2)}
	case 1:
		return Op{Op: "unwatch", Path: d.anything()}
	case 2:
		return Op{Op: "drain"}
	}
	return d.watch()
}
