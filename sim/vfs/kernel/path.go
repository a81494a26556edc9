package kernel

import (
	"strings"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Limits of path_resolution(7).
const (
	maxLinks = 40  // symbolic links followed in one path; ELOOP beyond
	maxName  = 255 // bytes of one name
)

// place is where the last component of a path stands.
type place struct {
	dir   int32  // dentry of the directory
	name  string // the component; empty for ".", ".." and "/"
	child int32  // dentry the component names, 0 if there is none
	slash bool   // the path ends in "/", so it must be a directory
	dots  string // ".", ".." or "/" in place of a name
}

// resolve finds the dentry that path names.
func (k *Kernel) resolve(t Table, path string, follow bool) (int32, error) {
	p, err := k.find(t, path, follow || strings.HasSuffix(path, "/"))
	if err != nil {
		return 0, err
	}
	if p.child == 0 {
		return 0, env.ENOENT
	}
	if p.slash && k.kindOf(p.child) != directory {
		return 0, env.ENOTDIR
	}
	return p.child, nil
}

// find resolves all of path but requires only its directory to exist.
func (k *Kernel) find(t Table, path string, follow bool) (place, error) {
	links := 0
	return k.walk(k.tables[t].cwd, path, follow, &links)
}

func (k *Kernel) kindOf(d int32) inodeKind { return k.inodes[k.dentries[d].inode].kind }

func (k *Kernel) walk(at int32, path string, follow bool, links *int) (place, error) {
	if path == "" {
		return place{}, env.ENOENT
	}
	if path[0] == '/' {
		at = rootDentry
	}
	for {
		path = strings.TrimLeft(path, "/")
		if path == "" {
			return place{dir: at, child: at, dots: "/"}, nil
		}
		if k.kindOf(at) != directory {
			return place{}, env.ENOTDIR
		}
		name, rest, slash := strings.Cut(path, "/")
		if len(name) > maxName {
			return place{}, env.ENAMETOOLONG
		}
		rest = strings.TrimLeft(rest, "/")
		p := place{dir: at, slash: slash, child: at}
		switch name {
		case ".":
			p.dots = name
		case "..":
			p.dots = name
			p.child = k.dentries[at].parent
		default:
			p.name = name
			p.child = k.lookup(k.dentries[at].inode, name)
		}
		last := rest == ""
		if p.child != 0 && k.kindOf(p.child) == symlink && (!last || follow) {
			if *links++; *links > maxLinks {
				return place{}, env.ELOOP
			}
			to, err := k.walk(at, k.inodes[k.dentries[p.child].inode].target, true, links)
			if err != nil {
				return place{}, err
			}
			to.slash = to.slash || slash
			p = to
		}
		if last {
			return p, nil
		}
		if p.child == 0 {
			return place{}, env.ENOENT
		}
		at, path = p.child, rest
	}
}

// within reports whether directory d is dir or below it.
func (k *Kernel) within(d, dir int32) bool {
	for d != dir && d != rootDentry {
		d = k.dentries[d].parent
	}
	return d == dir
}
