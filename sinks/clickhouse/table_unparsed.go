package clickhouse

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sinks/intake"
)

// unparsedValue is a value of mail.unparsed, behind its version byte.
type unparsedValue struct {
	Stream   string   `msgpack:"stream"`
	Shape    string   `msgpack:"shape"`
	Lines    uint64   `msgpack:"lines"`
	Examples [][]byte `msgpack:"examples"`
	File     string   `msgpack:"file"`
	Offset   int64    `msgpack:"offset"`
}

// unparsedRows are rows of table unparsed.
type unparsedRows struct {
	table
	stream, shape text
	lines         number[uint64]
	examples      texts
	file          text
	offset        number[int64]
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
	r.field("ingested_at", &r.ingestedAt)
	r.seal()
	return r
}

// add adds the row that a record tells of; a tombstone deletes nothing here.
func (r *unparsedRows) add(rec kafkalog.Record) error {
	if rec.Value == nil {
		return nil
	}
	if len(rec.Value) == 0 || rec.Value[0] != schemas.FormatVersion {
		return fmt.Errorf("%w: unparsed lines of an unknown format", intake.ErrSkip)
	}
	var v unparsedValue
	if err := msgpack.Unmarshal(rec.Value[1:], &v); err != nil {
		return fmt.Errorf("%w: decode unparsed lines: %w", intake.ErrSkip, err)
	}
	examples := make([]string, len(v.Examples))
	for i, e := range v.Examples {
		examples[i] = string(e)
	}
	r.stream.add(v.Stream)
	r.shape.add(v.Shape)
	r.lines.add(v.Lines)
	r.examples.add(examples)
	r.file.add(v.File)
	r.offset.add(v.Offset)
	r.ingestedAt.add(rec.Time)
	return nil
}
