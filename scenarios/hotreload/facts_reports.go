package hotreload

import (
	"slices"
	"strconv"
	"strings"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
)

// Settled opens S1 for a rejection, and L4 for a program that has a timer.
func (f *facts) Settled(k uint32, err *model.Error, current bool) {
	g := f.of(k)
	g.settled = true
	if err == nil {
		f.tell("", k, " fulfils")
		if f.ticked != nil && f.failed && g.armed {
			f.ticked.Open(int64(k))
		}
		if f.starts == afterReport {
			f.h.begin()
		}
		return
	}
	f.tell("", k, " rejects with "+err.Text)
	f.failed = true
	g.err = err
	if !current {
		f.violated(propS1, "orphaned", "the error %s of %v can never be printed: its promise was replaced before it was rejected", err.Text, gen(k))
		return
	}
	f.touch(f.res.owed, true, propS2h)
	g.owed = true
	f.touch(f.res.maps, false, propS2)
	if m := f.mapOf(err.Path); m != nil {
		g.mappedAt = m.gen == k && m.mappings > 0
	}
	if f.printed != nil {
		f.printed.Open(int64(k))
	}
}

// PromiseReplaced is where an error that was not printed gets lost.
func (f *facts) PromiseReplaced(k uint32, state model.PromiseState, printed bool) {
	f.tell("replace the promise of ", k, ", which is "+state.String())
	if state == model.Rejected && !printed {
		f.violated(propS1, "orphaned", "the error %s of %s was lost: its promise was replaced before the error was printed", f.of(k).err.Text, gen(k))
	}
}

// Printed closes S1, and looks at what was printed.
func (f *facts) Printed(r model.Report) {
	g := f.of(r.Generation)
	if f.printed != nil {
		f.printed.Close(int64(r.Generation))
	}
	f.touch(f.res.owed, true, propS2h)
	g.owed = false
	switch {
	case r.Lookup == model.FromMap && r.MapGeneration != r.Generation:
		f.violated(propS2, "map of another generation", "%s of %s was printed at %d:%d, a position from the map of %s",
			r.Err.Text, gen(r.Generation), r.At.Line, r.At.Column, gen(r.MapGeneration))
	case g.mappedAt && r.Lookup != model.FromMap && r.Lookup != model.NoFrame:
		f.violated(propS2, "generated position", "%s of %s was printed at its generated position %d:%d (%s), though it had a map when it was thrown",
			r.Err.Text, gen(r.Generation), r.At.Line, r.At.Column, r.Lookup)
	}
	f.seenByReader(r.Err.Text)
	if r.Err.Path == mainPath {
		f.excerpt(g, &r)
	}
	if f.starts == afterReport {
		f.h.begin()
	}
}

// seenByReader opens R: what was printed must be taken note of.
func (f *facts) seenByReader(text string) {
	f.touch(f.res.reader, false, propReader)
	n, err := strconv.Atoi(strings.TrimPrefix(text, "E"))
	if f.reader != nil && err == nil && n >= f.readerAt && !f.reader.IsOpen(int64(n)) {
		f.reader.Open(int64(n))
	}
}

// counted closes R: the reader has taken note of error n.
func (f *facts) counted(n int) {
	f.touch(f.res.reader, true, propReader)
	f.readerAt = n + 1
	if f.reader != nil && f.reader.IsOpen(int64(n)) {
		f.reader.Close(int64(n))
	}
}

// excerpt judges the source line that a report shows.
func (f *facts) excerpt(g *generation, r *model.Report) {
	for _, v := range r.Excerpt.Versions() {
		if !slices.Contains(g.main().Versions(), v) {
			f.violated(propS3, "", "the excerpt printed with %s of %s is text of another version", r.Err.Text, gen(r.Generation))
		}
	}
}

// MapPut judges what becomes of source maps.
func (f *facts) MapPut(put model.MapPut) {
	if f.w.Recording() {
		f.w.Note("map of %v: %s, %d mappings", gen(put.Generation), put.Outcome, put.Mappings)
	}
	f.touch(f.res.maps, put.Outcome != model.MapKept, propS2, propS4, propS2h)
	f.touch(f.res.owed, false, propS2h)
	m := f.mapOf(put.Path)
	if put.Outcome == model.MapKept {
		return
	}
	if m == nil {
		f.maps = append(f.maps, ghostMap{put.Path, put.Generation, put.Mappings})
		return
	}
	if m.mappings > 0 && put.Mappings == 0 {
		f.violated(propS4, "", "the map of %s with %d mappings was replaced by an empty one of %s", gen(m.gen), m.mappings, gen(put.Generation))
	}
	for k := range f.gens {
		g := &f.gens[k]
		if g.owed && uint32(k) != put.Generation && g.err.Path == put.Path {
			f.violated(propS2h, "", "the map of %s was overwritten by %s while the error %s of %s was still to be printed",
				gen(m.gen), gen(put.Generation), g.err.Text, gen(uint32(k)))
		}
	}
	*m = ghostMap{put.Path, put.Generation, put.Mappings}
}

func (f *facts) mapOf(path string) *ghostMap {
	for i := range f.maps {
		if f.maps[i].path == path {
			return &f.maps[i]
		}
	}
	return nil
}
