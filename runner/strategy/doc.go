// Package strategy holds what picks alternatives: how a campaign walks through
// the schedules of a scenario.
//
// A Strategy sees only what the timed state of the world allows and never
// decides what is possible, only what is next. It is asked at contested schedule
// points; the other choices (parameters, faults, clock readings) are answered by
// one policy that all strategies share, [Data].
//
//	s, err := strategy.New("pct")
//	for n := range runs {
//		seed := strategy.SeedOf(campaignSeed, n)
//		s.Begin(strategy.Info{Number: n, Seed: seed, Learned: learned})
//		chooser := strategy.Chooser(s, strategy.Data{Seed: seed, On: true})
//		result, err := world.Run(scenario, sim.Config{Chooser: chooser, Log: true})
//		...
//	}
//
// Schedule n of a campaign depends on the campaign's seed, on n, and on what was
// learned in earlier batches, and on nothing else. So any number of workers find
// the same, and replay never needs the strategy.
//
// # Catalogue
//
//   - [Default]: the nominal order.
//   - [RandomWalk]: uniform among the enabled. Shallow bugs among equals.
//   - [PCT]: random priorities with few changes. Long starvation, few constraints.
//   - [Chains]: PCT by chains of causes instead of processes, for messages and callbacks.
//   - [POS]: random priorities, drawn anew after a race. Many independent processes.
//   - [URW]: every interleaving equally likely.
//   - [SURW]: every order of what touches one resource equally likely. The best mean.
//   - [Stalls]: the nominal order with long pauses of single processes.
//   - [Delays]: the nominal order with 1, 2, 3 ... events held, all of each level before the next.
//   - [Reduced]: every order, up to the order of events that do not conflict: by sleep sets
//     ([NewReduced]), or also by source-DPOR ([NewDPOR]).
//   - [Exhaustive]: every order, the baseline of the former.
//   - [Replay]: a recorded schedule.
//
// A [Model] is what strategies learn of processes in the course of a campaign; a strategy
// that must know what events touch reads the log of its run, so whoever runs one of those
// sets sim.Config.Log.
//
// No strategy wins everywhere, and the tests of package scenarios/classic say by how much.
// The default of a campaign, portfolio, is made of these by package runner, which adds
// novelty and reverse: mutants of runs that showed something new, and the other order of
// pairs that came in one only.
package strategy
