// Package flake estimates how often a scenario fails, in sampled mode: every
// duration is drawn from its distribution under a profile, every parameter that is
// not pinned is drawn evenly, and a fault strikes with the chance that the profile
// gives it. The unit is a run under that profile; a rate without its profile says
// nothing.
//
//	r, err := flake.Measure(ctx, flake.Options{Scenario: s, Variant: "V1", Runs: 10_000})
//	fmt.Println(r.Failed, r.Runs, r.Interval) // 73 of 10,000: 0.57 % to 0.92 %
//
// # One rate
//
// [Measure] makes a fixed number of runs and gives the interval of Clopper and Pearson
// (Biometrika 1934), which covers the true rate in at least 95 % of all cases,
// whatever it is. Looking at such an interval again and again while it shrinks, and
// stopping when it suits, breaks that promise. Hence [Options.Precision] stops on a
// confidence sequence (Robbins, Annals of Mathematical Statistics 1970; Howard et al.,
// Annals of Statistics 2021), which may be looked at after every run.
//
// # Two variants
//
// [Compare] runs both under the same seed. Draws are keyed by the name of the event, so
// the two live in the same world except for what the variant changes: only runs in
// which one fails and the other does not count. It stops as soon as the answer is
// clear, either way; seven flips in one direction without one back are enough.
//
// # Rare events
//
// [Split] estimates rates far below what plain sampling can see, by multilevel
// splitting with fixed effort (Garvels, The splitting method in rare event
// simulation, 2000; Kahn and Harris 1951): runs that reach a level (sim.World.Level,
// or a goal of World.Sometimes) are gone on with, many times, each with other draws
// from there on. The product of the fractions that reach the next level estimates the
// rate without bias; independent repetitions give its error.
package flake
