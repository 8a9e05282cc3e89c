package exim

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailfate/schemas"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/sourcestest"
)

// TestSyslogIsTheSameLog reads a recorded log as syslog has it: short stamps in
// front or long ones, lines in parts, refusals twice. The events are the same, and
// so are their ids.
func TestSyslogIsTheSameLog(t *testing.T) {
	plain := testOptions()
	plain.Host = "out"
	through := testOptions()
	through.Host = ""
	for _, name := range recordings(t) {
		if strings.Contains(name, "syslog") {
			continue
		}
		log := readFile(t, name)
		want := formatWith(plain).Read(t, New(plain), log, 0)
		for _, layout := range []string{time.Stamp, "2006-01-02T15:04:05.000Z07:00"} {
			for _, longest := range []int{40, 870, 8192} {
				got := formatWith(through).Read(t, New(through), throughSyslog(log, layout, longest), 0)
				if d := cmp.Diff(want.Events, got.Events, cmpopts.IgnoreFields(schemas.Event{}, "Offset")); d != "" {
					t.Errorf("%s, %q, at most %d (-file +syslog):\n%s", name, layout, longest, d)
				}
				if len(got.Unparsed) != len(want.Unparsed) || got.Ignored[RuleCopy] == 0 {
					t.Errorf("%s: %d copies, unparsed: %q", name, got.Ignored[RuleCopy], got.Unparsed)
				}
			}
		}
	}
}

// throughSyslog writes a log as Exim's function write_syslog and a syslog server
// would: in parts of some length at most.
func throughSyslog(log []byte, layout string, longest int) (b []byte) {
	clock := stamp.New(stamp.Options{})
	for line := range bytes.Lines(log) {
		line = bytes.TrimSuffix(line, []byte{'\n'})
		if scan.Begins(line, " ") { // what follows a line feed
			continue
		}
		ms, _ := clock.Scan(line)
		front := fmt.Sprintf("%s out exim[%d]: ", time.UnixMilli(ms).UTC().Format(layout), 1000+len(line))
		times := 1
		if bytes.Contains(line, []byte("rejected ")) {
			times = 2
		}
		for range times {
			b = appendParts(b, front, line, longest)
		}
	}
	return b
}

func appendParts(b []byte, front string, line []byte, longest int) []byte {
	of := (len(line) + longest - 1) / longest
	if of <= 1 {
		return fmt.Appendf(b, "%s%s\n", front, line)
	}
	for n := range of {
		b = fmt.Appendf(b, "%s[%d/%d] %s\n", front, n+1, of, line[n*longest:min(len(line), (n+1)*longest)])
	}
	return b
}

func TestHostOfSyslog(t *testing.T) {
	const line = "Nov 22 07:00:00 mx7 exim[1]: 2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ <= s@news.example S=1 id=1@news.example"
	for host, want := range map[string]string{"": "mx7", "other": "other"} {
		events := format.Read(t, New(Options{Host: host}), []byte(line), 0).Events
		if len(events) != 1 || events[0].Host != want {
			t.Errorf("Host %q: got %+v, want %q", host, events, want)
		}
	}
}

func TestAllocationsOfSyslog(t *testing.T) {
	p := New(testOptions())
	sourcestest.Allocations(t, p, map[string]float64{
		"Nov 22 07:00:00 mx1 " + "dovecot: imap-login: Login: user=<a>": 0,
		"Nov 22 07:00:00 mx1 " + "exim[1]: 2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ H=mx.test [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<a@b.test>: 450 later": 0,
		"Nov 22 07:00:00 mx1 " + "exim[1]: 2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ => a@b.test R=far T=smtp H=mx.test [192.0.2.1] C=\"250 OK\"":                                   1,
		"Nov 22 07:00:00 mx1 " + "exim[1]: 1xV1Ra-000000007GQ-0jDZ == a@b.test R=far T=smtp defer (-44) H=mx.test [192.0.2.1]: 450 4.2.0 later":                                       1,
	})
}

// TestJoinedLinesAreBounded hands over parts without end.
func TestJoinedLinesAreBounded(t *testing.T) {
	p := New(testOptions())
	long := bytes.Repeat([]byte("x"), 8192)
	for i := range 1000 {
		format.Read(t, p, fmt.Appendf(nil, "Nov 22 07:00:00 out exim[1]: [%d/1000] %s\n", i+1, long), 0)
		if e := p.process(); e == nil || len(e.Message.line) > maxJoined {
			t.Fatalf("part %d: %d bytes are kept", i, len(e.Message.line))
		}
	}
}
