package sim

import "math/bits"

// Everything that is stored or compared across machines is hashed with these
// functions: no seed, no dependence on the platform, fixed for good (there are
// test vectors).

const (
	hashK0 = 0xa0761d6478bd642f
	hashK1 = 0xe7037ed1a0b428db
)

// mix folds a and b into 64 bits by one wide multiplication, the construction
// of wyhash (https://github.com/wangyi-fudan/wyhash).
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^hashK0, b^hashK1)
	return hi ^ lo
}

// hashString is FNV-1a over the bytes, finished by mix. Strings are hashed when
// they are interned, never on the way of an event.
func hashString(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h, uint64(len(s)))
}
