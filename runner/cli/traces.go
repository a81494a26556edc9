package cli

import (
	"strconv"
	"time"

	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/spf13/cobra"
)

type summaryLine struct {
	line
	ID         int64  `json:"id"`
	Trace      string `json:"trace"`
	Scenario   string `json:"scenario"`
	Variant    string `json:"variant"`
	Profile    string `json:"profile"`
	Verdict    string `json:"verdict"`
	Signature  string `json:"signature"`
	Property   string `json:"property"`
	Message    string `json:"message"`
	Steps      int    `json:"steps"`
	Deviations int    `json:"deviations"`
	Created    string `json:"created"`
	Strategy   string `json:"strategy"`
	Module     string `json:"module,omitempty"`
	Revision   string `json:"revision,omitempty"`
}

func (s *invocation) tracesCommand() *cobra.Command {
	var where string
	c := &cobra.Command{
		Use:     "traces",
		Short:   "List the stored traces",
		Example: `  simrun traces --where "verdict = 'deadlock' AND steps < 50"`,
		Args:    exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			st, err := store.Open(s.db, store.Options{ReadOnly: true, Clock: s.Clock})
			if err != nil {
				return err
			}
			defer st.Close() //nolint:errcheck // it was only read
			list, err := st.List(c.Context(), where)
			if err != nil {
				return err
			}
			if !s.json {
				s.table(list)
				return nil
			}
			for i := range list {
				if err := s.emit(summary(&list[i])); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&where, "where", "", "only those for which this `SQL` condition on the table traces holds")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

// table prints a list with columns as wide as they have to be.
func (s *invocation) table(list []store.Summary) {
	if len(list) == 0 {
		s.warn("no traces")
		return
	}
	rows := [][]string{{"NUMBER", "HASH", "SCENARIO", "VARIANT", "VERDICT", "PROPERTY", "STEPS", "DEVIATIONS", "FOUND (UTC)"}}
	for i := range list {
		t := &list[i]
		rows = append(rows, []string{
			strconv.FormatInt(t.ID, 10), t.Short(), t.Scenario, orElse(t.Variant, "-"), t.Verdict.String(), orElse(t.Property, "-"),
			strconv.Itoa(t.Steps), strconv.Itoa(t.Deviations), t.Created.Format("2006-01-02 15:04"),
		})
	}
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, r := range rows {
		for i, cell := range r[:len(r)-1] {
			s.printf("%s  ", pad(cell, widths[i]))
		}
		s.printf("%s\n", r[len(r)-1])
	}
}

func summary(t *store.Summary) summaryLine {
	return summaryLine{
		newLine("trace"), t.ID, t.Hash, t.Scenario, t.Variant, t.Profile, t.Verdict.String(), t.Signature, t.Property, t.Message,
		t.Steps, t.Deviations, t.Created.Format(time.RFC3339), t.Strategy, t.Module, t.Revision,
	}
}
