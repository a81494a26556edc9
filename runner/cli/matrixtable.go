package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/runner/matrix"
)

type matrixLine struct {
	line
	Cells     int   `json:"cells"`
	Of        int   `json:"of"`
	Agree     int   `json:"agree"`
	Differ    int   `json:"differ"`
	Open      int   `json:"open"`
	Runs      int64 `json:"runs"`
	ElapsedNs int64 `json:"elapsed_ns"`
}

// tell prints the tables, what differs, and the sum. With --json only the sum is left
// to say.
func (m *matrixRun) tell(elapsed time.Duration) error {
	sum := matrixLine{line: newLine("matrix"), Cells: len(m.lines), Of: len(m.cells), ElapsedNs: int64(elapsed)}
	for i := range m.lines {
		l := &m.lines[i]
		sum.Runs += int64(l.Runs)
		switch l.Verdict {
		case matrix.Agrees.String():
			sum.Agree++
		case matrix.Differs.String():
			sum.Differ++
		default:
			sum.Open++
		}
	}
	if m.json {
		return m.emit(sum)
	}
	for i := 0; i < len(m.lines); {
		i = m.table(i)
		m.printf("\n")
	}
	for i := range m.lines {
		m.differences(&m.lines[i])
	}
	m.printf("%s: %d as expected, %d differ, %d open; %s runs in %s\n",
		plural(sum.Cells, "cell"), sum.Agree, sum.Differ, sum.Open, comma(sum.Runs), seconds(elapsed))
	return nil
}

// table prints the table that begins at cell i, of scenarios with the same variants,
// and returns where the next one begins.
func (m *matrixRun) table(i int) int {
	variants := m.cells[i].Scenario.Variants
	var rows [][]string
	var row string
	for ; i < len(m.lines) && slices.Equal(m.cells[i].Scenario.Variants, variants); i++ {
		c := &m.cells[i]
		if r := c.Row(); len(rows) == 0 || r != row {
			row = r
			rows = append(rows, make([]string, 1+max(1, len(variants))))
			rows[len(rows)-1][0] = r
		}
		rows[len(rows)-1][1+max(0, slices.Index(variants, c.Variant))] = m.lines[i].text()
	}
	head := append([]string{"scenario"}, variants...)
	if len(variants) == 0 {
		head = append(head, "verdict")
	}
	m.grid(head, rows)
	return i
}

// text is what a cell came to, in a few characters.
func (l *cellLine) text() string {
	var texts []string
	for _, f := range l.Failing {
		texts = append(texts, f.text())
	}
	between := " "
	if len(l.Failing) > 0 && l.Failing[0].Trials != nil {
		between = ", "
	}
	s := strings.Join(texts, between)
	if s == "" {
		s = "ok " + comma(l.Runs)
		if l.Exhausted {
			s = "ok all"
		}
	}
	switch l.Verdict {
	case matrix.Differs.String():
		return "! " + s
	case matrix.Open.String():
		return "? " + s
	}
	return s
}

func (m *matrixRun) grid(head []string, rows [][]string) {
	if m.format == "markdown" {
		escape := strings.NewReplacer("|", `\|`)
		m.printf("| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
		for _, r := range rows {
			for i := range r {
				r[i] = escape.Replace(r[i])
			}
			m.printf("| %s |\n", strings.Join(r, " | "))
		}
		return
	}
	width := make([]int, len(head))
	for _, r := range append([][]string{head}, rows...) {
		for i, text := range r {
			width[i] = max(width[i], len([]rune(text)))
		}
	}
	for _, r := range append([][]string{head}, rows...) {
		var b strings.Builder
		for i, text := range r {
			b.WriteString(pad(text, width[i]+2))
		}
		m.printf("%s\n", strings.TrimRight(b.String(), " "))
	}
}

// differences tells what is not as expected in a cell, and how to see it.
func (m *matrixRun) differences(l *cellLine) {
	for _, d := range l.Differences {
		m.printf("differs    %s: %s\n", strings.TrimSpace(l.Scenario+" "+l.Variant), d)
	}
	if len(l.Differences) == 0 {
		return
	}
	m.printf("           %s\n\n", m.again(l, "", m.options.Seed))
}
