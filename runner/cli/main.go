package cli

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/seed-3519b94c/simrun/sim"
	"golang.org/x/term"
)

// Main runs the command line of the process and returns its exit code. The
// first interrupt ends the command in good order, the second one at once.
func Main(scenarios ...*sim.Scenario) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from then on signals do what they do by default
	app := &App{
		Scenarios: scenarios,
		Stdin:     os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Env:      os.Getenv,
		Terminal: term.IsTerminal(int(os.Stdout.Fd())),
		Progress: term.IsTerminal(int(os.Stderr.Fd())),
		Program:  strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"),
		Build:    ReadBuild(),
	}
	app.Binary, _ = os.Executable() // without it only Build tells
	for _, f := range [...]*os.File{os.Stderr, os.Stdout} {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			app.Width = width
		}
	}
	return app.Run(ctx, os.Args[1:])
}
