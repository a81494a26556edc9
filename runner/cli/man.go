package cli

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (s *invocation) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write a manual page for every command",
		Long: `Write a page of section 1 for every command to a folder, which is made if it is
missing. To read one: man DIR/simrun-run.1. To install them, copy them to
~/.local/share/man/man1.`,
		Example: "  simrun man ~/.local/share/man/man1",
		Args:    exactly("DIR"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return usage(fmt.Errorf("write manual pages: %w", err))
			}
			never := time.Unix(0, 0).UTC() // the same pages every day
			root := c.Root()
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Section: "1", Date: &never, Source: "simrun", Manual: "simrun"}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return usage(fmt.Errorf("write manual pages to %q: %w", args[0], err))
			}
			return nil
		},
	}
}
