//go:build linux || darwin

package store

import (
	"path/filepath"
	"syscall"
)

// freeBytes is the space left for the file at path; -1 if unknown.
func freeBytes(path string) int64 {
	var st syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &st); err != nil {
		return -1
	}
	return int64(st.Bavail) * int64(st.Bsize)
}
