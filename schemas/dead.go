package schemas

import "fmt"

// DeadReason says why something became a dead letter: a closed set.
type DeadReason string

// The reasons.
const (
	DeadMalformed DeadReason = "malformed" // a record that cannot be decoded
	DeadFuture    DeadReason = "future"    // an event that is more than a day ahead
	DeadTooLarge  DeadReason = "too_large" // an event that no record can hold

	// DeadRetried is no reason: such a record notes that the letter at Topic,
	// Partition and Offset was published once more.
	DeadRetried DeadReason = "retried"
)

// DeadLetter is something that could not be applied, kept with its reason: a
// value of mail.dead.
type DeadLetter struct {
	Reason DeadReason
	Detail string // for a person
	Bytes  []byte // the original: a record's value, or the line that was read
	Event  []byte // of a line: the record that was made of it, if it can be published all the same

	// Where it is from: a record of a topic, or a place in a stream.
	Topic     string
	Partition int
	Stream    string
	File      string
	Offset    int64
}

// The field keys of an encoded dead letter. Stored: append only.
const (
	deadReason uint8 = iota
	deadDetail
	deadBytes
	deadTopic
	deadPartition
	deadStream
	deadFile
	deadOffset
	deadEvent
)

// DeadLetter encodes a dead letter.
func (e *Encoder) DeadLetter(l *DeadLetter) ([]byte, error) {
	e.begin(0)
	m := e.openMap()
	m.text(deadReason, string(l.Reason))
	m.text(deadDetail, l.Detail)
	m.key(deadBytes)
	e.bytes(l.Bytes)
	m.text(deadTopic, l.Topic)
	m.int(deadPartition, int64(l.Partition))
	m.text(deadStream, l.Stream)
	m.text(deadFile, l.File)
	m.int(deadOffset, l.Offset)
	if len(l.Event) > 0 {
		m.key(deadEvent)
		e.bytes(l.Event)
	}
	m.close()
	return e.end()
}

// DeadLetter decodes a dead letter.
func (d *Decoder) DeadLetter(value []byte) (DeadLetter, error) {
	var l DeadLetter
	d.open(value, 1)
	for range d.fields() {
		switch uint8(d.small(256)) {
		case deadReason:
			l.Reason = DeadReason(d.text())
		case deadDetail:
			l.Detail = d.text()
		case deadBytes:
			l.Bytes = append([]byte(nil), d.raw()...)
		case deadTopic:
			l.Topic = d.text()
		case deadPartition:
			l.Partition = int(d.int())
		case deadStream:
			l.Stream = d.text()
		case deadFile:
			l.File = d.text()
		case deadOffset:
			l.Offset = d.int()
		case deadEvent:
			l.Event = append([]byte(nil), d.raw()...)
		default:
			d.skip()
		}
	}
	if d.err != nil {
		return DeadLetter{}, fmt.Errorf("decode dead letter: %w", d.err)
	}
	return l, nil
}
