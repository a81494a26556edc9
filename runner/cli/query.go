package cli

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/spf13/cobra"
)

type rowLine struct {
	line
	Row map[string]any `json:"row"`
}

func (s *invocation) queryCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "query SQL",
		Short: "Ask the store in SQL",
		Long: `Ask the store in SQL. Stored are the tables traces, campaigns and runs, and the view
findings; the tables events, choices, footprints and sites are unpacked from the traces for
the query. Nothing can be changed. ` + "`go doc github.com/seed-3519b94c/simrun/runner/store`" + ` names the columns.`,
		Example: "  simrun query \"SELECT process, count(*) AS events FROM events GROUP BY 1 ORDER BY 2 DESC\"",
		Args:    exactly("SQL"),
		RunE: func(c *cobra.Command, args []string) error {
			if strings.TrimSpace(args[0]) == "" {
				return usage(fmt.Errorf("query wants a question in SQL, such as 'SELECT * FROM findings'"))
			}
			st, err := store.Open(s.db, store.Options{ReadOnly: true, Clock: s.Clock})
			if err != nil {
				return err
			}
			defer st.Close() //nolint:errcheck // it was only read
			r, err := st.Query(c.Context(), args[0])
			if err != nil {
				return err
			}
			for _, l := range r.Limits {
				s.warn("%s", l)
			}
			if s.json {
				return s.emitRows(r)
			}
			s.rows(r)
			return nil
		},
	}
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

func (s *invocation) emitRows(r *store.Result) error {
	for _, row := range r.Rows {
		l := rowLine{newLine("row"), make(map[string]any)}
		for i, name := range r.Columns {
			if b, ok := row[i].([]byte); ok {
				row[i] = hex.EncodeToString(b)
			}
			l.Row[name] = row[i]
		}
		if err := s.emit(l); err != nil {
			return err
		}
	}
	return nil
}

// rows prints a result as a table, numbers to the right.
func (s *invocation) rows(r *store.Result) {
	cells := [][]string{r.Columns}
	number := make([]bool, len(r.Columns))
	for _, row := range r.Rows {
		var texts []string
		for i, v := range row {
			text, isNumber := cellText(v)
			number[i] = number[i] || isNumber
			texts = append(texts, text)
		}
		cells = append(cells, texts)
	}
	width := make([]int, len(r.Columns))
	for _, row := range cells {
		for i, text := range row {
			width[i] = max(width[i], len([]rune(text)))
		}
	}
	for _, row := range cells {
		var b strings.Builder
		for i, text := range row {
			if number[i] {
				b.WriteString(strings.Repeat(" ", width[i]-len([]rune(text))) + text + "  ")
				continue
			}
			b.WriteString(pad(text, width[i]+2))
		}
		s.printf("%s\n", strings.TrimRight(b.String(), " "))
	}
}

// cellText is a value on one line.
func cellText(v any) (text string, number bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', 6, 64), true
	case []byte:
		return fmt.Sprintf("(%d bytes)", len(v)), false
	}
	return strings.NewReplacer("\n", " / ", "\t", " ").Replace(fmt.Sprint(v)), false
}
