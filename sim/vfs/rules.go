package vfs

import "github.com/seed-3519b94c/simrun/sim/vfs/writers"

// Rule is something that these models say real systems do and that a story may
// hang on: a system that has the rule can show the story.
type Rule struct {
	ID       string
	What     string
	Systems  string
	Evidence writers.Evidence
}

// String is the rule with where it holds and how that is known.
func (r Rule) String() string { return r.What + " [" + r.Evidence.String() + ", " + r.Systems + "]" }

// The systems that the rules speak of.
const (
	linux   = "Linux 6.18"
	fsn     = "fsnotify 1.10.1"
	libuv   = "libuv of Node.js 20 on Linux"
	bsd     = "macOS and BSD"
	windows = "Windows"
	macOS   = "macOS"
)

// Names of evidence, for the table.
const (
	observed = writers.Observed
	inSource = writers.Source
	known    = writers.Known
)

// rules is all of them. A rule is noted on the events at which it makes a
// difference, not on those where every system would do the same.
var rules = [...]Rule{
	{"inotify.merge", "inotify merges a record equal to the last unread one", linux, observed},
	{"inotify.overflow", "a full inotify queue says Q_OVERFLOW once and loses what follows", linux, observed},
	{"inotify.watches", "a user has so many watches and no more: ENOSPC", linux, observed},
	{"inotify.truncate", "open with O_TRUNC tells watchers MODIFY before anything is written", linux, observed},
	{"inotify.cut", "truncate tells watchers MODIFY", linux, observed},
	{"inotify.last-close", "a file removed while it is open tells DELETE_SELF at its last close only", linux, observed},
	{"inotify.inode", "an inotify watch is on the inode: what is renamed over its path is not watched", linux, observed},
	{"inotify.follows", "an inotify watch follows its file to another name", linux, observed},
	{"inotify.no-delete", "rename over a file tells its directory no DELETE", linux, observed},
	{"inotify.silent", "stores through a mapping tell no watcher", linux, observed},
	{"fd.early", "close frees the number before it returns, and others may get it meanwhile", linux, observed},
	{"write.parts", "a read sees a part of a write in progress, page by page", linux + " tmpfs", observed},
	{"write.over", "a read sees new and old bytes of an overwrite in progress", linux + " ext4 and tmpfs", observed},
	{"copy.chunks", "a copy becomes visible in chunks of 64 KiB, between which others may write", linux + " ext4", observed},
	{"read.parts", "a write comes between the pages of one read", linux + " ext4 and tmpfs", observed},

	{"fsnotify.swallows", "fsnotify drops unread records of a watch that was removed or replaced", fsn + " on Linux", observed},
	{"fsnotify.no-remove", "fsnotify says no Remove of a file whose directory is watched, and leaves it to a DELETE", fsn + " on Linux", observed},
	{"fsnotify.moved", "fsnotify ends the watch of a file that is moved", fsn + " on Linux", observed},
	{"fsnotify.locked", "fsnotify holds its lock while it waits for an error to be received: Add and Remove wait too", fsn + " on Linux", inSource},
	{"fsnotify.unbuffered", "fsnotify reads no further while its event is not received: the system gathers meanwhile", fsn, observed},
	{"fswatch.deaf", "fs.watch of a file says rename when the file is replaced, and nothing afterwards", libuv, observed},

	{"kqueue.gathers", "kqueue gathers the changes of one file in one note, without a count", bsd, known},
	{"kqueue.order", "kqueue tells the changes of several files in any order", bsd, known},
	{"kqueue.scan", "new names are found by listing the directory: what came and went in between is never seen", fsn + " on " + bsd, inSource},
	{"kqueue.again", "after the removal of a file fsnotify looks whether it is there again, and says Create", fsn + " on " + bsd, inSource},
	{"kqueue.nameless", "fsnotify tells of a descriptor that it has closed meanwhile, without a name", fsn + " on " + bsd, inSource},

	{"rdcw.overflow", "ReadDirectoryChangesW loses its whole buffer when it overflows", windows, inSource},
	{"rdcw.twice", "ReadDirectoryChangesW says MODIFIED a second time when the file is closed", windows, known},
	{"rdcw.name", "a file watch is on the name, and ends when the name is removed", fsn + " on " + windows, inSource},
	{"rdcw.serial", "Add and Remove are done by the reader: they wait while it waits for a consumer", fsn + " on " + windows, inSource},
	{"rdcw.sharing", "an open file can not be renamed, replaced or removed", windows, known},

	{"fsevents.gathers", "FSEvents joins the changes of one path within its latency", macOS, known},
	{"fsevents.history", "FSEvents repeats flags of earlier changes of a path, even from before the watch", macOS, known},
	{"fsevents.dropped", "FSEvents gives up details and says MustScanSubDirs", macOS, known},
}

// Rules lists the rules of the models of this package and those below it.
func Rules() []Rule { return append([]Rule(nil), rules[:]...) }

// rule notes that a rule took effect in the current event.
func (d *Disk) rule(id string) {
	if !d.w.Recording() {
		return
	}
	for i := range rules {
		if rules[i].ID == id {
			d.w.Rule(id, rules[i].String())
			return
		}
	}
	panic("vfs: no rule " + id)
}
