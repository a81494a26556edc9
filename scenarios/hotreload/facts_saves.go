package hotreload

import (
	"github.com/seed-3519b94c/simrun/sim/env"
)

// saves is what is known of the versions of files.
type saves struct {
	versions []version // by number; the first is none
	ended    int       // saves that have ended
}

// version is one version of a file.
type version struct {
	path      string
	size      int
	ended     bool // all of it is there
	order     int  // in which saves ended, from 1; 0 for what was there at the start
	last      bool // of the saves of its path
	evaluated int  // generations that were made of it
}

func (s saves) cleared() saves { return saves{versions: s.versions[:0]} }

// wrote says that somebody is about to write content, which is one version.
func (f *facts) wrote(path string, content env.Data) {
	v := content[0].Version
	s := &f.saves
	for len(s.versions) <= int(v) {
		s.versions = append(s.versions, version{})
	}
	s.versions[v] = version{path: path, size: content.Len()}
}

// begins says that W begins to save.
func (f *facts) begins() {
	f.touch(f.res.saves, true, propOnce)
	f.begun++
}

// there says that content is a file of the set-up.
func (f *facts) there(path string, content env.Data) {
	f.wrote(path, content)
	f.saves.versions[content[0].Version].ended = true
}

// whole is the version that data is, 0 if it is none: part of one, or parts of several.
func (f *facts) whole(path string, data env.Data) uint32 {
	if len(data) == 0 {
		return 0
	}
	v := data[0].Version
	for i := range data {
		if data[i].Version != v {
			return 0
		}
	}
	if int(v) >= len(f.saves.versions) {
		return 0
	}
	if is := &f.saves.versions[v]; is.path != path || is.size != data.Len() {
		return 0
	}
	return v
}

// saved opens L2: the last byte of a version is where its path leads. Bytes that went
// elsewhere, because the file was replaced meanwhile, nobody can be asked to evaluate;
// nor what two writers have mixed.
func (f *facts) saved(path string, content env.Data) {
	f.touch(f.res.saves, true, propL2, propL6)
	v := content[0].Version
	there, _ := f.h.disk.Content(path)
	is := f.whole(path, there)
	if is != 0 && is != v {
		return
	}
	f.supersede(path)
	if is == v {
		f.savedWhole(v)
	}
}

// savedWhole is saved of a version that is there.
func (f *facts) savedWhole(v uint32) {
	s := &f.saves
	s.ended++
	is := &s.versions[v]
	is.ended, is.order, is.last = true, s.ended, true
	if is.evaluated > 0 {
		return // it was read between the last byte and here
	}
	if f.seen != nil {
		f.seen.Open(int64(v))
	}
	if f.prompt != nil {
		f.prompt.Open(int64(v))
	}
}

// supersede takes back what was owed for earlier saves of a path.
func (f *facts) supersede(path string) {
	for i := range f.saves.versions {
		old := &f.saves.versions[i]
		if !old.last || old.path != path {
			continue
		}
		old.last = false
		if f.seen != nil {
			f.seen.Supersede(int64(i))
		}
		if f.prompt != nil {
			f.prompt.Supersede(int64(i))
		}
	}
}

// EvaluateStarted closes L2 for every module of which the generation has what was saved
// last, or something later, whole.
func (f *facts) EvaluateStarted(k uint32) {
	f.tell("evaluate ", k, "")
	f.touch(f.res.saves, true, propL2, propL6, propOnce)
	g := f.of(k)
	g.evaluating = true
	if f.starts == afterEvaluation {
		f.h.begin()
	}
	if k > 0 {
		f.evaluations++
	}
	if f.evaluations > f.begun {
		f.violated(propOnce, "", "%d evaluations, though the file has been saved %d times only", f.evaluations, f.begun)
	}
	for i := range g.modules {
		m := &g.modules[i]
		if v := f.whole(m.path, m.data); v != 0 {
			f.evaluated(v)
		}
	}
}

// evaluated says that a generation made of a whole version is evaluated.
func (f *facts) evaluated(v uint32) {
	is := &f.saves.versions[v]
	is.evaluated++
	for i := range f.saves.versions {
		old := &f.saves.versions[i]
		if old.path != is.path || old.order == 0 || old.order > is.order && is.ended {
			continue
		}
		if f.seen != nil && f.seen.IsOpen(int64(i)) {
			f.seen.Close(int64(i))
		}
		if f.prompt != nil && f.prompt.IsOpen(int64(i)) {
			f.prompt.Close(int64(i))
		}
	}
}
