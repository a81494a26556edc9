package runner_test

import (
	"context"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// However a lost update is found, it is told by the one hold that reverses the two accesses
// that conflict, and not by one of something before them.
func TestOneBugHasOneStory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		found := randomFailure(t, bank(), "racy", rapid.Uint64().Draw(t, "seed"))
		small, _, err := runner.Minimise(context.Background(), runner.Options{Scenario: bank()}, found)
		require.NoError(t, err)
		text := ""
		for _, d := range small.Schedule {
			text += d.String() + "\n"
		}
		require.Equal(t, "hold clerk1:write#1 after clerk2:read#1\n", text)
	})
}
