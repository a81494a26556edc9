package runner

import (
	"os"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// RaceText is a pair of events that decides a failure, by their names, as RacesOf reads it.
func RaceText(t *sim.Trace, r *sim.Race) string {
	text := t.EventName(int(r.First)) + " before " + t.EventName(int(r.Second))
	if r.Resource != "" {
		text += ", on " + r.Resource
	}
	if r.Otherwise != "" {
		return text + "; the other order: " + r.Otherwise
	}
	return text + "; the other order passes"
}

// RacesOf are the pairs that texts of RaceText tell, in a run of the same failure. A pair of
// which an event does not occur in it is left out.
func RacesOf(t *sim.Trace, texts []string) []sim.Race {
	at := positions(t)
	var list []sim.Race
	for _, text := range texts {
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

// decides begins a comment of a .sim file that is a RaceText.
const decides = "# decides: "

// DecidesIn reads from a .sim file which pairs decided the failure when it was kept, each
// as RaceText has it. They are in its comments, for people: replay needs none of them.
func DecidesIn(path string) (texts []string) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(content)) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), decides); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// KeptRaces are the pairs of DecidesIn in t, which is a replay of the file.
func KeptRaces(path string, t *sim.Trace) []sim.Race { return RacesOf(t, DecidesIn(path)) }
