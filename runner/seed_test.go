package runner_test

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseSeeds(t *testing.T) {
	for text, want := range map[string][]uint64{
		"0":                    {0},
		"7":                    {7},
		"0x2a":                 {42},
		"0X2A":                 {42},
		"010":                  {10}, // no octal
		"18446744073709551615": {math.MaxUint64},
		"18446744073709551614-18446744073709551615": {math.MaxUint64 - 1, math.MaxUint64},
		"1-3,5000":   {1, 2, 3, 5000},
		" 1 - 2 , 9": {1, 2, 9},
		"0x10-0x11":  {16, 17},
		"5-5":        {5},
		"3,1,3":      {3, 1, 3},
		"d70d96be5c9d9c1d2f0ea3e2d9cf2c4e4ee31d21": {0xd9cf2c4e4ee31d21},
		"0000000000000000000000000000000000000012": {0x12}, // a commit, though it looks decimal
	} {
		got, err := runner.ParseSeeds(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestParseSeedsRefuses(t *testing.T) {
	const form = "want a decimal number, 0x and hexadecimal digits, or a 40-digit commit, below 2^64"
	for text, want := range map[string]string{
		"":                                   `seed "": ` + form,
		"1,":                                 `seed "": ` + form,
		"-1":                                 `seed "": ` + form,
		"1-":                                 `seed "": ` + form,
		"x":                                  `seed "x": ` + form,
		"0x":                                 `seed "0x": ` + form,
		"18446744073709551616":               `seed "18446744073709551616": ` + form,
		"2-1":                                `seeds "2-1": 1 is below 2; want the smaller one first`,
		"0-1000000":                          `seeds "0-1000000": more than 1000000 in one list`,
		"0-18446744073709551615":             `seeds "0-18446744073709551615": more than 1000000 in one list`,
		"0-999999,1":                         `seeds "0-999999,1": more than 1000000 in one list`,
		strings.Repeat("a", 39) + "g":        `seed "` + strings.Repeat("a", 39) + `g": want 40 hexadecimal digits for a commit`,
		strings.Repeat("a", 41):              `seed "` + strings.Repeat("a", 41) + `": ` + form,
		"99999999999999999999-1000000000000": `seed "99999999999999999999": ` + form,
	} {
		_, err := runner.ParseSeeds(text)
		require.EqualError(t, err, want, text)
	}
}

func TestParseSeedsNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9a-fx,\- ]{0,30}`)).Draw(t, "text")
		seeds, err := runner.ParseSeeds(text)
		require.True(t, (err != nil) != (len(seeds) > 0))
	})
}
