// Package writers holds what programs do when they save a file: sequences of
// system calls, as data, with gaps between them where time passes.
//
//	plan, _ := writers.Named("node.writeFileSync")
//	err := plan.Run(proc, fs, "src/app.js", env.Text(source, version))
//
// In a simulation proc is the process of an editor: every call is one of its
// events, every gap an event with the gap's label, and others may run between
// any two.
//
// The plans of real programs are those that strace(1) showed; see each plan's
// Evidence. What they have in common is how little they have in common:
//
//   - truncate, then write: a reader may see nothing, or a part;
//   - write in place, then cut: a reader may see new head and old tail;
//   - write beside, then rename over: whole content, another inode;
//   - remove, then create: for a moment there is no file.
//
// Swap files and lock files of editors are left out: they make records of other names
// only, as the plan "unrelated" does.
//
//   - [Plan], [Step]: the data. [Plan.RunTelling] says when the content is there.
//   - [All], [Named]: the plans: programs.go of programs, shapes.go by shape.
//   - [Attributes]: calls beyond env.FS that some plans make.
package writers
