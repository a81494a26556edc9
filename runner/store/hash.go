package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/seed-3519b94c/simrun/sim"
)

// hashDigits is the length of a content hash: 128 bits, far beyond chance
// collisions in any store that fits on a disk.
const hashDigits = 32

// minPrefix is the shortest prefix of a hash that is accepted as a reference.
const minPrefix = 4

// Hash is the content hash of a trace: 32 hex digits over what identifies its
// story, which is the scenario, variant, profile, parameters, schedule, verdict
// and signature, and in sampled mode the seed. It is taken over names, not over
// numbers of this run or this machine, and not over where the trace comes from:
// the same failure found by two strategies, revisions or shards is stored once.
func Hash(t *sim.Trace) string {
	h := hasher{buf: make([]byte, 0, 1024)}
	h.str("simrun trace 1")
	h.str(t.Scenario)
	h.str(t.Variant)
	h.str(t.Profile)
	h.str(t.Mode.String())
	if t.Mode == sim.Sampled {
		h.uint(t.Seed)
	}
	h.uint(uint64(len(t.Params)))
	for _, p := range t.Params {
		h.str(p.Label)
		h.uint(uint64(p.Value))
	}
	h.uint(uint64(len(t.Schedule)))
	for _, d := range t.Schedule {
		h.str(d.Kind.String())
		h.name(d.Name, d.Event)
		h.name(d.AfterName, d.After)
		h.uint(uint64(d.Value))
	}
	h.str(t.Verdict.String())
	h.str(t.Signature)
	return h.sum()
}

// hasher collects fields, each with its length, so that no two lists of fields
// give the same bytes.
type hasher struct{ buf []byte }

func (h *hasher) str(s string) {
	h.uint(uint64(len(s)))
	h.buf = append(h.buf, s...)
}

func (h *hasher) uint(u uint64) { h.buf = binary.AppendUvarint(h.buf, u) }

// name adds an identity: its name, or the ID where a run did not keep the name.
// The ID follows from the name.
func (h *hasher) name(name string, id sim.EventID) {
	h.str(name)
	if name == "" {
		h.uint(uint64(id))
	}
}

func (h *hasher) sum() string {
	sum := sha256.Sum256(h.buf)
	return hex.EncodeToString(sum[:hashDigits/2])
}
