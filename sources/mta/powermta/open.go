package powermta

import (
	"bytes"
	"encoding/binary"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/saved"
)

// Limits on a record that goes on over lines.
const (
	maxOpenLines = 16
	maxOpenBytes = 32 << 10
)

// open is the lines of a record whose last value has not ended.
type open struct {
	file  string
	text  []byte // each with its line feed
	ends  []openLine
	over  bool // there are more than are kept
	dirty bool
}

// openKey is the first byte of the keys under which it is saved.
const openKey = 'o'

type openLine struct {
	offset int64 // in the file
	end    int   // in the text
}

func (o *open) empty() bool { return len(o.ends) == 0 }

func (o *open) full(line []byte) bool {
	return len(o.ends) == maxOpenLines || len(o.text)+len(line) > maxOpenBytes
}

func (o *open) add(line sources.Line) {
	o.file = line.File
	o.text = append(append(o.text, line.Data...), '\n')
	o.ends = append(o.ends, openLine{line.Offset, len(o.text)})
	o.dirty = true
}

// take returns the lines and forgets them.
func (o *open) take() []sources.Line {
	lines := make([]sources.Line, len(o.ends))
	text, start := bytes.Clone(o.text), 0
	for i, l := range o.ends {
		lines[i] = sources.Line{Data: text[start : l.end-1], File: o.file, Offset: l.offset}
		start = l.end
	}
	o.text, o.ends, o.over, o.dirty = o.text[:0], o.ends[:0], false, true
	return lines
}

// continued reads a line behind one whose last value has not ended.
func (p *Parser) continued(line sources.Line) sources.Result {
	switch {
	case line.Offset == 0 && line.File != p.open.file:
		return p.eachAlone(p.open.take(), line)
	case p.open.over || p.open.full(line.Data):
		return p.tooLong(line)
	}
	joined := append(bytes.Clone(p.open.text), line.Data...)
	switch p.rec.split(joined, p.header.columns) {
	case unclosed:
		p.open.add(line)
		return mta.Context
	case whole:
		first := p.open.take()[0]
		return p.readRecord(sources.Line{Data: joined, File: first.File, Offset: first.Offset})
	}
	return p.eachAlone(p.open.take(), line)
}

// tooLong reads a line of a record that goes on over more lines than are kept. What
// stands in its quotes can look like records or like a header, so only their end
// ends it, or a quote where no value can have one, which shows that the first one is
// of a record that is not whole: no words of a server can hold that, for PowerMTA
// doubles their quotes.
func (p *Parser) tooLong(line sources.Line) sources.Result {
	if !p.open.over {
		p.open.over, p.open.dirty = true, true
	}
	switch p.rec.split(append([]byte{'"'}, line.Data...), nil) {
	case whole:
		p.open.take()
	case malformed:
		return p.eachAlone(p.open.take(), line)
	}
	return mta.Malformed(TooLong)
}

// eachAlone reads lines that turned out to be no one record, the first of which
// is not whole. The result is that of them all together.
func (p *Parser) eachAlone(before []sources.Line, last sources.Line) sources.Result {
	result := mta.Malformed(NotCSV) // as the first is
	for _, line := range append(before, last)[1:] {
		if r := p.next(line); r.Outcome == sources.Events {
			result = r
		}
	}
	return result
}

// Changed reports whether it is another than was saved.
func (o *open) Changed() bool { return o.dirty }

// Saved notes that it was saved.
func (o *open) Saved() { o.dirty = false }

// overMark is added to the number of lines where there are more than are kept.
const overMark = 64

// Append appends what is saved: file, number of lines, offset and length of each,
// the text; nothing when there is no line.
func (o *open) Append(b []byte) []byte {
	if o.empty() {
		return b
	}
	b = saved.AppendText(b, o.file)
	n := uint64(len(o.ends))
	if o.over {
		n += overMark
	}
	b = binary.AppendUvarint(b, n)
	for _, l := range o.ends {
		b = binary.AppendVarint(b, l.offset)
		b = binary.AppendUvarint(b, uint64(l.end))
	}
	return append(b, o.text...)
}

// Load takes back what Append wrote.
func (o *open) Load(b []byte) bool {
	r := saved.NewReader(b)
	o.file = r.Text()
	n := r.Uvarint()
	if n > overMark {
		n, o.over = n-overMark, true
	}
	if n == 0 || n > maxOpenLines {
		return false
	}
	before := 0
	for range n {
		l := openLine{r.Varint(), int(r.Uvarint())}
		if l.end <= before || l.end > len(b) {
			return false
		}
		o.ends = append(o.ends, l)
		before = l.end
	}
	o.text = bytes.Clone(r.Rest())
	return r.OK() && len(o.text) == before
}
