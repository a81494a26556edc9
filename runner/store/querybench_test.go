package store

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/simtest"
)

// BenchmarkQuery runs the queries of QUERIES.md over a million events: 5,000 traces of 200.
func BenchmarkQuery(b *testing.B) {
	ctx := context.Background()
	s, err := Open(filepath.Join(b.TempDir(), "traces.db"), Options{MaxRows: 2_000_000})
	require.NoError(b, err)
	defer s.Close()
	for i := range 5_000 {
		_, err := s.Add(ctx, typicalTrace(int64(i), 200))
		require.NoError(b, err)
	}
	require.NoError(b, s.Flush(ctx))
	page, err := os.ReadFile("QUERIES.md")
	require.NoError(b, err)
	for i, block := range regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllSubmatch(page, -1) {
		b.Run(strconv.Itoa(i+1), func(b *testing.B) {
			cpu := simtest.CPUTime()
			for b.Loop() {
				_, err := s.Query(ctx, string(block[1]))
				require.NoError(b, err)
			}
			b.ReportMetric((simtest.CPUTime()-cpu).Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}
