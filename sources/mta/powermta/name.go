package powermta

import (
	"time"

	"mailfate/schemas"
)

// provisionalName names a message to a recipient for which there is no
// Message-ID, as the package comment says. A report from elsewhere without an
// envelope id has nothing that leads back to it, so it has a name of its own.
func (p *Parser) provisionalName(to []byte) []byte {
	v := &p.rec
	if len(v.value(envID)) > 0 {
		p.begin("q:", p.options.Host, "//")
		p.buf = append(append(p.buf, v.value(envID)...), '/')
		return p.buf
	}
	if p.event.Kind == schemas.BouncedLater || p.event.Kind.Stage() != schemas.StageTransport || string(v.value(recordType)) == "rs" {
		p.begin("f:", p.hash.Hex(), "")
		return p.buf
	}
	p.begin("q:", p.options.Host, "/")
	p.buf = append(append(p.buf, v.value(jobID)...), '/')
	p.buf = append(appendLower(p.buf, v.value(orig)), '>')
	p.buf = append(appendLower(p.buf, to), '/')
	seen, ok := p.queued.Field(v.value(timeQueued))
	if !ok {
		seen = p.event.Time
	}
	p.buf = p.seen.append(p.buf, seen)
	return p.buf
}

// A writtenTime is a time as names have it, of which there are runs.
type writtenTime struct {
	ms   int64
	text []byte
}

func (w *writtenTime) append(b []byte, ms int64) []byte {
	if ms != w.ms || len(w.text) == 0 {
		w.ms, w.text = ms, time.UnixMilli(ms).UTC().AppendFormat(w.text[:0], "2006-01-02T15:04:05.000Z")
	}
	return append(b, w.text...)
}

func (p *Parser) begin(parts ...string) {
	p.buf = p.buf[:0]
	for _, s := range parts {
		p.buf = append(p.buf, s...)
	}
}

// appendLower appends an address, of which not all records may have the same
// capitals.
func appendLower(b, address []byte) []byte {
	for _, c := range address {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}
