package reports

import (
	"slices"
	"strconv"
)

// share divides room among columns: those that want little get it, the others
// share what is left. The last column gets no more than it wants either, so that
// short stories stay close together.
func share(wants []int, room int) []int {
	out := make([]int, len(wants))
	open := make([]int, 0, len(wants))
	for i := range wants {
		open = append(open, i)
	}
	for len(open) > 0 {
		fair := max(1, room/len(open))
		var rest []int
		for _, i := range open {
			if wants[i] <= fair {
				out[i] = wants[i]
				room -= wants[i]
			} else {
				rest = append(rest, i)
			}
		}
		if len(rest) == len(open) {
			for _, i := range open {
				out[i] = fair
			}
			return out
		}
		open = rest
	}
	return out
}

// distinct makes a shortened name differ from those before it.
func distinct(taken []string, name string, room int) string {
	unique := name
	for n := 2; slices.Contains(taken, unique); n++ {
		suffix := "~" + strconv.Itoa(n)
		unique = head(name, room-len(suffix)) + suffix
	}
	return unique
}

func sortProcesses(list []int32) { slices.Sort(list) }
