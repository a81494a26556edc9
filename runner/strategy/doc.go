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
//		result, err := world.Run(scenario, sim.Config{Chooser: chooser})
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
//   - [RandomWalk]: uniform among the enabled.
//   - [PCT]: random priorities with few change points.
//   - [Delays]: the nominal order with 1, 2, 3 ... events held, all of each level before the next.
//   - [Reduced]: every order, up to the order of events that do not conflict: by sleep sets
//     ([NewReduced]), or also by source-DPOR ([NewDPOR]).
//   - [Exhaustive]: every order, the baseline of the former.
//   - [Replay]: a recorded schedule.
//
// The default of a campaign, portfolio, is made of these: package runner shares
// the runs between delays, random and pct.
package strategy
