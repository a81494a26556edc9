//go:build !linux && !darwin

package store

// freeBytes is the space left for the file at path; -1 if unknown.
func freeBytes(string) int64 { return -1 }
