package sim

import (
	"fmt"
	"strings"
)

// UnknownError says that a name is not one of those that exist.
type UnknownError struct {
	Where, Kind, Name string
	Known             []string
}

func notOneOf(where, kind, name string, known []string) error {
	return &UnknownError{where, kind, name, known}
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("%s has no %s %q", e.Where, e.Kind, e.Name)
	if near := Nearest(e.Name, e.Known); near != "" {
		s += fmt.Sprintf("; did you mean %q?", near)
	}
	if len(e.Known) > 0 {
		if s[len(s)-1] != '?' {
			s += "."
		}
		s += " It has: " + strings.Join(e.Known, ", ")
	}
	return s
}

// Nearest is the name among known that is most like name, by edit distance, or
// "" if none is near.
func Nearest(name string, known []string) string {
	best, at := "", len(name)/2+1
	for _, k := range known {
		if name != "" && strings.HasPrefix(k, name) {
			return k
		}
	}
	for _, k := range known {
		if d := distance(name, k); d < at {
			best, at = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
