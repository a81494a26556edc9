package reports

import (
	"strconv"
	"strings"
	"unicode"
)

// clean makes s safe for one line of a terminal: no line breaks, no escapes.
func clean(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n', r == '\t', r == '\r':
			b.WriteByte(' ')
		case unicode.IsControl(r):
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// runeWidth is the number of terminal cells that r takes.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide reports whether r is wide or full-width in the sense of Unicode's annex
// 11, by the blocks that hold such characters.
func wide(r rune) bool {
	for _, block := range [...][2]rune{
		{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0x4dbf}, {0x4e00, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
		{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
		{0x20000, 0x3fffd},
	} {
		if r >= block[0] && r <= block[1] {
			return true
		}
	}
	return false
}

// width is the number of terminal cells that s takes.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// pad fills s up to n cells.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-width(s)))
}

// padLeft fills s up to n cells, on the left.
func padLeft(s string, n int) string {
	return strings.Repeat(" ", max(0, n-width(s))) + s
}

// head is the longest beginning of s that takes at most n cells.
func head(s string, n int) string {
	for i, r := range s {
		if n -= runeWidth(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

// tail is the longest end of s that takes at most n cells.
func tail(s string, n int) string {
	for skip := width(s) - n; skip > 0; {
		for i, r := range s {
			if i > 0 {
				s = s[i:]
				break
			}
			skip -= runeWidth(r)
			if len(s) == len(string(r)) {
				return ""
			}
		}
	}
	return s
}

// cut shortens s to n cells, with an ellipsis at its end.
func cut(s string, n int) string {
	if width(s) <= n {
		return s
	}
	return strings.TrimRight(head(s, n-1), " ") + "…"
}

// squeeze shortens a name to n cells and keeps both ends: names often differ
// only in their last digits.
func squeeze(s string, n int) string {
	if width(s) <= n {
		return s
	}
	end := (n - 1) / 2
	return head(s, n-1-end) + "…" + tail(s, end)
}

// wrap breaks s into lines of at most n cells, between words where it can.
func wrap(s string, n int) []string {
	n = max(n, 2) // room for any rune
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && width(line)+1+width(word) <= n {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for width(word) > n {
			part := head(word, n)
			lines, word = append(lines, part), word[len(part):]
		}
		line = word
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// wrapAtMost is wrap with an ellipsis at the end of line max.
func wrapAtMost(s string, n, max int) []string {
	lines := wrap(s, n)
	if max <= 0 || len(lines) <= max {
		return lines
	}
	lines[max-1] = cut(lines[max-1]+" "+lines[max], n)
	if !strings.HasSuffix(lines[max-1], "…") {
		lines[max-1] = head(lines[max-1], n-1) + "…"
	}
	return lines[:max]
}
