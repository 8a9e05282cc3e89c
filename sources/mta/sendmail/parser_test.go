package sendmail

import (
	"bytes"
	"os"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/sourcestest"
)

// recordings is where the log of a real sendmail lies.
const recordings = "../../../testdata/mta/sendmail/"

// testOptions are those of all samples.
func testOptions() Options {
	return Options{
		Reference: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
		Account:   func(_, user string) string { return user },
	}
}

// format is sendmail's, with the options of all samples.
var format = &sourcestest.Format{New: func() sources.Parser { return New(testOptions()) }, Rules: Rules()}

func TestGolden(t *testing.T)           { format.Golden(t, "testdata/*.log") }
func TestGoldenRecordings(t *testing.T) { format.Golden(t, recordings+"*.log") }

func samples(tb testing.TB) [][]byte {
	tb.Helper()
	return sourcestest.Samples(tb, "testdata/*.log", recordings+"*.log")
}

func TestPieces(t *testing.T) {
	for _, log := range samples(t) {
		format.Pieces(t, log)
	}
}

func FuzzParser(f *testing.F) { format.Fuzz(f, samples(f)...) }

func FuzzLoad(f *testing.F) { logs := samples(f); format.FuzzLoad(f, logs[0][:len(logs[0])/2]) }

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"default", "verbose"} {
		b.Run(name, func(b *testing.B) {
			log, err := os.ReadFile(recordings + name + ".log")
			if err != nil {
				b.Fatal(err)
			}
			format.Bench(b, log)
		})
	}
}

const front = "2026-11-22T06:42:58.123456+00:00 mail sm-mta[54]: "

func TestAllocations(t *testing.T) {
	p := New(testOptions())
	emit := func(*schemas.Event) {}
	p.Line(sources.Line{Data: []byte(front + "6AM6gwGB000052: from=<s@x.test>, size=1, class=0, nrcpts=1, msgid=<m@x.test>, proto=ESMTP, daemon=MTA, relay=localhost [127.0.0.1]")}, emit)
	sourcestest.Allocations(t, p, map[string]float64{
		front + "NOQUEUE: connect from localhost [127.0.0.1]":                                         0,
		front + "STARTTLS=client, relay=mx.test., version=TLSv1.3, verify=OK, cipher=X, bits=256/256": 0,
		front + "6AM6gwGB000052: Milter: no active filter":                                            0,
		front + "nothing that anyone knows":                                                           0,
		front + "6AM6gwGB000052: to=<a@b.test>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=1, relay=mx.test. [192.0.2.25], dsn=2.0.0, stat=Sent (Ok: queued as 4Fz)":                         1,
		front + "6AM6gwGB000052: to=<a@b.test>,<b@b.test>,<c@b.test>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=1, relay=mx.test. [192.0.2.25], dsn=5.1.1, reply=550 no, stat=User unknown": 1,
	})
}

func TestLongLines(t *testing.T) {
	p := New(testOptions())
	for _, piece := range []string{"<\"(a>, ", "<,", "\",", "a,", ", stat=Deferred: "} {
		long := bytes.Repeat([]byte(piece), 1<<20/len(piece))
		for _, text := range []string{"", "6AM6gwGB000052: ", "6AM6gwGB000052: to=", "6AM6gwGB000052: to=<a@b>, mailer=x, dsn=4.0.0, reply=", "6AM6gwGB000053: from=", "6AM6gwGB000052: alias ", "6AM6gwGB000052: alias a => ", "ruleset=check_rcpt, arg1=", "AUTH=server, relay="} {
			format.Read(t, p, append([]byte(front+text), long...), 0)
		}
	}
}

func TestRecognises(t *testing.T) {
	sourcestest.Recognises(t, Recognises, map[string]bool{
		front + "x": true,
		"Nov 22 06:42:58 mail sendmail[47]: 6AM6gwXO000047: from=": true,
		"Nov 22 06:42:58 mail postfix/sendmail[47]: x":             false,
		"Nov 22 06:42:58 mail sm-notify[47]: Version 2":            false,
		"": false,
	})
}
