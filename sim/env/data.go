package env

import "strings"

// Extent is a stretch of file content: Text, Times times over. Version is the
// ghost of the write that put it there: who reads it can tell which versions of
// a file a read has mixed. Logic must not look at it; properties do. It is 0 on
// a real disk.
type Extent struct {
	Text    string
	Times   int
	Version uint32
}

// Len is the number of bytes in the extent.
func (e Extent) Len() int { return len(e.Text) * e.Times }

// Data is content as extents in order. A Data is immutable: functions that
// change content return a new one, and may share extents with the old.
type Data []Extent

// Text makes content of s, written by version.
func Text(s string, version uint32) Data {
	if s == "" {
		return nil
	}
	return Data{{Text: s, Times: 1, Version: version}}
}

// Fill makes content of n bytes: text repeated, written by version. n is
// rounded down to a whole number of texts.
func Fill(text string, n int, version uint32) Data {
	if text == "" || n < len(text) {
		return nil
	}
	return Data{{Text: text, Times: n / len(text), Version: version}}
}

// Len is the number of bytes.
func (d Data) Len() int {
	n := 0
	for i := range d {
		n += d[i].Len()
	}
	return n
}

// Append returns d followed by more. Like the built-in append it may use the
// spare capacity of d, so only the latest result may be appended to.
func (d Data) Append(more Data) Data { return append(d, more...) }

// Slice returns the bytes from lo up to but not including hi, cut to what there
// is. It copies extents, not bytes.
func (d Data) Slice(lo, hi int) Data {
	if lo <= 0 && hi >= d.Len() {
		return d
	}
	var out Data
	at := 0
	for _, e := range d {
		n := e.Len()
		from, to := max(lo-at, 0), min(hi-at, n)
		if from < to {
			out = out.appendPart(e, from, to)
		}
		at += n
		if at >= hi {
			break
		}
	}
	return out
}

// appendPart appends bytes [from, to) of e, cutting repetitions where needed.
func (d Data) appendPart(e Extent, from, to int) Data {
	size := len(e.Text)
	first, last := from/size, to/size
	if head := from % size; head != 0 {
		end := size
		if first == last {
			end = to % size
		}
		d = append(d, Extent{Text: e.Text[head:end], Times: 1, Version: e.Version})
		if first == last {
			return d
		}
		first++
	}
	if last > first {
		d = append(d, Extent{Text: e.Text, Times: last - first, Version: e.Version})
	}
	if tail := to % size; tail != 0 {
		d = append(d, Extent{Text: e.Text[:tail], Times: 1, Version: e.Version})
	}
	return d
}

// Versions lists the versions of the extents, each once, in order of first
// appearance.
func (d Data) Versions() []uint32 {
	var out []uint32
next:
	for _, e := range d {
		for _, v := range out {
			if v == e.Version {
				continue next
			}
		}
		out = append(out, e.Version)
	}
	return out
}

// String is the content as text.
func (d Data) String() string {
	if len(d) == 1 && d[0].Times == 1 {
		return d[0].Text
	}
	var b strings.Builder
	b.Grow(d.Len())
	for _, e := range d {
		for range e.Times {
			b.WriteString(e.Text)
		}
	}
	return b.String()
}
