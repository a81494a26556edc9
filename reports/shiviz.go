package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// ShiViz writes t as a log with vector clocks, for ShiViz (Beschastnikh et al., CACM 2016;
// https://bestchai.bitbucket.io/shiviz/): happens-before is the order of each process,
// causes, and conflicting footprints. The first line is the regular expression that the log
// parses with.
func ShiViz(w io.Writer, t *sim.Trace, o Options) error {
	s := &story{t: t, o: o.withDefaults(t)}
	var b strings.Builder
	b.WriteString(`(?<host>\S*) (?<clock>{.*})\n(?<event>.*)` + "\n\n")
	hosts := make([]string, len(t.Processes))
	for i := range hosts {
		hosts[i] = strings.Join(strings.Fields(s.process(int32(i))), "_")
	}
	clocks := vectorClocks(t)
	for i := range t.Events {
		clock, err := clockText(hosts, clocks[i])
		if err != nil {
			return fmt.Errorf("write ShiViz log of trace %q: %w", s.o.Hash, err)
		}
		text := s.name(i)
		if notes := t.Events[i].Notes; len(notes) > 0 {
			text += ": " + clean(strings.Join(notes, "; "))
		}
		fmt.Fprintf(&b, "%s %s\n%s\n", hosts[t.Events[i].Process], clock, text)
	}
	return writeAll(w, "ShiViz log", t, b.String())
}

// clockText is a vector clock as JSON, without the processes that it knows nothing of.
func clockText(hosts []string, clock []int) (string, error) {
	var parts []string
	for p, n := range clock {
		if n == 0 {
			continue
		}
		name, err := json.Marshal(hosts[p])
		if err != nil {
			return "", err
		}
		parts = append(parts, fmt.Sprintf("%s:%d", name, n))
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}

// vectorClocks are those of every event: how many events of each process happened before
// it, itself included.
func vectorClocks(t *sim.Trace) [][]int {
	clocks := make([][]int, len(t.Events))
	last := make([]int, len(t.Processes)) // event of each process, plus one
	writer := make([]int, len(t.Resources))
	readers := make([][]int, len(t.Resources))
	for i := range t.Events {
		e := &t.Events[i]
		c := make([]int, len(t.Processes))
		join := func(j int) {
			for p, n := range clocks[j] {
				c[p] = max(c[p], n)
			}
		}
		if j := last[e.Process]; j > 0 {
			join(j - 1)
		}
		if e.Cause >= 0 && int(e.Cause) < i {
			join(int(e.Cause))
		}
		for _, r := range e.Reads {
			if writer[r] > 0 {
				join(writer[r] - 1)
			}
			readers[r] = append(readers[r], i)
		}
		for _, r := range e.Writes {
			if writer[r] > 0 {
				join(writer[r] - 1)
			}
			for _, j := range readers[r] {
				if j != i {
					join(j)
				}
			}
			writer[r], readers[r] = i+1, readers[r][:0]
		}
		c[e.Process]++
		clocks[i], last[e.Process] = c, i+1
	}
	return clocks
}
