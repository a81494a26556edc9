// Package strategy holds what picks alternatives: how a campaign walks through
// the schedules of a scenario.
//
// A Strategy sees only what the timed state of the world allows and never
// decides what is possible, only what is next. It is asked at contested schedule
// points; the other choices (parameters, faults, clock readings) are answered by
// one policy that all strategies share, [Data].
//
//	s := strategy.New("pct")
//	for n := range runs {
//		s.Begin(strategy.Info{Number: n, Seed: strategy.SeedOf(campaignSeed, n), Learned: learned})
//		result, err := world.Run(scenario, sim.Config{Chooser: strategy.Chooser(s)})
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
//   - [Exhaustive]: every order.
//   - [Portfolio]: delays first, then the sampling strategies in turn.
//   - [Replay]: a recorded schedule.
package strategy
