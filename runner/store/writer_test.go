package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBatches commits at whatever limit is reached first.
func TestBatches(t *testing.T) {
	blob, err := Encode(typicalTrace(1, 5))
	require.NoError(t, err)
	for _, c := range []struct {
		name string
		opts Options
		want Stats
	}{
		{"by number", Options{BatchTraces: 3}, Stats{Added: 7, Committed: 6, Batches: 2}},
		{"by bytes", Options{BatchBytes: 2 * len(blob)}, Stats{Added: 7, Committed: 6, Batches: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opts.Clock = clock.NewMock() // stands still
			s := openTest(t, c.opts)
			for i := range 7 {
				tr := typicalTrace(1, 5)
				tr.Schedule = story(int64(i))
				add(t, s, tr)
			}
			require.Eventually(t, func() bool { return s.Stats() == c.want }, 10*time.Second, time.Millisecond)
			require.NoError(t, s.Close())
			assert.Equal(t, Stats{Added: 7, Committed: 7, Batches: c.want.Batches + 1}, s.Stats())
		})
	}
	t.Run("by age", func(t *testing.T) {
		mock := clock.NewMock()
		s := openTest(t, Options{Clock: mock})
		add(t, s, typicalTrace(1, 5))
		require.Eventually(t, func() bool { return len(s.writer.queue) == 0 }, 10*time.Second, time.Millisecond)
		mock.Add(199 * time.Millisecond)
		assert.Zero(t, s.Stats().Committed)
		// The writer may start its timer only now.
		require.Eventually(t, func() bool {
			mock.Add(200 * time.Millisecond)
			return s.Stats().Committed == 1
		}, 10*time.Second, time.Millisecond)
	})
}

// TestWhatWaitsIsCommittedTogether: a writer that was held up takes all that has come since.
func TestWhatWaitsIsCommittedTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "traces.db")
	s := openAt(t, path, Options{})
	release := lock(t, path)
	for i := range 350 { // those of the first batch, and a queue of 256 at most
		add(t, s, typicalTrace(int64(i), 5))
	}
	release()
	flush(t, s)
	assert.Equal(t, 350, s.Stats().Committed)
	assert.LessOrEqual(t, s.Stats().Batches, 2)
}

// TestAddWaitsForAFullQueue: nothing is dropped, and whoever waits can give up.
func TestAddWaitsForAFullQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "traces.db")
	s := openAt(t, path, Options{Queue: 2, BatchTraces: 1})
	release := lock(t, path)
	for i := range 3 { // one with the writer, two in the queue
		add(t, s, typicalTrace(int64(i), 5))
		require.Eventually(t, func() bool { return len(s.writer.queue) == i }, 10*time.Second, time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := s.Add(ctx, typicalTrace(3, 5))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, s.Flush(ctx), context.DeadlineExceeded)
	waiting := make(chan error)
	go func() {
		_, err := s.Add(context.Background(), typicalTrace(4, 5))
		waiting <- err
	}()
	release()
	require.NoError(t, <-waiting)
	require.NoError(t, s.Close())
	assert.Equal(t, 4, s.Stats().Committed)
}
