// Package matrix measures what scenarios come to: every variant of every scenario
// is a cell with an expected verdict and, once explored, a measured one.
//
//	cells := matrix.Cells(scenarios)
//	for _, c := range cells {
//		m, err := matrix.Measure(ctx, c, matrix.Options{})
//		if m.Verdict == matrix.Differs { ... }
//	}
//
// A run ends at its first violation. So a cell raises questions, each explored by
// itself: is this property violated, when it alone is judged; do those others hold. With
// Options.Seeds, what fails is looked for again with other seeds: a Trial says how many
// of them found it, and how soon.
package matrix
