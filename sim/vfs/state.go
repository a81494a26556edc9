package vfs

import (
	"encoding/binary"
	"fmt"
)

// AppendState appends a description of the watcher to dst, as Disk.AppendState does of
// the files: what is watched, what its reader holds, what is in its channels, who
// waits. Watchers of which nobody can tell the difference have the same.
func (fw *FileWatcher) AppendState(dst []byte) []byte {
	dst = fmt.Append(dst, fw.locked, fw.closed, fw.ended, fw.offered)
	if fw.offered {
		dst = append(dst, fw.offer.String()...)
	}
	for _, d := range fw.buffer {
		dst = append(append(dst, d.String()...), ';')
	}
	for _, r := range fw.receivers {
		dst = fmt.Append(dst, r.events, r.errors, r.list.Len())
	}
	dst = fmt.Append(dst, fw.idle.Len(), fw.sender.Len(), fw.lockers.Len(), fw.closers.Len())
	return fw.source.appendState(dst)
}

// appendState also tells of the renames that fsnotify remembers which waiting records
// they belong to, since the values of cookies mean nothing.
func (s *inotifySource) appendState(dst []byte) []byte {
	waiting := s.wt.d.k.Waiting(s.wt.instance)
	dst = append(dst, DescribeAll(s.wt.buf)...)
	return s.fsn.AppendState(dst, func(dst []byte, cookie uint32) []byte {
		for i := range waiting {
			if waiting[i].Cookie == cookie {
				dst = binary.AppendUvarint(dst, uint64(i))
			}
		}
		return dst
	})
}

func (s *kqueueSource) appendState(dst []byte) []byte {
	return s.changes.appendState(fmt.Append(dst, s.notes))
}

func (s *fseventsSource) appendState(dst []byte) []byte {
	return s.state.AppendState(fmt.Append(dst, s.waiting, s.over, s.batch))
}

// AppendState appends a description of the watches to dst, as FileWatcher.AppendState
// does.
func (fw *FSWatch) AppendState(dst []byte) []byte {
	return fw.state.AppendState(fmt.Append(dst, fw.posted))
}
