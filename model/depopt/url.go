package depopt

import "strconv"

// Version is an opaque token that says which bundle a file belongs to: the `?v=` of
// its URL. 0 is none. Those of discoveries are odd and those of commits even, so that
// one is never taken for the other.
type Version uint64

// Discovered reports whether v was given at a discovery, before there was a bundle.
func (v Version) Discovered() bool { return v&1 == 1 }

// String is short, and tells the two kinds apart: D for discovered, H for a commit's.
func (v Version) String() string {
	kind := "H"
	if v.Discovered() {
		kind = "D"
	}
	return kind + strconv.FormatUint(uint64(v>>1)%0x1000, 16)
}

// Kind says what a URL names.
type Kind uint8

// The kinds of URLs.
const (
	Source Kind = iota // a module that the author wrote, by its path
	Dep                // a dependency, by its bare name
	File               // a file of the directory of bundles, of a dependency or a chunk
)

// URL is what importers write, and what modules are called: one value for each, so
// that two are the same if they are the same pointer. An id is a URL too; that of an
// optimized file has a version.
type URL struct {
	Kind    Kind
	Name    string  // of the module, dependency or chunk
	Version Version // only of a File; 0: unversioned
	Bridge  bool    // `ssr:` before it: the module of that name in the other environment

	text   string
	labels [ioKinds]string
	inner  *URL // of a bridged URL: without the prefix
	outer  *URL // the URL with the prefix
	bare   *URL // of a File: without version
	res    [environments * resourceKinds]int32
}

// String is the URL as text.
func (u *URL) String() string { return u.text }

// Unversioned reports whether u names a dependency or a file of the bundles but not
// its version: whoever looks it up turns a name into a version. What goes through the
// bridge is not looked up on this side.
func (u *URL) Unversioned() bool { return u.Kind != Source && u.Version == 0 && !u.Bridge }

// Kinds of work that have a label for each module, such as `load.comp`.
const (
	ioLoad = iota
	ioRead
	ioResolve
	ioTransform
	ioEval
	ioKinds
)

var ioNames = [ioKinds]string{"load", "read", "resolve", "transform", "eval"}

// label is the name of a piece of work on u: the profile's row is that of the kind.
func (u *URL) label(kind int) string { return u.labels[kind] }

// urlKey is what makes a URL.
type urlKey struct {
	kind    Kind
	bridge  bool
	name    string
	version Version
}

// urls makes one URL of each. It keeps them from run to run: they depend on nothing
// but what they are made of.
type urls struct {
	all    map[urlKey]*URL
	recent [recentURLs]*URL
}

// recentURLs are found without hashing their names.
const recentURLs = 64

// maxURLs bounds what is kept from run to run.
const maxURLs = 8192

func (t *urls) reset() {
	if t.all == nil || len(t.all) > maxURLs {
		t.all, t.recent = make(map[urlKey]*URL), [recentURLs]*URL{}
	}
}

func (t *urls) source(name string) *URL { return t.of(Source, name, 0, false) }

// file is a file of the bundles with a version, or without if it is 0.
func (t *urls) file(name string, v Version) *URL { return t.of(File, name, v, false) }

func (t *urls) of(kind Kind, name string, v Version, bridge bool) *URL {
	slot := &t.recent[(len(name)+3*int(kind)+int(v>>3)+7*int(name[len(name)-1]))&(recentURLs-1)]
	if u := *slot; u != nil && u.Kind == kind && u.Version == v && u.Bridge == bridge && u.Name == name {
		return u
	}
	k := urlKey{kind, bridge, name, v}
	u := t.all[k]
	if u == nil {
		u = newURL(k)
		t.all[k] = u
		if bridge {
			u.inner = t.of(kind, name, v, false)
			u.inner.outer = u
		}
		u.bare = u
		if v != 0 {
			u.bare = t.of(kind, name, 0, bridge)
		}
	}
	*slot = u
	return u
}

// bridged is u with the prefix `ssr:`.
func (t *urls) bridged(u *URL) *URL {
	if u.outer == nil {
		u.outer = t.of(u.Kind, u.Name, u.Version, true)
	}
	return u.outer
}

func newURL(k urlKey) *URL {
	u := &URL{Kind: k.kind, Name: k.name, Version: k.version, Bridge: k.bridge}
	u.text = k.name
	if k.kind == File {
		u.text = "/deps/" + k.name
	}
	if k.bridge {
		u.text = "ssr:" + u.text
	}
	if k.version != 0 {
		u.text += "?v=" + k.version.String()
	}
	name := labelName(k.name)
	if k.bridge {
		name = "ssr-" + name
	}
	for i := range u.labels {
		u.labels[i] = ioNames[i] + "." + name
	}
	return u
}

// labelName is a name as a part of a label: paths have no slash in front.
func labelName(name string) string {
	if name[0] == '/' {
		return name[1:]
	}
	return name
}
