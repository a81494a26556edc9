package writers

import (
	"fmt"
	"path"
	"strings"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Evidence says how it is known what a program does.
type Evidence uint8

// The kinds of evidence.
const (
	Observed Evidence = iota // system calls seen on Linux 6.18
	Source                   // read in the program's source
	Known                    // general knowledge
	Shape                    // no program in particular
)

var evidenceNames = [...]string{"observed", "source", "known", "shape"}

func (e Evidence) String() string { return evidenceNames[e] }

// Plan is how a program saves a file.
type Plan struct {
	Name     string
	Evidence Evidence
	Steps    []Step
}

// Do is what a step does.
type Do uint8

// What a step can do. Calls on a descriptor use the file that the last Open
// opened.
const (
	Open      Do = iota
	Write        // the new content
	WriteBack    // what ReadAll read
	ReadAll      // to the end
	Empty        // ftruncate to zero
	Fit          // ftruncate to the size of the new content
	Reserve      // fallocate the size of the new content
	Sync         // fsync or fdatasync
	Fchmod
	Setxattr
	Touch // utimensat of both times
	Close
	Rename
	Unlink
	Gap // time passes
)

var doNames = [...]string{
	"open", "write", "write", "read", "ftruncate", "ftruncate", "fallocate", "fsync", "fchmod",
	"setxattr", "touch", "close", "rename", "unlink", "gap",
}

func (d Do) String() string { return doNames[d] }

// Step is one step of a plan.
type Step struct {
	Do Do
	// Name is the file, in the directory of the one that is saved, in whose
	// name "*" stands for the name of that one. Empty means "*".
	Name string
	To   string // Rename: the new name
	// Flags are those of Open.
	Flags env.OpenFlag
	// Chunk is the number of bytes in one write(2); zero means all.
	Chunk int
	// Label names the gap: of Gap, or between the chunks of a Write.
	Label string
	// AtLeast and Below restrict the step to contents of so many bytes; zero
	// means no bound.
	AtLeast, Below int
	// Optional steps may fail.
	Optional bool
}

// Attributes are calls that some plans make and env.FS does not have; env.PosixFS
// does. Where a file system lacks them, the steps are left out, and with them their
// records: ATTRIB, and for Fallocate MODIFY.
type Attributes interface {
	Fallocate(fd env.FD, offset, n int64) error
	Fchmod(fd env.FD, mode uint16) error
	Setxattr(path string) error
	Utimes(path string, which env.Times) error
}

// Run saves content to file. It stops at the first step that fails, and closes
// what it has open.
func (p Plan) Run(proc env.Proc, fs env.FS, file string, content env.Data) error {
	return p.RunTelling(proc, fs, file, content, nil)
}

// RunTelling is Run that calls saved, if it is not nil, at the first instant from
// which on the file has its new content and keeps it: the end of the step that
// Plan.Saves names.
func (p Plan) RunTelling(proc env.Proc, fs env.FS, file string, content env.Data, saved func()) error {
	r := run{proc: proc, fs: fs, content: content, size: content.Len(), fd: env.NoFD}
	last := p.Saves(r.size)
	r.attributes, _ = fs.(Attributes)
	r.dir, r.base = path.Split(file)
	for i, s := range p.Steps {
		if !s.applies(r.size) {
			continue
		}
		if err := r.step(s); err != nil && !s.Optional {
			if r.fd != env.NoFD {
				_ = fs.Close(r.fd) // the first error counts
			}
			return fmt.Errorf("%s: %s %q: %w", p.Name, s.Do, r.name(s.Name), err)
		}
		if i == last && saved != nil {
			saved()
		}
	}
	return nil
}

// applies reports whether the step is one for contents of that size.
func (s *Step) applies(size int) bool {
	return size >= s.AtLeast && (s.Below == 0 || size < s.Below)
}

// Saves is the step at whose end the file has its new content of that size: the last
// one that writes it, cuts it, or gives it its name. It is -1 for a plan that saves
// nothing.
func (p Plan) Saves(size int) int {
	last := -1
	for i, s := range p.Steps {
		if s.applies(size) && (s.Do == Write || s.Do == Fit || s.Do == Rename && s.To == "*") {
			last = i
		}
	}
	return last
}

// run is a plan under way.
type run struct {
	proc       env.Proc
	fs         env.FS
	attributes Attributes
	dir, base  string
	content    env.Data
	held       env.Data // what ReadAll read
	size       int
	fd         env.FD
}

func (r *run) name(pattern string) string {
	if pattern == "" {
		return r.dir + r.base
	}
	return r.dir + strings.Replace(pattern, "*", r.base, 1)
}

func (r *run) step(s Step) (err error) {
	switch s.Do {
	case Open:
		r.fd, err = r.fs.Open(r.name(s.Name), s.Flags)
	case Write:
		err = r.write(r.content, s)
	case WriteBack:
		err = r.write(r.held, s)
	case ReadAll:
		err = r.readAll()
	case Empty:
		err = r.fs.Ftruncate(r.fd, 0)
	case Fit:
		err = r.fs.Ftruncate(r.fd, int64(r.size))
	case Sync:
		err = r.fs.Fsync(r.fd)
	case Close:
		fd := r.fd
		r.fd = env.NoFD
		err = r.fs.Close(fd)
	case Rename:
		err = r.fs.Rename(r.name(s.Name), r.name(s.To))
	case Unlink:
		err = r.fs.Unlink(r.name(s.Name))
	case Gap:
		r.proc.Step(s.Label)
	default:
		err = r.attribute(s)
	}
	return err
}

// attribute makes the calls that not every file system has.
func (r *run) attribute(s Step) error {
	if r.attributes == nil {
		return nil
	}
	switch s.Do {
	case Reserve:
		return r.attributes.Fallocate(r.fd, 0, int64(r.size))
	case Fchmod:
		return r.attributes.Fchmod(r.fd, 0o644)
	case Setxattr:
		return r.attributes.Setxattr(r.name(s.Name))
	case Touch:
		return r.attributes.Utimes(r.name(s.Name), env.BothTimes)
	}
	return fmt.Errorf("unknown step %d", s.Do)
}

// write writes data in chunks, with a gap between them if it has a label.
func (r *run) write(data env.Data, s Step) error {
	n := data.Len()
	chunk := s.Chunk
	if chunk == 0 {
		chunk = n
	}
	for at := 0; at < n; at += chunk {
		if at > 0 && s.Label != "" {
			r.proc.Step(s.Label)
		}
		if _, err := r.fs.Write(r.fd, data.Slice(at, at+chunk)); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) readAll() error {
	r.held = nil
	for {
		d, err := r.fs.Read(r.fd, 1<<20)
		if err != nil || d.Len() == 0 {
			return err
		}
		r.held = append(r.held[:len(r.held):len(r.held)], d...)
	}
}
