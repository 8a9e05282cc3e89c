package postfix

import (
	"fmt"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/sourcestest"
)

func TestAllocations(t *testing.T) {
	const front = "2026-11-21T23:20:20.123456+01:00 mx1 postfix/"
	p := New(testOptions())
	emit := func(*schemas.Event) {}
	for _, text := range []string{
		"cleanup[1]: 3F2A1C0DE1: message-id=<m@x.test>",
		"qmgr[1]: 3F2A1C0DE1: from=<s@x.test>, size=1, nrcpt=1 (queue active)",
	} {
		p.Line(sources.Line{Data: []byte(front + text)}, emit)
	}
	id := 0
	line := func() sources.Line { // each time of another message
		id++
		return sources.Line{Data: fmt.Appendf(nil, "%sqmgr[1]: %010X: from=<s%d@x.test>, size=1, nrcpt=1 (queue active)", front, id, id)}
	}
	var last sources.Line
	made := testing.AllocsPerRun(1000, func() { last = line() })
	_ = last
	if got := testing.AllocsPerRun(1000, func() { p.Line(line(), emit) }) - made; got > 5 {
		t.Errorf("%v allocations for a message that the log begins with, want at most 5: itself, two for its name, one for the event, and one of the race detector's", got)
	}
	sourcestest.Allocations(t, p, map[string]float64{
		front + "smtpd[1]: connect from client.example.com[192.0.2.1]":                                                                                                  0,
		front + "smtpd[1]: warning: hostname x does not resolve to address 192.0.2.1":                                                                                   0,
		front + "smtp[1]: Trusted TLS connection established to mx.test[192.0.2.1]:25: TLSv1.3":                                                                         0,
		front + "smtp[1]: 3F2A1C0DE1: host mx.test[192.0.2.1] said: 450 later (in reply to RCPT TO command)":                                                            0,
		front + "qmgr[1]: 3F2A1C0DE1: from=<s@x.test>, size=1, nrcpt=1 (queue active)":                                                                                  0,
		front + "smtp[1]: nothing that anyone knows":                                                                                                                    0,
		front + "smtp[1]: 3F2A1C0DE1: to=<a@b.test>, relay=mx.test[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4F2A1C0DE1)": 1,
	})
}
