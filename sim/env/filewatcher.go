package env

import "errors"

// FileOp is a set of operations, in the terms of fsnotify, and with its values.
type FileOp uint8

// The operations.
const (
	FileCreate FileOp = 1 << iota
	FileWrite
	FileRemove
	FileRename
	FileChmod
)

// FileEvent is what a watcher library tells.
type FileEvent struct {
	Name string // the path that is watched, and "/" and the entry if there is one
	Op   FileOp
	// RenamedFrom is the old name, on a FileCreate of which it is known.
	RenamedFrom string
}

// ErrWatcherClosed is what a FileWatcher returns after Close.
var ErrWatcherClosed = errors.New("watcher is closed")

// FileWatcher is a watcher library of the shape of Go's fsnotify: a reader of its
// own takes records from the system and hands each event over to whoever receives.
// It goes on only when the event was taken. While nobody receives, the system
// gathers and merges.
type FileWatcher interface {
	Add(path string) error
	Remove(path string) error
	// Next blocks for whatever comes first, an event or an error: the `select` of a
	// consumer.
	Next() (FileEvent, error)
	// Event blocks for an event, as a consumer that does not listen to errors: an
	// error then holds up all events behind it. The error is ErrWatcherClosed.
	Event() (FileEvent, error)
	// Failure blocks for an error, as a consumer that listens to nothing else.
	Failure() error
	Close() error
}
