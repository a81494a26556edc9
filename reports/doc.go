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
//	cart/total, variant racy: sum violated, "every item is counted once"           trace 3f9a2c71
//
//	sum: did not come true, and the world is at rest
//
//	  step  virtual   A            B
//	     1     0 µs   start
//	     2     0 µs                start
//	 *   3     1 µs                read: saw 0
//	 *   4     1 µs   read: saw 0   <--- held until after B:read#1 (nominally at the same time)
//
// A story folds what does not matter, unless Options.Full: it keeps what
// deviates from the nominal run, the pair of events that decides, events with
// notes, and the last steps.
//
// # Catalogue
//
//   - [Text]: the story, for people.
package reports
