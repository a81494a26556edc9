package reports

import "github.com/seed-3519b94c/simrun/sim"

// Options say how a story is told. The zero value is right for a file or a log.
type Options struct {
	// Hash is what the headline calls the trace. "": the first digits of its Hash.
	Hash string
	// Properties puts the violated property into words.
	Properties []sim.PropertyDoc
	// Commands are what a reader may want to type next.
	Commands []Command
	// Full folds nothing and cuts nothing.
	Full bool
	// Rows is how many steps the timeline shows at most. 0: 32. Without meaning
	// if Full.
	Rows int
	// Color uses ANSI escapes.
	Color bool
	// Width is the number of columns that lines keep to, commands apart, which are there to
	// be copied. 0: 120; at least 40.
	Width int
}

// Command is a command line to paste.
type Command struct {
	Name string // what for, in a word
	Line string
}

// shortHash digits of a hash are enough to name a trace to a person.
const shortHash = 8

func (o Options) withDefaults(t *sim.Trace) Options {
	if o.Hash == "" {
		o.Hash = t.Hash()[:shortHash]
	}
	if o.Rows <= 0 {
		o.Rows = 32
	}
	if o.Width <= 0 {
		o.Width = 120
	}
	o.Width = max(o.Width, 40)
	return o
}
