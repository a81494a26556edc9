package recycle

import (
	"strconv"

	"github.com/seed-3519b94c/simrun/model/coord"
)

// Page is a page of the pool: it loads the host shell once and keeps it for life.
type Page struct {
	ID       int
	Shell    Shell  // what it has really loaded
	Affinity string // "": a standby
	Dead     bool   // its Chrome is gone

	chrome    *chrome
	lease     coord.Lease
	touched   Resource
	closing   bool
	closed    bool
	leaving   bool // its close has begun
	renders   int
	used      uint64 // when it was last used, by count
	idleLooks uint64 // looks of the eviction timer since
	order     uint64 // when it was added to its set
}

// String is such as "page 2".
func (g *Page) String() string { return "page " + strconv.Itoa(g.ID) }

// Closed reports whether its turn to be closed has come.
func (g *Page) Closed() bool { return g.closed || g.Dead }

// Busy reports whether a render holds it.
func (g *Page) Busy() bool { return g.lease.Held() }

// chrome is one browser process.
type chrome struct {
	dead  bool
	pages []*Page
}

// pageSet is a Set of JavaScript: in the order of adding; whoever walks it sees what is
// added meanwhile.
type pageSet struct{ pages []*Page }

func (s *pageSet) remove(g *Page) bool {
	for i, h := range s.pages {
		if h == g {
			s.pages = append(s.pages[:i:i], s.pages[i+1:]...)
			return true
		}
	}
	return false
}

// after is the first page that was added later than order; nil if there is none.
func (s *pageSet) after(order uint64) *Page {
	for _, g := range s.pages {
		if g.order > order {
			return g
		}
	}
	return nil
}
