package store_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/seed-3519b94c/simrun/sim"
)

// lost is a failure as a run of a scenario makes it.
func lost() *sim.Trace {
	return &sim.Trace{
		Scenario: "hotreload/drop", Variant: "V1", Profile: "laptop", Strategy: "pct",
		Verdict: sim.Violation, Signature: "violation S1",
		Failure:   sim.Failure{Property: "S1", Message: "the error of generation 0 was lost", Step: 2},
		Schedule:  sim.Schedule{{Kind: sim.KindSchedule, Name: "J:report#1", AfterName: "F:publish#1"}},
		Processes: []string{"F", "J"}, Labels: []string{"publish", "report"}, Resources: []string{"vm.promise"},
		Events: []sim.Event{
			{Process: 0, Label: 0, Occurrence: 1, Cause: -1, Origin: -1, HeldAfter: -1, Writes: []int32{0}},
			{Process: 1, Label: 1, Occurrence: 1, Cause: -1, Origin: -1, HeldAfter: 0, Reads: []int32{0}},
		},
		Calm: 2,
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "simrun")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()

	s, err := store.Open(filepath.Join(dir, store.DefaultPath), store.Options{})
	if err != nil {
		log.Fatal(err)
	}
	hash, err := s.Add(ctx, lost())
	if err != nil {
		log.Fatal(err)
	}
	err = s.AddCampaign(ctx, store.Campaign{
		Scenario: "hotreload/drop", Variant: "V1", Strategy: "portfolio", Seed: "1",
		Counts: []store.Count{
			{Strategy: "pct", Verdict: sim.Pass, Runs: 999, Steps: 14_985},
			{Strategy: "pct", Verdict: sim.Violation, Signature: "violation S1", Runs: 1, Steps: 16},
		},
	})
	if err != nil {
		log.Fatal(err)
	}

	found, err := s.Get(ctx, hash[:4]) // or by its number: 1
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("trace", found.ID, found.Verdict, "-", found.Trace.Failure.Message)

	list, err := s.List(ctx, "verdict = 'violation' AND steps < 20")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(list), "short violation")

	result, err := s.Query(ctx, "SELECT name, reads || writes FROM events ORDER BY step")
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range result.Rows {
		fmt.Println(row...)
	}

	campaigns, err := s.Campaigns(ctx, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(campaigns[0].Runs(), "runs")

	if err := s.Close(); err != nil { // what was not written says so here at the latest
		log.Fatal(err)
	}
	// Output:
	// trace 1 violation - the error of generation 0 was lost
	// 1 short violation
	// F:publish#1 vm.promise
	// J:report#1 vm.promise
	// 1000 runs
}

func ExampleOpen() {
	_, err := store.Open("no/such.db", store.Options{ReadOnly: true})
	fmt.Println(err)
	fmt.Println(store.KindOf(err) == store.Missing)
	// Output:
	// open store "no/such.db": there is no such file; `simrun run` makes one when it finds a failure; give another path with --db
	// true
}
