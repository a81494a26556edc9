package kernel

// Changes learns what calls do to names and files, whoever watches: what the
// watchers of other systems than Linux are made of. It must not call the kernel.
type Changes interface{ Changed(c Change) }

// ChangeKind says what a call did.
type ChangeKind uint8

// The kinds of changes.
const (
	Made    ChangeKind = iota // there is a new name: of a new file, or by link(2)
	Wrote                     // bytes were written
	Cut                       // the size was set, by truncate(2), O_TRUNC or fallocate(2)
	Touched                   // mode, owner, times or attributes were set
	Removed                   // a name is gone
	Moved                     // a name became another
	Closed                    // the last close of a file that was open for writing
)

// Change is one change. Paths start at the root.
type Change struct {
	Kind   ChangeKind
	Inode  uint64 // of the file
	Parent uint64 // of the directory that Path is in
	Path   string // the name that the call used
	Dir    bool   // the file is a directory
	Links  int    // names that are left: of the file, and if it was Moved over another, of that

	To       string // Moved: the new name
	ToParent uint64
	Victim   uint64 // Moved: what had the new name before; 0 for nothing
}

// SetChanges replaces who learns of changes; nil means nobody.
func (k *Kernel) SetChanges(c Changes) { k.changes = c }

// changed tells of a change by the name d.
func (k *Kernel) changed(kind ChangeKind, d int32) {
	if k.changes != nil {
		k.tellChange(kind, d)
	}
}

func (k *Kernel) tellChange(kind ChangeKind, d int32) {
	de := &k.dentries[d]
	in := &k.inodes[de.inode]
	k.changes.Changed(Change{
		Kind: kind, Inode: in.serial, Dir: in.kind == directory, Links: int(in.links),
		Parent: k.parentOf(d), Path: k.pathOf(de.parent, de.name),
	})
}

// moved tells that d, which has its new name already, was called name in dir.
func (k *Kernel) moved(d, dir int32, name string, victim int32) {
	if k.changes == nil {
		return
	}
	de := &k.dentries[d]
	in := &k.inodes[de.inode]
	c := Change{
		Kind: Moved, Inode: in.serial, Dir: in.kind == directory, Links: int(in.links),
		Parent: k.inodes[k.dentries[dir].inode].serial, Path: k.pathOf(dir, name),
		ToParent: k.parentOf(d), To: k.pathOf(de.parent, de.name),
	}
	if victim != 0 {
		c.Victim, c.Links = k.inodes[victim].serial, int(k.inodes[victim].links)
	}
	k.changes.Changed(c)
}

func (k *Kernel) parentOf(d int32) uint64 {
	return k.inodes[k.dentries[k.dentries[d].parent].inode].serial
}

// pathOf is the path of a name in a directory.
func (k *Kernel) pathOf(dir int32, name string) string {
	p := "/" + name
	for dir != rootDentry {
		p = "/" + k.dentries[dir].name + p
		dir = k.dentries[dir].parent
	}
	return p
}
