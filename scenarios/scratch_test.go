package scenarios

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
)

func TestScratch(t *testing.T) {
	name, variant := os.Getenv("SC"), os.Getenv("VA")
	for _, s := range All() {
		if s.Name != name {
			continue
		}
		r, err := runner.Explore(context.Background(), runner.Options{Scenario: s, Variant: variant, Runs: 3000})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(s.Name, variant, "runs", r.Runs, "classes", r.Classes, "failing", r.Failing, r.Elapsed, r.Claim)
		for _, f := range r.Failures {
			m := f.Minimal
			fmt.Println("   ", f.Signature, "run", f.Run, "count", f.Count, "exec", f.Executions, "events", len(m.Events), "found devs", len(f.Found.Schedule))
			fmt.Println(m.Failure.Message)
			for _, d := range m.Schedule {
				fmt.Println("       ", d)
			}
			for i, e := range m.Events {
				if len(e.Notes) > 0 || e.HeldAfter >= 0 {
					fmt.Printf("    %3d %10v %-25s %-22s %s\n", i, e.Time, m.EventName(i), e.Source, strings.Join(e.Notes, "; "))
				}
			}
			fmt.Println("    races", m.Races)
		}
	}
}
