package recycle

import (
	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
)

// signalled are the variants that most scenarios run, the merged one first.
func signalled() []string {
	return []string{"v5", "v0", "v1", "v2", "v3", "v4", "v6", "gen", "verify"}
}

// withJobs adds the variants that have a job at the end of the train.
func withJobs(job string, names ...string) []string {
	out := append([]string(nil), names...)
	for _, n := range names {
		out = append(out, n+job)
	}
	return out
}

// switchDocs documents the switches, the variant's own setting first.
func switchDocs() []model.SwitchDoc {
	docs := model.SwitchDocs()
	for i := range docs {
		docs[i].Options = append([]string{"variant"}, docs[i].Options...)
	}
	return docs
}

// params documents the switches, which are only pinned, after what a scenario draws.
func params(drawn ...sim.ParamDoc) []sim.ParamDoc {
	for _, d := range switchDocs() {
		drawn = append(drawn, sim.ParamDoc{Label: d.Name, Doc: d.Doc + "; only pinned, never explored", Options: d.Options})
	}
	return drawn
}

// fails says that variants fail in properties.
func fails(properties []string, variants ...string) (out []sim.Expectation) {
	for _, v := range variants {
		out = append(out, sim.Expectation{Variant: v, Fails: properties})
	}
	return out
}
