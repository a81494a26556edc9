// Package fsevents is the state machine of FSEvents of macOS, as far as general
// knowledge goes (FSEvents.h; none of it is observed here): a stream of paths with
// flags, delivered after a latency.
//
//	s := fsevents.New(0)
//	s.Add("src")
//	s.Changed(change)                   // whatever happens to files, see kernel.Changes
//	for _, ev := range s.Flush() { ... }// when the latency is over
//
// All changes of one path within the latency are one event with all their flags, in no
// order: Created|Removed does not tell whether the file is there. A renaming is two
// events without a common number. Flags of earlier changes may be among them, even from
// before the stream was started. Where too much happens, the stream gives up details
// and says MustScanSubDirs.
//
//   - [Stream]: the paths and what is pending. A choice: whether old flags leak.
//   - [Event], [Flags]: what is delivered; Event.FileEvent is it in the terms of
//     fsnotify, which has no back end for FSEvents: it uses kqueue.
//
// The latency is the simulator's: see package vfs.
package fsevents
