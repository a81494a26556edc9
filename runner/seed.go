package runner

import (
	"fmt"
	"strconv"
	"strings"
)

// maxSeeds bounds a list of seeds: each is a campaign.
const maxSeeds = 1_000_000

// commitDigits is the length of a commit's hash.
const commitDigits = 40

// ParseSeed reads a seed: decimal, hexadecimal after 0x, or the 40 digits of a
// commit, of which the last 16 count. So a CI job gets a new seed with every
// commit, and the same one when it is run again. 0 is a seed like any other.
func ParseSeed(text string) (uint64, error) {
	digits, base := text, 10
	switch {
	case len(text) == commitDigits:
		digits, base = text[commitDigits-16:], 16
		if strings.Trim(text, "0123456789abcdefABCDEF") != "" {
			return 0, fmt.Errorf("seed %q: want 40 hexadecimal digits for a commit", text)
		}
	case strings.HasPrefix(text, "0x"), strings.HasPrefix(text, "0X"):
		digits, base = text[2:], 16
	}
	v, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, fmt.Errorf("seed %q: want a decimal number, 0x and hexadecimal digits, or a 40-digit commit, below 2^64", text)
	}
	return v, nil
}

// ParseSeeds reads a list of seeds and ranges of seeds, such as
// `1-1000,5000,0x2a`, in the order in which they are given.
func ParseSeeds(text string) ([]uint64, error) {
	var seeds []uint64
	for part := range strings.SplitSeq(text, ",") {
		from, to, ranged := strings.Cut(strings.TrimSpace(part), "-")
		lo, err := ParseSeed(strings.TrimSpace(from))
		hi := lo
		if err == nil && ranged {
			hi, err = ParseSeed(strings.TrimSpace(to))
		}
		if err != nil {
			return nil, err
		}
		switch {
		case hi < lo:
			return nil, fmt.Errorf("seeds %q: %d is below %d; want the smaller one first", part, hi, lo)
		case hi-lo >= maxSeeds || len(seeds)+int(hi-lo) >= maxSeeds:
			return nil, fmt.Errorf("seeds %q: more than %d in one list", text, maxSeeds)
		}
		for n := range hi - lo + 1 {
			seeds = append(seeds, lo+n)
		}
	}
	return seeds, nil
}
