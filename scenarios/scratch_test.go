package scenarios

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
)

func TestScratch(t *testing.T) {
	for _, s := range All() {
		for _, v := range s.Variants {
			for seed := range 1 {
				r, err := runner.Explore(context.Background(), runner.Options{Scenario: s, Variant: v, Seed: uint64(seed), Runs: 3000})
				if err != nil {
					t.Fatal(err)
				}
				fmt.Println(s.Name, v, "runs", r.Runs, "classes", r.Classes, "failing", r.Failing, r.Elapsed, r.Claim)
				for _, f := range r.Failures {
					fmt.Println("   ", f.Signature, "run", f.Run, "count", f.Count, "exec", f.Executions, "events", len(f.Minimal.Events), "found devs", len(f.Found.Schedule))
					for _, d := range f.Minimal.Schedule {
						fmt.Println("       ", d)
					}
					if seed == 0 {
						for i, e := range f.Minimal.Events {
							fmt.Printf("    %3d %10v %-30s %s %v\n", i, e.Time, f.Minimal.EventName(i), e.Source, e.Notes)
						}
						fmt.Println("    races", f.Minimal.Races)
					}
				}
			}
		}
	}
}
