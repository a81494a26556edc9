package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Build says what the binary was built from.
type Build struct {
	Module   string // path@version
	Revision string // of the source, with "+dirty" if it was changed; "" if unknown
	Go       string
	Platform string // os/arch
}

// ReadBuild reads what the Go tool put into the binary.
func ReadBuild() Build {
	b := Build{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Module = info.Main.Path
	if v := info.Main.Version; v != "" {
		b.Module += "@" + v
	}
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if b.Revision != "" {
		b.Revision += dirty
	}
	return b
}

type versionLine struct {
	line
	Module   string `json:"module"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (s *invocation) versionCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "Print what this binary was built from",
		Args:  exactly(),
		RunE: func(*cobra.Command, []string) error {
			if b := s.Build; s.json {
				return s.emit(versionLine{newLine("version"), b.Module, b.Revision, b.Go, b.Platform})
			}
			s.printf("%s", s.versionText())
			return nil
		},
	}
	s.jsonFlag(c)
	return c
}

// versionText is what version and --version print. It is a template without actions.
func (s *invocation) versionText() string {
	b := s.Build
	text := "simrun " + orElse(b.Module, "(no build information)") + "\n"
	if b.Revision != "" {
		text += "revision " + b.Revision + "\n"
	}
	return text + b.Go + " " + b.Platform + "\n"
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
