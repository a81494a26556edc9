package writers

import "github.com/seed-3519b94c/simrun/sim/env"

// Flags of open(2) as programs combine them.
const (
	rewrite  = env.WriteOnly | env.Create | env.Truncate // "w"
	inPlace  = env.WriteOnly | env.Create
	appendTo = env.WriteOnly | env.Create | env.Append
	fresh    = env.WriteOnly | env.Create | env.Exclusive
)

// Sizes at which Bun 1.4.5 changes its ways.
const (
	bunLarge    = 256 << 10 // Bun.write goes to a thread
	bunReserves = 2 << 20   // node:fs writeFile calls fallocate
)

// programs are the plans of real programs.
func programs() []Plan {
	plans := append(nodePlans(), bunPlans()...)
	return append(plans, toolPlans()...)
}

// nodePlans are those of Node.js v20. 2 MiB go out in one write(2), except from
// fs.promises, which cuts into 512 KiB.
func nodePlans() []Plan {
	return []Plan{
		{"node.writeFileSync", Observed, []Step{{Do: Open, Flags: rewrite}, {Do: Write}, {Do: Close}}},
		{"node.writeFileSync.flush", Observed, []Step{{Do: Open, Flags: rewrite}, {Do: Write}, {Do: Sync}, {Do: Close}}},
		{"node.promises.writeFile", Observed, []Step{
			{Do: Open, Flags: rewrite}, {Do: Write, Chunk: 512 << 10, Label: "gap"}, {Do: Close},
		}},
		{"node.stream", Observed, []Step{
			{Do: Open, Flags: rewrite}, {Do: Gap, Label: "truncgap"}, {Do: Write}, {Do: Close},
		}},
		{"node.appendFileSync", Observed, []Step{{Do: Open, Flags: appendTo}, {Do: Write}, {Do: Close}}},
		{"node.copyFileSync", Observed, []Step{{Do: Open, Flags: inPlace}, {Do: Empty}, {Do: Write}, {Do: Close}}},
	}
}

// bunPlans are those of Bun 1.4.5. Small files are written in place and then
// cut. A large file is reserved first, so that readers may see zero bytes.
func bunPlans() []Plan {
	return []Plan{
		{"bun.write", Observed, []Step{
			{Do: Open, Flags: inPlace, Below: bunLarge}, {Do: Write, Below: bunLarge}, {Do: Fit, Below: bunLarge},
			{Do: Open, Flags: rewrite, AtLeast: bunLarge}, {Do: Reserve, AtLeast: bunLarge}, {Do: Write, AtLeast: bunLarge},
			{Do: Close},
		}},
		{"bun.writeFileSync", Observed, []Step{
			{Do: Open, Flags: inPlace}, {Do: Reserve, AtLeast: bunReserves}, {Do: Write}, {Do: Fit}, {Do: Close},
		}},
		{"bun.appendFileSync", Observed, []Step{{Do: Open, Flags: appendTo}, {Do: Write}, {Do: Close}}},
		// The writer never cuts: what was longer keeps its tail.
		{"bun.filesink", Observed, []Step{{Do: Open, Flags: inPlace}, {Do: Write}, {Do: Close}}},
	}
}

// toolPlans are those of editors and other tools. Python's open(f, "w") does what
// go.WriteFile does. Where cp and node.copyFileSync call copy_file_range(2), the plan
// writes: with the same record, and visible like a write, not in chunks of 64 KiB; the
// plan has no file to copy from.
func toolPlans() []Plan {
	replace := func(temp string) []Step {
		return []Step{{Do: Open, Name: temp, Flags: fresh}, {Do: Write}, {Do: Close}, {Do: Rename, Name: temp, To: "*"}}
	}
	return []Plan{
		{"go.WriteFile", Observed, []Step{{Do: Open, Flags: rewrite}, {Do: Write}, {Do: Close}}},
		{"cp", Observed, []Step{{Do: Open, Flags: env.WriteOnly | env.Truncate}, {Do: Write}, {Do: Close}}},
		{"sh.redirect", Observed, []Step{{Do: Open, Flags: rewrite}, {Do: Gap, Label: "truncgap"}, {Do: Write}, {Do: Close}}},
		// `: > f; echo >> f`: the file is opened twice.
		{"sh.append", Observed, []Step{
			{Do: Open, Flags: rewrite}, {Do: Close}, {Do: Gap, Label: "truncgap"}, {Do: Open, Flags: appendTo}, {Do: Write}, {Do: Close},
		}},
		// Under /tmp vim takes the second form whatever 'backupcopy' says.
		{"vim.rename", Observed, []Step{
			{Do: Open, Name: "4913", Flags: fresh}, {Do: Close}, {Do: Unlink, Name: "4913"},
			{Do: Rename, To: "*~"}, {Do: Gap, Label: "vimgap"},
			{Do: Open, Flags: inPlace}, {Do: Empty}, {Do: Write}, {Do: Sync}, {Do: Fchmod}, {Do: Close},
			{Do: Setxattr}, {Do: Gap, Label: "vimgap"}, {Do: Unlink, Name: "*~"},
		}},
		{"vim.copy", Observed, []Step{
			{Do: Open}, {Do: ReadAll}, {Do: Close},
			{Do: Open, Name: "*~", Flags: fresh}, {Do: WriteBack}, {Do: Close}, {Do: Gap, Label: "vimgap"},
			{Do: Open, Flags: inPlace}, {Do: Empty}, {Do: Write}, {Do: Sync}, {Do: Close}, {Do: Unlink, Name: "*~"},
		}},
		{"vscode", Source, []Step{{Do: Open, Flags: rewrite}, {Do: Write}, {Do: Sync}, {Do: Close}}},
		{"nano", Observed, []Step{{Do: Open, Flags: rewrite}, {Do: Write}, {Do: Close}}},
		{"sed -i", Observed, []Step{
			{Do: Open, Name: "sedAbCdEf", Flags: fresh}, {Do: Fchmod}, {Do: Write}, {Do: Close},
			{Do: Rename, Name: "sedAbCdEf", To: "*"},
		}},
		{"atomic", Observed, replace(".*.tmp")},
		{"git.checkout", Observed, []Step{{Do: Unlink, Optional: true}, {Do: Open, Flags: fresh}, {Do: Write}, {Do: Close}}},
		{"emacs.first", Known, []Step{
			{Do: Rename, To: "*~"}, {Do: Open, Flags: rewrite}, {Do: Write}, {Do: Sync}, {Do: Close},
		}},
	}
}
