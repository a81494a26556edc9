package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// minPrefix is the shortest prefix of a hash that is accepted as a reference.
const minPrefix = 4

// short is a hash as people see it.
func short(hash string) string { return hash[:min(8, len(hash))] }

// hasher collects fields, each with its length, so that no two lists of fields
// give the same bytes. It is for campaigns; traces have a hash of their own.
type hasher struct{ buf []byte }

func (h *hasher) str(s string) {
	h.uint(uint64(len(s)))
	h.buf = append(h.buf, s...)
}

func (h *hasher) uint(u uint64) { h.buf = binary.AppendUvarint(h.buf, u) }

func (h *hasher) sum() string {
	sum := sha256.Sum256(h.buf)
	return hex.EncodeToString(sum[:16])
}
