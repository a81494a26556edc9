// Package store keeps traces: the failures that were found, whole, and the
// counts of the runs that passed. A store is one SQLite file, by default
// .simrun/traces.db in the working directory; nothing has to be set up.
//
// Open a store, add the trace of a failure, and find it again by its number or
// by the first digits of its hash:
//
//	s, err := store.Open(store.DefaultPath, store.Options{})
//	if err != nil {
//		return err
//	}
//	defer s.Close()
//	hash, err := s.Add(ctx, trace) // 3f9a2c71...
//	...
//	found, err := s.Get(ctx, "3f9a") // or "12", or "id=12"
//	err = reports.Text(os.Stdout, found.Trace, reports.Options{})
//
// The hash is over the story of the failure: see [sim.Trace.Hash]. So the same
// failure, found again by another strategy or on another machine, is stored once.
//
// Add returns before the trace is on disk. One goroutine writes, in batches: a
// batch is committed at 100 traces (at up to 500 while more are waiting), at 1 MiB
// or after 200 ms. Whoever must know calls Flush; Close does it anyway, and its
// error is the last chance to hear that something was not stored:
//
//	if err := s.Flush(ctx); err != nil {
//		return err
//	}
//
// Passing runs are counted, one Campaign per exploration:
//
//	err = s.AddCampaign(ctx, store.Campaign{
//		Scenario: "hotreload/drop", Variant: "V1", Strategy: "portfolio", Seed: "1",
//		Counts: []store.Count{
//			{Strategy: "pct", Verdict: sim.Pass, Runs: 999, Steps: 14_985},
//			{Strategy: "pct", Verdict: sim.Violation, Signature: "violation S1", Runs: 1, Steps: 16},
//		},
//	})
//
// and everything can be asked for in SQL, by a condition or by a whole query:
//
//	list, err := s.List(ctx, "verdict = 'violation' AND steps < 20")
//	result, err := s.Query(ctx, "SELECT process, count(*) FROM events GROUP BY 1")
//
// # The file
//
// The names of tables and columns are stable:
//
//	traces     id, hash, scenario, variant, profile, mode, verdict, property, facts, signature,
//	           message, steps, deviations, minimised, fingerprint, created, strategy, module, revision, blob
//	campaigns  id, hash, scenario, variant, profile, mode, strategy, seed, workers, started,
//	           elapsed_ns, runs, steps, classes, unseen, stopped, module, revision
//	runs       campaign, strategy, verdict, signature, runs, steps
//	events     trace, step, name, process, label, occurrence, time_ns, nominal_ns, late_ns,
//	           earliest_ns, latest_ns, cause, held_after, calm, reads, writes, choices, notes, source
//
//	choices    trace, number, kind, name, after, value
//	footprints trace, step, resource, access, process
//	sites      trace, number, process, label, events, first_step, late_ns, held
//	findings   scenario, variant, signature, verdict, property, traces, deviations, first_found,
//	           last_found, smallest, runs
//
// findings is a view: the failures of one signature. events, choices, footprints and
// sites exist only in Query, which unpacks them from the blobs. See schema.go
// for what the columns mean.
//
// Several processes may write to one file. A process that is killed loses at
// most the batch in flight, and never damages the file; the test suite kills
// many. A file of another program, or of a newer simrun, is refused; one of an
// older simrun is brought up to date when it is opened for writing.
//
// # Types
//
//   - [Store], made by [Open] with [Options]: Add, AddCampaign, Flush, Close;
//     Get, Find, List, Campaigns, Query; Merge, Export, Import, Prune, Check, Stats.
//   - [Summary] and [Stored]: a row of traces, without and with its trace.
//   - [Campaign] and [Count]: what was explored.
//   - [Report]: what Check found, for `simrun doctor`.
//   - [Exported]: a trace in a file of its own, read by [ReadExport].
//   - [Error] and [Kind]: what went wrong, and what to do.
//   - [Encode] and [Decode]: the packed form of a trace.
package store
