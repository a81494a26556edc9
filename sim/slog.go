package sim

import (
	"context"
	"log/slog"
	"strings"
)

// Logger is a logger whose records become part of the story: logic that takes a
// *slog.Logger needs no change. Debug records are details, others notes. It has no clock:
// the event that it logs in has one. In runs that are not recorded it is off, and costs
// next to nothing.
func (w *World) Logger() *slog.Logger { return slog.New(&logHandler{w: w}) }

// logHandler is a slog.Handler that writes into the trace.
type logHandler struct {
	w      *World
	attrs  string // " key=value" of WithAttrs, as they are printed
	prefix string // of keys, from WithGroup
}

// Enabled implements slog.Handler.
func (h *logHandler) Enabled(context.Context, slog.Level) bool { return h.w.Recording() }

// Handle implements slog.Handler.
func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	if r.Level > slog.LevelInfo {
		b.WriteString(r.Level.String() + " ")
	}
	b.WriteString(r.Message)
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		appendAttr(&b, h.prefix, a)
		return true
	})
	if r.Level < slog.LevelInfo {
		h.w.Detail("%s", b.String())
	} else {
		h.w.Note("%s", b.String())
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	b.WriteString(h.attrs)
	for _, a := range attrs {
		appendAttr(&b, h.prefix, a)
	}
	return &logHandler{w: h.w, attrs: b.String(), prefix: h.prefix}
}

// WithGroup implements slog.Handler.
func (h *logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &logHandler{w: h.w, attrs: h.attrs, prefix: h.prefix + name + "."}
}

// appendAttr writes " key=value", a group as one for each of its members.
func appendAttr(b *strings.Builder, prefix string, a slog.Attr) {
	v := a.Value.Resolve()
	switch {
	case a.Equal(slog.Attr{}): // slog: ignored
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, member := range v.Group() {
			appendAttr(b, prefix, member)
		}
	default:
		text := v.String()
		if strings.ContainsAny(text, " \t\n\"=") || text == "" {
			text = `"` + strings.NewReplacer("\n", `\n`, `"`, `\"`).Replace(text) + `"`
		}
		b.WriteString(" " + prefix + a.Key + "=" + text)
	}
}
