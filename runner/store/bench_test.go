package store

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
)

// benchEvents is the length of the traces of all benchmarks.
const benchEvents = 200

// benchTraces makes distinct traces: as many stories, over few sets of events.
func benchTraces(n int) []*sim.Trace {
	shapes := make([]*sim.Trace, 16)
	for i := range shapes {
		shapes[i] = typicalTrace(int64(i), benchEvents)
	}
	list := make([]*sim.Trace, n)
	for i := range list {
		t := *shapes[i%len(shapes)]
		t.Schedule = story(int64(i))
		list[i] = &t
	}
	return list
}

func BenchmarkEncode(b *testing.B) {
	t := typicalTrace(1, benchEvents)
	var e encoder
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		blob, err := e.encode(t)
		require.NoError(b, err)
		size = len(blob)
	}
	perEvent(b)
	b.ReportMetric(float64(size)/benchEvents, "B/event")
}

func BenchmarkDecode(b *testing.B) {
	blob, err := Encode(typicalTrace(1, benchEvents))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, err := Decode(blob)
		require.NoError(b, err)
	}
	perEvent(b)
}

func BenchmarkHash(b *testing.B) {
	t := typicalTrace(1, benchEvents)
	b.ReportAllocs()
	for b.Loop() {
		t.Hash()
	}
}

func perEvent(b *testing.B) {
	b.ReportMetric(float64(b.N)*benchEvents/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkAdd stores 2,000 traces of 200 events per iteration in a new file: in batches as
// a Store does, called by one goroutine and by two as workers do, and with a transaction for
// each, as the baseline; BenchmarkAddBare is the other one. Packing is included, opening the
// file is not. A long exploration is slower by trace: its index by hash is larger than what a
// batch touches, and its log is moved into the file meanwhile.
func BenchmarkAdd(b *testing.B) {
	for _, c := range []struct {
		name    string
		opts    Options
		callers int
		traces  int
	}{
		{"batched", Options{}, 1, 2_000},
		{"batched-by-two", Options{}, 2, 2_000},
		{"batched-long", Options{}, 1, 50_000},
		{"one-transaction-each", Options{BatchTraces: 1}, 1, 2_000},
	} {
		traces := benchTraces(c.traces)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			dir, n, cpu := b.TempDir(), 0, time.Duration(0)
			for b.Loop() {
				b.StopTimer()
				n++
				s, err := Open(filepath.Join(dir, hex16(uint64(n))), c.opts)
				require.NoError(b, err)
				before := simtest.CPUTime()
				b.StartTimer()
				var callers sync.WaitGroup
				for part := range slices.Chunk(traces, len(traces)/c.callers) {
					callers.Go(func() {
						for _, t := range part {
							_, err := s.Add(context.Background(), t)
							assert.NoError(b, err)
						}
					})
				}
				callers.Wait()
				require.NoError(b, s.Flush(context.Background()))
				b.StopTimer()
				cpu += simtest.CPUTime() - before
				require.Equal(b, Stats{Added: len(traces), Committed: len(traces), Batches: s.Stats().Batches}, s.Stats())
				require.NoError(b, s.Close())
				b.StartTimer()
			}
			b.ReportMetric(float64(b.N*len(traces))/b.Elapsed().Seconds(), "traces/s")
			b.ReportMetric(float64(cpu)/float64(b.N*len(traces)), "cpu-ns/trace")
		})
	}
}

// BenchmarkEventsTable asks for all events of 500 traces by SQL.
func BenchmarkEventsTable(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "t.db"), Options{})
	require.NoError(b, err)
	defer s.Close()
	traces := benchTraces(500)
	for _, t := range traces {
		_, err := s.Add(context.Background(), t)
		require.NoError(b, err)
	}
	require.NoError(b, s.Flush(context.Background()))
	b.ReportAllocs()
	for b.Loop() {
		r, err := s.Query(context.Background(), "SELECT count(*) FROM events")
		require.NoError(b, err)
		require.Equal(b, int64(len(traces)*benchEvents), r.Rows[0][0])
	}
	b.ReportMetric(float64(b.N*len(traces)*benchEvents)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkAddBare inserts ready-made rows with nothing of the store in
// between: what database/sql and SQLite leave to gain.
func BenchmarkAddBare(b *testing.B) {
	var rows []*traceRow
	for _, t := range benchTraces(2_000) {
		blob, err := Encode(t)
		require.NoError(b, err)
		rows = append(rows, &traceRow{Summary: summarize(t, time.Unix(0, 0)), blob: blob})
	}
	b.ReportAllocs()
	dir, n, cpu := b.TempDir(), 0, time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		n++
		s, err := Open(filepath.Join(dir, hex16(uint64(n))), Options{})
		require.NoError(b, err)
		before := simtest.CPUTime()
		b.StartTimer()
		for i := 0; i < len(rows); i += 100 {
			insertRows(b, s, rows[i:i+100])
		}
		b.StopTimer()
		cpu += simtest.CPUTime() - before
		require.NoError(b, s.Close())
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds(), "traces/s")
	b.ReportMetric(float64(cpu)/float64(b.N*len(rows)), "cpu-ns/trace")
}

func insertRows(b *testing.B, s *Store, rows []*traceRow) {
	ctx := context.Background()
	require.NoError(b, s.writer.put.within(ctx, s.write, func() error {
		for _, r := range rows {
			if _, err := r.insert(ctx, &s.writer.put); err != nil {
				return err
			}
		}
		return nil
	}))
}
