package cli

import (
	"fmt"
	"path/filepath"

	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/spf13/cobra"
)

type mergeLine struct {
	line
	Into   string `json:"into"`
	From   int    `json:"from"`   // stores
	Traces int64  `json:"traces"` // in it afterwards
	Added  int64  `json:"added"`  // of those, new
}

func (s *invocation) mergeCommand() *cobra.Command {
	var into string
	c := &cobra.Command{
		Use:   "merge DB... --into DB",
		Short: "Put the traces and campaigns of several stores into one",
		Long: `Put the traces and campaigns of several stores into one, such as those of the shards
of a CI run. A trace is the same by its content hash: merging twice, or in another
order, gives the same store. What is merged from is left as it is.`,
		Example: "  simrun merge shard-*.db --into all.db",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(fmt.Errorf("merge wants at least one store to merge from; `%s --help` explains", c.CommandPath()))
			}
			if into == "" {
				return usage(fmt.Errorf("merge wants --into DB, the store to merge into"))
			}
			return s.merge(c, args, into)
		},
	}
	c.Flags().StringVar(&into, "into", "", "`file` of the store to merge into; made if it is missing")
	s.jsonFlag(c)
	return c
}

func (s *invocation) merge(c *cobra.Command, from []string, into string) error {
	ctx := c.Context()
	for _, path := range from {
		a, err1 := filepath.Abs(path)
		b, err2 := filepath.Abs(into)
		if err1 == nil && err2 == nil && a == b {
			return usage(fmt.Errorf("merge %q into itself: give another store to --into", path))
		}
	}
	sources, err := s.sources(from)
	defer func() {
		for _, other := range sources {
			other.Close() //nolint:errcheck // it was only read
		}
	}()
	if err != nil {
		return err
	}
	to, err := store.Open(into, store.Options{Clock: s.Clock})
	if err != nil {
		return err
	}
	defer to.Close() //nolint:errcheck // Merge has flushed
	count := func() (int64, error) {
		r, err := to.Query(ctx, "SELECT count(*) FROM traces")
		if err != nil {
			return 0, err
		}
		return r.Rows[0][0].(int64), nil
	}
	before, err := count()
	if err != nil {
		return err
	}
	for _, other := range sources {
		if err := to.Merge(ctx, other); err != nil {
			return err
		}
	}
	after, err := count()
	if err != nil {
		return err
	}
	if s.json {
		return s.emit(mergeLine{newLine("merge"), into, len(from), after, after - before})
	}
	s.printf("merged %s into %s: %s, %s new\n", plural(len(from), "store"), into, plural(int(after), "trace"), comma(after-before))
	return nil
}

// sources opens the stores to merge from, before there is one to merge into: a mistake in a
// name leaves nothing behind. What it returns is to be closed, also with an error.
func (s *invocation) sources(paths []string) (list []*store.Store, err error) {
	for _, path := range paths {
		other, err := store.Open(path, store.Options{ReadOnly: true, Clock: s.Clock})
		if err != nil {
			return list, err
		}
		list = append(list, other)
	}
	return list, nil
}
