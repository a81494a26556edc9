package writers

// DefaultChunk is the chunk of the shape "truncateN".
const DefaultChunk = 64 << 10

// shapes are the plans by shape, free of the habits of any program.
func shapes() []Plan {
	return []Plan{
		{"truncate1", Shape, []Step{
			{Do: Open, Flags: rewrite}, {Do: Gap, Label: "truncgap"}, {Do: Write}, {Do: Close},
		}},
		TruncateN(DefaultChunk),
		{"inPlace", Shape, []Step{{Do: Open, Flags: inPlace}, {Do: Write}, {Do: Fit}, {Do: Close}}},
		{"tempRename", Shape, []Step{
			{Do: Open, Name: "*.next", Flags: rewrite}, {Do: Write}, {Do: Close}, {Do: Rename, Name: "*.next", To: "*"},
		}},
		{"rmCreate", Shape, []Step{
			{Do: Unlink}, {Do: Gap, Label: "rmgap"}, {Do: Open, Flags: inPlace}, {Do: Write}, {Do: Close},
		}},
		{"vim", Shape, []Step{
			{Do: Rename, To: "*~"}, {Do: Gap, Label: "vimgap"},
			{Do: Open, Flags: inPlace}, {Do: Write}, {Do: Close}, {Do: Gap, Label: "vimgap"}, {Do: Unlink, Name: "*~"},
		}},
		// What to do where rename over an open file fails, as on Windows.
		{"rmRename", Shape, []Step{
			{Do: Open, Name: "*.next", Flags: rewrite}, {Do: Write}, {Do: Close},
			{Do: Unlink}, {Do: Gap, Label: "rmgap"}, {Do: Rename, Name: "*.next", To: "*"},
		}},
		{"touch", Shape, []Step{{Do: Touch}}},
		{"unrelated", Shape, []Step{{Do: Open, Name: "unrelated", Flags: inPlace}, {Do: Close}, {Do: Unlink, Name: "unrelated"}}},
	}
}

// TruncateN truncates, then writes in chunks of so many bytes.
func TruncateN(chunk int) Plan {
	return Plan{"truncateN", Shape, []Step{
		{Do: Open, Flags: rewrite}, {Do: Gap, Label: "truncgap"}, {Do: Write, Chunk: chunk, Label: "gap"}, {Do: Close},
	}}
}

// All is every plan: the shapes, then the programs.
func All() []Plan { return append(shapes(), programs()...) }

// Named finds a plan by its name.
func Named(name string) (Plan, bool) {
	for _, p := range All() {
		if p.Name == name {
			return p, true
		}
	}
	return Plan{}, false
}
