package cli

import (
	"fmt"
	"io"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/spf13/cobra"
)

type importLine struct {
	line
	File  string `json:"file"`
	Trace string `json:"trace"` // content hash
}

func (s *invocation) exportCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "export TRACE -o FILE",
		Short: "Write a stored trace to a file of its own",
		Long: `Write a trace of the store, whole, to a file that ` + "`simrun import`" + ` takes into another
store: to attach it to a bug report, or to take it along from a machine. It is checked
by its hash; the same trace always gives the same bytes.`,
		Example: "  simrun export 3f9a2c71 -o lost.trace",
		Args:    exactly("TRACE"),
		RunE: func(c *cobra.Command, args []string) error {
			if file == "" {
				return usage(fmt.Errorf("export %s wants -o FILE, the file to write", args[0]))
			}
			if err := writable("output", file); err != nil {
				return err
			}
			st, err := store.Open(s.db, store.Options{ReadOnly: true, Clock: s.Clock})
			if err != nil {
				return err
			}
			defer st.Close() //nolint:errcheck // it was only read
			content, err := st.Export(c.Context(), args[0])
			if err != nil {
				return err
			}
			if err := runner.WriteWhole(file, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
				return fmt.Errorf("export trace to %q: %w", file, err)
			}
			return nil
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", "`file` to write")
	s.dbFlag(c)
	return c
}

func (s *invocation) importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import FILE...",
		Short: "Take exported traces into the store",
		Long: `Take the traces of files that ` + "`simrun export`" + ` wrote into the store, which is made if it
is missing. A trace that is there already is left as it is. A damaged file is refused.`,
		Example: "  simrun import lost.trace",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(fmt.Errorf("import wants at least one file; `%s --help` explains", c.CommandPath()))
			}
			return s.importTraces(c, args)
		},
	}
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

func (s *invocation) importTraces(c *cobra.Command, files []string) error {
	exported := make([]*store.Exported, len(files))
	for i, f := range files { // all, before a store is made for nothing
		var err error
		if exported[i], err = store.ReadExport(f); err != nil {
			if what := s.notExport(f); what != "" {
				err = fmt.Errorf("import trace %q: %s", f, what)
			}
			return usage(err)
		}
	}
	st, err := store.Open(s.db, store.Options{Clock: s.Clock})
	if err != nil {
		return err
	}
	defer st.Close() //nolint:errcheck // Import has flushed
	for i, f := range files {
		hash, err := st.Import(c.Context(), exported[i])
		if err != nil {
			return err
		}
		if s.json {
			err = s.emit(importLine{newLine("import"), f, hash})
		} else {
			s.printf("%s: trace %s\n", f, shortest(c.Context(), st, hash))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
