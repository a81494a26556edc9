package sim

import "math/bits"

// Rand is the generator of everything random here: xoshiro256++ seeded by
// splitmix64 (Blackman and Vigna, "Scrambled linear pseudorandom number
// generators", TOMS 2021). Its output is fixed for good. The zero Rand must be
// seeded before use.
type Rand struct{ s [4]uint64 }

// NewRand returns a generator for seed. Every seed is legal, 0 too.
func NewRand(seed uint64) *Rand {
	r := new(Rand)
	r.Seed(seed)
	return r
}

// Seed starts the sequence of seed.
func (r *Rand) Seed(seed uint64) {
	for i := range r.s {
		seed += 0x9e3779b97f4a7c15
		r.s[i] = splitmix(seed)
	}
}

// splitmix is the output function of splitmix64.
func splitmix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uint64 returns the next 64 bits.
func (r *Rand) Uint64() uint64 {
	s := &r.s
	out := bits.RotateLeft64(s[0]+s[3], 23) + s[0]
	t := s[1] << 17
	s[2] ^= s[0]
	s[3] ^= s[1]
	s[1] ^= s[2]
	s[0] ^= s[3]
	s[2] ^= t
	s[3] = bits.RotateLeft64(s[3], 45)
	return out
}

// IntN returns a number in [0, n). n below 1 counts as 1. The bias is below
// n/2^64 (Lemire's multiplication without its rejection step).
func (r *Rand) IntN(n int) int {
	if n <= 1 {
		return 0
	}
	hi, _ := bits.Mul64(r.Uint64(), uint64(n))
	return int(hi)
}

// Chance reports true once in n times on average; never for n below 1.
func (r *Rand) Chance(n int) bool { return n > 0 && r.IntN(n) == 0 }
