package hotreload

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
)

func TestZZMeasure(t *testing.T) {
	only := os.Getenv("ONLY")
	if only == "" {
		t.Skip()
	}
	runs, _ := strconv.Atoi(os.Getenv("RUNS"))
	vars := os.Getenv("VARS")
	for _, s := range All() {
		name := strings.TrimPrefix(s.Name, "hotreload/")
		if only != "all" && !slices.Contains(strings.Split(only, ","), name) {
			continue
		}
		for _, v := range s.Variants {
			if vars != "" && !slices.Contains(strings.Split(vars, ","), v) {
				continue
			}
			for _, p := range s.Properties {
				at := time.Now()
				r, err := runner.Explore(context.Background(), runner.Options{Scenario: s, Variant: v, Profile: os.Getenv("PROFILE"), Judge: []string{p.Name}, Runs: runs, StopAtFirst: true, Minimise: -1, Workers: 1})
				if err != nil {
					t.Errorf("%s %s %s: %v", name, v, p.Name, err)
					continue
				}
				e := s.Expected(v, "")
				want := "P"
				if slices.Contains(e.Fails, p.Name) {
					want = "F"
				}
				if e.Open {
					want = "?"
				}
				got, more := "P", ""
				if len(r.Failures) > 0 {
					got = "F"
					f := r.Failures[0]
					more = fmt.Sprintf("@%d %s", f.Run, f.Signature)
				}
				for i, g := range r.Goals {
					if r.Reached[i] == 0 {
						more += " UNREACHED " + g
					}
				}
				mark := ""
				if want != "?" && want != got {
					mark = "  <<<<<"
				}
				fmt.Printf("%-20s %-24s %-13s want %s got %s %5.1fs %d/s %s%s\n", name, v, p.Name, want, got, time.Since(at).Seconds(), int(float64(r.Runs)/time.Since(at).Seconds()), more, mark)
			}
		}
	}
}
