package reports_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/seed-3519b94c/simrun/reports"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// decodePerfetto reads a trace by Perfetto's schema, with a decoder that is not ours.
func decodePerfetto(t *testing.T, data []byte) protoreflect.Message {
	t.Helper()
	c := protocompile.Compiler{Resolver: &protocompile.SourceResolver{ImportPaths: []string{"testdata/formats"}}}
	files, err := c.Compile(context.Background(), "perfetto.proto")
	require.NoError(t, err)
	m := dynamicpb.NewMessage(files[0].Messages().ByName("Trace"))
	require.NoError(t, proto.UnmarshalOptions{DiscardUnknown: false}.Unmarshal(data, m))
	return m
}

// The bytes are a trace by Perfetto's schema, with nothing that it does not know; slices
// are closed, flows end where they should, and time does not run back within a track.
func TestPerfettoIsReadByAnIndependentDecoder(t *testing.T) {
	var b bytes.Buffer
	trace := dropped()
	require.NoError(t, reports.Perfetto(&b, trace, reports.Options{}))
	m := decodePerfetto(t, b.Bytes())

	packets := m.Get(m.Descriptor().Fields().ByName("packet")).List()
	get := func(m protoreflect.Message, name protoreflect.Name) protoreflect.Value {
		return m.Get(m.Descriptor().Fields().ByName(name))
	}
	tracks, open, last := make(map[uint64]string), make(map[uint64]int), make(map[uint64]uint64)
	begun, ended := make(map[uint64]uint64), make(map[uint64]uint64)
	slices := 0
	for i := range packets.Len() {
		p := packets.Get(i).Message()
		require.Empty(t, p.GetUnknown())
		if p.Has(p.Descriptor().Fields().ByName("track_descriptor")) {
			d := get(p, "track_descriptor").Message()
			require.Empty(t, d.GetUnknown())
			tracks[get(d, "uuid").Uint()] = get(d, "name").String()
			continue
		}
		e := get(p, "track_event").Message()
		require.Empty(t, e.GetUnknown())
		track, at := get(e, "track_uuid").Uint(), get(p, "timestamp").Uint()
		require.Contains(t, tracks, track)
		require.GreaterOrEqual(t, at, last[track], "packet %d", i)
		last[track] = at
		switch get(e, "type").Enum() {
		case 1:
			open[track]++
			slices++
		case 2:
			open[track]--
			require.GreaterOrEqual(t, open[track], 0)
		}
		flows, ends := get(e, "flow_ids").List(), get(e, "terminating_flow_ids").List()
		for k := range flows.Len() {
			begun[flows.Get(k).Uint()] = at
		}
		for k := range ends.Len() {
			ended[ends.Get(k).Uint()] = at
		}
	}
	require.Equal(t, len(trace.Events), slices)
	require.Equal(t, len(trace.Processes)+1, len(tracks))
	for track, n := range open {
		require.Zero(t, n, tracks[track])
	}
	require.NotEmpty(t, begun)
	require.Equal(t, len(begun), len(ended))
	for id, at := range ended {
		require.LessOrEqual(t, begun[id], at, "flow %d", id)
	}
	text, err := protojson.MarshalOptions{Multiline: false}.Marshal(m.Interface())
	require.NoError(t, err)
	require.Contains(t, string(text), "publish")

	var again bytes.Buffer
	require.NoError(t, reports.Perfetto(&again, dropped(), reports.Options{}))
	require.Equal(t, b.Bytes(), again.Bytes())
}
