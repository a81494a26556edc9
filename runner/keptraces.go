package runner

import (
	"os"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// KeptRaces reads from a .sim file which pairs decided the failure when it was kept. They
// are in its comments, for people: replay needs none of them. t is a replay of the file; a
// pair of which an event does not occur in it is left out.
func KeptRaces(path string, t *sim.Trace) []sim.Race {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	at := positions(t)
	var list []sim.Race
	for line := range strings.Lines(string(content)) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "# decides: ")
		if !ok {
			continue
		}
		pair, otherwise, _ := strings.Cut(text, "; the other order")
		pair, resource, _ := strings.Cut(pair, ", on ")
		first, second, ok := strings.Cut(pair, " before ")
		a, known := at[first]
		b, both := at[second]
		if !ok || !known || !both {
			continue
		}
		otherwise, _ = strings.CutPrefix(otherwise, ": ")
		if otherwise == " passes" {
			otherwise = ""
		}
		list = append(list, sim.Race{First: a, Second: b, Resource: resource, Otherwise: otherwise})
	}
	return list
}
