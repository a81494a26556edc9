package scenarios

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README shows the tutorial as it runs.
func TestReadmeShowsTheTutorial(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	code, err := os.ReadFile("quickstart/tornconfig.go")
	require.NoError(t, err)
	at := strings.Index(string(code), "func tornConfig(")
	require.Contains(t, string(readme), "```go\n"+string(code[at:])+"```\n")
}
