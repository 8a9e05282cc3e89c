package clickhouse

import "mailfate/schemas"

// unparsedRows are rows of table unparsed.
type unparsedRows struct {
	table
	stream, shape text
	lines         number[uint64]
	examples      texts
	file          text
	offset        number[int64]
	firstAt       whenever
	lastAt        whenever
	ingestedAt    when
}

func newUnparsedRows() *unparsedRows {
	r := &unparsedRows{table: table{name: "unparsed"}}
	r.field("stream", &r.stream)
	r.field("shape", &r.shape)
	r.field("lines", &r.lines)
	r.field("examples", &r.examples)
	r.field("file", &r.file)
	r.field("offset", &r.offset)
	r.field("first_at", &r.firstAt)
	r.field("last_at", &r.lastAt)
	r.field("ingested_at", &r.ingestedAt)
	r.seal()
	return r
}

// add adds a row.
func (r *unparsedRows) add(u *schemas.Unparsed, published int64) {
	examples := make([]string, len(u.Examples))
	for i, e := range u.Examples {
		examples[i] = string(e)
	}
	r.stream.add(u.Stream)
	r.shape.add(u.Shape)
	r.lines.add(u.Lines)
	r.examples.add(examples)
	r.file.add(u.File)
	r.offset.add(u.Offset)
	r.firstAt.add(u.First)
	r.lastAt.add(u.Last)
	r.ingestedAt.add(published)
}
