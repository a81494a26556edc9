package cli

import (
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

func (s *invocation) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script for a shell: bash, zsh, fish or powershell",
		Long: `Print the completion script for a shell.

  bash        source <(simrun completion bash)
  zsh         simrun completion zsh > "${fpath[1]}/_simrun"
  fish        simrun completion fish > ~/.config/fish/completions/simrun.fish
  powershell  simrun completion powershell | Out-String | Invoke-Expression`,
		Args:      exactly("SHELL"),
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			switch root := c.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(s.out, true)
			case "zsh":
				return root.GenZshCompletion(s.out)
			case "fish":
				return root.GenFishCompletion(s.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(s.out)
			}
			return &sim.UnknownError{Where: "completion", Kind: "shell", Name: args[0], Known: shells}
		},
	}
}
