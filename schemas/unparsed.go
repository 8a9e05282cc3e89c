package schemas

import "fmt"

// Unparsed says of all lines of one shape that a stream had since its beginning
// what they are and how many: a value of mail.unparsed. The newest record of a
// key is the whole truth.
type Unparsed struct {
	Stream   string
	Shape    string // what the lines have in common
	Lines    uint64
	Examples [][]byte // the first ones, cut, and redacted unless configured otherwise
	File     string   // where the newest of the examples was read
	Offset   int64
	First    int64 // the stream's time at the first of the lines, ms since 1970 UTC; 0: not known
	Last     int64 // and at the last
}

// UnparsedKey is the key in mail.unparsed of a stream's lines of one shape. No
// shape has a zero byte in it.
func UnparsedKey(stream, shape string) string { return stream + "\x00" + shape }

// The field keys of encoded unparsed lines. Stored: append only.
const (
	unparsedStream uint8 = iota
	unparsedShape
	unparsedLines
	unparsedExamples
	unparsedFile
	unparsedOffset
	unparsedFirst
	unparsedLast
)

// Unparsed encodes unparsed lines. The bytes are valid until the encoder is used
// again.
func (e *Encoder) Unparsed(u *Unparsed) ([]byte, error) {
	e.begin(0)
	m := e.openMap()
	m.text(unparsedStream, u.Stream)
	m.text(unparsedShape, u.Shape)
	m.uint(unparsedLines, u.Lines)
	if len(u.Examples) > 0 {
		m.key(unparsedExamples)
		e.list(len(u.Examples))
		for _, example := range u.Examples {
			e.bytes(example)
		}
	}
	m.text(unparsedFile, u.File)
	m.int(unparsedOffset, u.Offset)
	m.int(unparsedFirst, u.First)
	m.int(unparsedLast, u.Last)
	m.close()
	return e.end()
}

// Unparsed decodes unparsed lines.
func (d *Decoder) Unparsed(value []byte) (Unparsed, error) {
	var u Unparsed
	d.open(value, 1)
	for range d.fields() {
		switch uint8(d.small(256)) {
		case unparsedStream:
			u.Stream = d.text()
		case unparsedShape:
			u.Shape = d.text()
		case unparsedLines:
			u.Lines = d.uint()
		case unparsedExamples:
			for range d.list() {
				u.Examples = append(u.Examples, append([]byte(nil), d.raw()...))
			}
		case unparsedFile:
			u.File = d.text()
		case unparsedOffset:
			u.Offset = d.int()
		case unparsedFirst:
			u.First = d.int()
		case unparsedLast:
			u.Last = d.int()
		default:
			d.skip()
		}
	}
	if d.err != nil {
		return Unparsed{}, fmt.Errorf("decode unparsed lines: %w", d.err)
	}
	return u, nil
}
