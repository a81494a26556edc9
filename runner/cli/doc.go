// Package cli is the command simrun, for any set of scenarios. A binary of your
// own is
//
//	func main() { os.Exit(cli.Main(myscenarios.All()...)) }
//
// and then
//
//	mysim list                                      what there is
//	mysim run cart/total --variant racy             explore it
//	mysim run cart/total --seed 1-100 -p items=3    more of it, with a parameter pinned
//	mysim replay 3f9a2c71                           a failure again, exactly
//	mysim replay 3f9a2c71 --variant fixed --lenient is it fixed?
//
// Results go to stdout, progress and errors to stderr. The exit code says what a
// script wants to know; see [Code].
//
// # Catalogue
//
//   - [Main]: the command, with the real terminal, clock and signals.
//   - [App]: the same with everything passed in; [App.Run] is one invocation.
//   - [Code]: the exit codes.
//   - [Build]: what the binary was built from.
//
// Each command is one file.
//
// # JSON
//
// With --json, stdout has one JSON object a line. `type` says what it is, such as
// scenario, failure, campaign, trace or cell, and `v` is the version of that type's form,
// now 1: it rises when a field changes its meaning or goes away. Ignore fields and types
// that you do not know.
package cli
