// Package reports tells what happened in a recorded run. Every format is one
// file and one pure function of a trace: the same trace gives the same bytes.
//
//	err := reports.Text(os.Stdout, trace, reports.Options{
//		Properties: scenario.Properties, // so that the headline can say what was violated in words
//		Commands: []reports.Command{
//			{Name: "replay", Line: "simrun replay 3f9a2c71"},
//		},
//	})
//
// prints the story for a terminal: a headline, what is wrong, a timeline with a
// column for each process, and then what decides, how late something had to be,
// and what to type next.
//
//	cart/total, variant racy: sum violated, "every item is counted once"       trace 5bde661d
//
//	sum: did not come true, and the world is at rest
//
//	  step   virtual   anna            bert
//	     1   0.00 µs   start
//	     2   0.00 µs                   start
//	     3  30.01 µs   read total: 0
//	     4  60.00 µs                   walk
//	*    5  60.02 µs                   read total: 0
//	*    6  60.02 µs   write total: 1   <--- held until after bert:read#1 (nominally 119 µs earlier)
//	     7  61.02 µs                   write total: 1
//	     X             sum violated
//
//	Decides    * bert:read#1 (step 5, cart.go:44) before anna:write#1 (step 6, cart.go:48), both on total.
//	             The other order passes.
//	Lateness   anna:read#1 (step 3, cart.go:44) comes 29.01 µs later than nominal, the least that this
//	           whole order takes; profile laptop allows 49 µs. 1 other event is late too, by no more.
//	Parameters clerks = 2 (of 2 to 3), size = small
//	Found      by delays, seed 0, schedule 5; minimised in 2 runs
//
//	replay     simrun replay 5bde661d
//
// Needs lists the rules of the models that took effect from the first deviation on:
// what a system must do for the story to be possible on it.
//
// A story folds what does not matter, unless Options.Full: it keeps what
// deviates from the nominal run, the pair of events that decides, events with
// notes, and the last steps.
//
// # Catalogue
//
//   - [Text], [HTML], [Markdown]: the story, for people.
//   - [Mermaid], [PlantUML], [Perfetto], [ShiViz], [JSON]: the story, for other tools.
//     [Formats] lists them all by name.
//   - [Explain]: what a failure hangs on. [Diff]: in what two traces differ.
//   - [Suite], [SuiteHTML], [SuiteMarkdown], [JUnit], [GitHub]: many variants at once.
package reports
