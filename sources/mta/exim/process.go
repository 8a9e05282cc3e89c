package exim

import (
	"encoding/binary"
	"strconv"
	"time"

	"mailfate/schemas"
	"mailfate/sources/mta/queue"
	"mailfate/sources/saved"
)

// A process is what is remembered of a process of Exim's that logs to syslog.
type process struct {
	// Of a line in parts: how many there are and which one comes next, what there
	// is of the line, and whether that was all of it.
	of, next int64
	line     []byte
	whole    bool

	// Of the last line that may come twice.
	copied schemas.Hash
	at     int64
}

const (
	// processLifetime is how long after a line of a process its next part or its
	// copy can follow; they are logged in one go.
	processLifetime = time.Minute
	// maxProcesses is how many are remembered at most.
	maxProcesses = 4096
	// processKey is the first byte of the keys under which they are saved.
	processKey = 'p'
)

// open begins with a line in parts.
func (m *process) open(first part) {
	m.of, m.next, m.line, m.whole = first.of, 1, m.line[:0], false
}

// continues reports whether a part is the one that comes next.
func (m *process) continues(p part) bool { return p.n == m.next && p.of == m.of }

// Append saves the process.
func (m *process) Append(b []byte) []byte {
	whole := byte(0)
	if m.whole {
		whole = 1
	}
	b = append(b, whole)
	b = binary.AppendVarint(b, m.of)
	b = binary.AppendVarint(b, m.next)
	b = binary.AppendVarint(b, m.at)
	b = append(b, m.copied[:]...)
	return saved.AppendText(b, string(m.line))
}

// Load takes back what Append wrote.
func (m *process) Load(r *saved.Reader) {
	m.whole, m.of, m.next, m.at = r.Byte() == 1, r.Varint(), r.Varint(), r.Varint()
	for i := range m.copied {
		m.copied[i] = r.Byte()
	}
	m.line = []byte(r.Text())
}

// process returns what is known of the line's process; nil when nothing is.
func (p *Parser) process() *queue.Entry[process] {
	if p.processes.Open() == 0 {
		return nil
	}
	var digits [queue.MaxID]byte
	return p.processes.Find(p.processes.Of(p.rec.host, nil), strconv.AppendInt(digits[:0], p.log.PID, 10))
}

// remember begins with the line's process.
func (p *Parser) remember() *queue.Entry[process] {
	var digits [queue.MaxID]byte
	return p.processes.Create(p.processes.Of(p.rec.host, nil), strconv.AppendInt(digits[:0], p.log.PID, 10), p.log.Time)
}
