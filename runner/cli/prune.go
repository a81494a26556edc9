package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/spf13/cobra"
)

type pruneLine struct {
	line
	Passes      int   `json:"passes"`   // traces that went
	Failures    int   `json:"failures"` // of failures
	Kept        int   `json:"kept"`
	BytesBefore int64 `json:"bytes_before"`
	BytesAfter  int64 `json:"bytes_after"`
	DryRun      bool  `json:"dry_run,omitempty"`
}

func (s *invocation) pruneCommand() *cobra.Command {
	var size string
	var o store.PruneOptions
	c := &cobra.Command{
		Use:   "prune --max-size SIZE",
		Short: "Make the store smaller, the least valuable traces first",
		Long: `Remove traces until the store takes no more than SIZE, and give the space back. What
passed goes first, then failures of which another trace tells a shorter story, in each
the oldest first. The shortest story of every failure stays unless --last is given; the
counts of campaigns stay always. If what may go is not enough, the exit code is 2.`,
		Example: "  simrun prune --max-size 50MB\n  simrun prune --max-size 50MB --dry-run",
		Args:    exactly(),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.MaxBytes, err = parseSize(size); err != nil {
				return usage(fmt.Errorf("--max-size %q: %w", size, err))
			}
			return s.prune(c, o)
		},
	}
	c.Flags().StringVar(&size, "max-size", "", "`size` of the file at most, such as 500KB, 50MB or 1GB (of 1000 bytes each)")
	c.Flags().BoolVar(&o.Last, "last", false, "remove also the last trace of a failure, which then cannot be replayed any more")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "tell what would go, and change nothing")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

func (s *invocation) prune(c *cobra.Command, o store.PruneOptions) error {
	st, err := store.Open(s.db, store.Options{Existing: true, Clock: s.Clock})
	if err != nil {
		return err
	}
	defer st.Close() //nolint:errcheck // what was done is committed
	p, err := st.Prune(c.Context(), o)
	if err != nil {
		return err
	}
	if s.json {
		err = s.emit(pruneLine{newLine("prune"), p.Passes, p.Failures, p.Kept, p.Before, p.After, o.DryRun})
	} else {
		verb := "removed"
		if o.DryRun {
			verb = "would remove"
		}
		s.printf("%s %s and %s of failures: %s before, %s after, %s kept\n", verb,
			plural(p.Passes, "passing trace"), plural(p.Failures, "trace"), bytesText(p.Before), bytesText(p.After), comma(p.Kept))
	}
	if err == nil && p.After > o.MaxBytes {
		err = usage(fmt.Errorf("prune store %q: it still takes %s, more than %s: every trace that is left is the only one of its failure; --last removes them too",
			s.db, bytesText(p.After), bytesText(o.MaxBytes)))
	}
	return err
}

// parseSize reads a number of bytes.
func parseSize(text string) (int64, error) {
	number, unit := strings.TrimSpace(strings.ToUpper(text)), int64(1)
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}} {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, unit = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n >= 0 && n*float64(unit) < 1<<62) {
		return 0, fmt.Errorf("want a number and a unit, such as 500KB, 50MB or 1GB")
	}
	return int64(n * float64(unit)), nil
}

// bytesText shows a number of bytes in the largest unit that leaves it above 1.
func bytesText(n int64) string {
	for _, u := range []struct {
		name  string
		bytes float64
	}{{"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}} {
		if float64(n) >= u.bytes {
			return strconv.FormatFloat(float64(n)/u.bytes, 'f', 1, 64) + " " + u.name
		}
	}
	return strconv.FormatInt(n, 10) + " B"
}
