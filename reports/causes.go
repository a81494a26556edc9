package reports

import (
	"path/filepath"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// waits tells who waits for whom, and names the cycle if there is one.
func (s *story) waits() []string {
	if s.t.Failure.WaitFor == "" {
		return nil
	}
	var out []string
	holder := make(map[string]string)
	for line := range strings.Lines(s.t.Failure.WaitFor) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		out = append(out, clean(line))
		if who, rest, ok := strings.Cut(line, " waits for "); ok {
			if _, by, held := strings.Cut(rest, ", held by "); held {
				holder[who] = by
			}
		}
	}
	if s.t.Verdict == sim.Deadlock {
		for _, line := range out {
			who, _, _ := strings.Cut(line, " waits for ")
			if c := cycle(holder, who); c != "" {
				return append(out, "a cycle: "+c)
			}
		}
	}
	return out
}

// cycle follows who waits for whom from start, and is "" unless that leads back.
func cycle(holder map[string]string, start string) string {
	path := start
	for at, n := start, 0; n <= len(holder); n++ {
		next, ok := holder[at]
		if !ok {
			return ""
		}
		path += " -> " + next
		if next == start {
			return clean(path)
		}
		at = next
	}
	return ""
}

// maxFrames of a stack are told; the innermost are those that matter.
const maxFrames = 12

// stack lists the frames of a panic, the innermost first, without those of the
// runtime and of the simulator.
func (s *story) stack() []string {
	if s.t.Failure.Stack == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(s.t.Failure.Stack), "\n")
	if s.o.Full {
		return cleanAll(lines)
	}
	var out []string
	for i := 0; i+1 < len(lines); i++ {
		where, ok := strings.CutPrefix(lines[i+1], "\t")
		if !ok {
			continue
		}
		function := lines[i]
		i++
		if machinery(function) {
			continue
		}
		where, _, _ = strings.Cut(where, " +0x")
		out = append(out, frame(function)+" ("+filepath.Base(strings.ReplaceAll(where, `\`, "/"))+")")
	}
	switch {
	case len(out) == 0:
		return cleanAll(lines[:min(len(lines), maxFrames)])
	case len(out) > maxFrames:
		out = append(out[:maxFrames], "... "+plural(len(out)-maxFrames, "more frame")+" ...")
	}
	return cleanAll(out)
}

func cleanAll(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = clean(strings.TrimRight(l, " \t"))
	}
	return out
}

// machinery reports whether a frame is of the runtime, of the simulator, or of what runs it.
func machinery(function string) bool {
	const ours = "github.com/seed-3519b94c/simrun/"
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(function, "created by "), ours); ok {
		return strings.HasPrefix(rest, "sim.") || strings.HasPrefix(rest, "sim/") || strings.HasPrefix(rest, "runner.")
	}
	for _, prefix := range [...]string{"runtime.", "runtime/", "iter.", "panic(", "created by iter."} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return false
}

// frame is a function without its arguments and the path of its package.
func frame(function string) string {
	if i := strings.LastIndexByte(function, '('); i > 0 && strings.HasSuffix(function, ")") {
		function = function[:i]
	}
	return function[strings.LastIndexByte(function, '/')+1:]
}
