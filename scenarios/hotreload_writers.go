package scenarios

import (
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Ways in which W saves a file. The records that each makes were observed on
// Linux 6.18.
const (
	planTruncate1  = "truncate1"  // truncate, a gap, one write
	planTruncateN  = "truncateN"  // truncate, then chunks with gaps
	planInPlace    = "inPlace"    // one write over the old bytes, then cut to size
	planTempRename = "tempRename" // write n.next, rename it over n (Bun #29735)
	planRmCreate   = "rmCreate"   // unlink, a gap, create, write
	planVim        = "vim"        // rename n to n~, create, write, unlink n~
	planRmRename   = "rmRename"   // write n.next, unlink n, a gap, rename (Bun #30412)
)

// plans lists them, the plain ones first.
func plans() []string {
	return []string{planTruncate1, planTruncateN, planInPlace, planTempRename, planRmCreate, planVim, planRmRename}
}

// chunk is how much of a file truncateN writes at once.
const chunk = 64 << 10

// smallChunks is in how many pieces truncateN writes a file that is smaller than
// a few chunks.
const smallChunks = 3

// save saves content over the entry, by a plan, and says so when the last byte
// is there.
func (h *hotWorld) save(p *sim.Proc, plan string, content env.Data, version uint32) {
	s := &saver{h: h, p: p, content: content, version: version}
	switch plan {
	case planTruncate1:
		s.open(hotMain, env.WriteOnly|env.Truncate)
		p.Step("truncgap")
		s.write(content)
		s.done()
	case planTruncateN:
		s.truncateN()
	case planInPlace:
		s.open(hotMain, env.WriteOnly)
		s.write(content)
		_ = h.writer.Ftruncate(s.fd, int64(content.Len()))
		s.done()
	case planTempRename:
		s.create(hotMain + ".next")
		_ = h.writer.Rename(hotMain+".next", hotMain)
		s.saved()
	case planRmCreate:
		_ = h.writer.Unlink(hotMain)
		p.Step("rmgap")
		s.create(hotMain)
		s.saved()
	case planVim:
		_ = h.writer.Rename(hotMain, hotMain+"~")
		p.Step("vimgap")
		s.create(hotMain)
		s.saved()
		_ = h.writer.Unlink(hotMain + "~")
	case planRmRename:
		s.create(hotMain + ".next")
		_ = h.writer.Unlink(hotMain)
		p.Step("rmgap")
		_ = h.writer.Rename(hotMain+".next", hotMain)
		s.saved()
	}
}

// saver is one save under way.
type saver struct {
	h       *hotWorld
	p       *sim.Proc
	content env.Data
	version uint32
	fd      env.FD
}

func (s *saver) open(path string, flags env.OpenFlag) { s.fd, _ = s.h.writer.Open(path, flags) }

func (s *saver) write(d env.Data) { _, _ = s.h.writer.Write(s.fd, d) }

// saved says that the file is as it should be.
func (s *saver) saved() { s.h.facts.saved(s.version) }

func (s *saver) done() {
	s.saved()
	_ = s.h.writer.Close(s.fd)
}

// create writes a whole new file. What it may replace is not saved by that yet.
func (s *saver) create(path string) {
	s.open(path, env.WriteOnly|env.Create|env.Truncate)
	s.write(s.content)
	_ = s.h.writer.Close(s.fd)
}

func (s *saver) truncateN() {
	s.open(hotMain, env.WriteOnly|env.Truncate)
	size := s.content.Len()
	step := chunk
	if size < smallChunks*chunk {
		step = (size + smallChunks - 1) / smallChunks
	}
	for from := 0; from < size; from += step {
		s.p.Step("gap")
		s.write(s.content.Slice(from, min(from+step, size)))
	}
	s.done()
}
