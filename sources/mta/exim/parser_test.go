package exim

import (
	"bytes"
	"os"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/sourcestest"
)

// testOptions are those of all samples.
func testOptions() Options {
	return Options{Host: "mx1", Reference: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), Account: func(_, login string) string { return login }}
}

// format is Exim's, with the options of all samples.
var format = formatWith(testOptions())

func formatWith(o Options) *sourcestest.Format {
	return &sourcestest.Format{New: func() sources.Parser { return New(o) }, Rules: Rules()}
}

func TestGolden(t *testing.T) { format.Golden(t, "testdata/*.log") }

// TestNothingIsForgottenBetweenLines saves and loads the parser at every line.
func TestNothingIsForgottenBetweenLines(t *testing.T) {
	for _, name := range append(recordings(t), "testdata/syslog.log") {
		log := readFile(t, name)
		format.Pieces(t, log)
		few := testOptions()
		few.MaxOpen = 2 // so that some are forgotten
		formatWith(few).Pieces(t, log)
	}
}

func TestMessageIDPattern(t *testing.T) {
	o := testOptions()
	o.MessageID = func(id string) string {
		own, _, ok := bytes.Cut([]byte(id), []byte("."))
		if !ok {
			return ""
		}
		return string(own)
	}
	for id, want := range map[string]string{"j42.x@news-test": "j42", "other@news-test": "other@news-test", `"a b\"c"@news-test`: `"a b\"c"@news-test`} {
		r := formatWith(o).Read(t, New(o), []byte("2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ <= s@x.test U=root P=local S=10 id="+id+"\n"), 0)
		if len(r.Events) != 1 || r.Events[0].MessageID != want {
			t.Errorf("%s: got %+v, want %q", id, r.Events, want)
		}
	}
}

func TestLongLines(t *testing.T) {
	p := New(testOptions())
	long := bytes.Repeat([]byte(`<"(a>, R=b : H=[c "\1`), 1<<16)
	for _, front := range []string{
		"", "<= ", "=> ", "=> a@b ", "** ", "** a@b: ", "== a@b defer (1): ", "=> |", "=> a@b C=\"", "H=", "H=(a) [1.2.3.4] A=", "H=a [1.2.3.4] rejected RCPT ",
	} {
		for _, id := range []string{"", "1xV1Ra-000000007GQ-0jDZ "} {
			format.Read(t, p, append([]byte("2026-11-22 07:00:00 "+id+front), long...), 0)
		}
	}
}

func TestRecognises(t *testing.T) {
	sourcestest.Recognises(t, Recognises, map[string]bool{
		"2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ <= a@b.test\n":                              true,
		"2026-11-22 07:00:00.123 +0100 [12] 1xV1Mo-0004Sz-0C Completed QT=3s":                    true,
		"2026-11-22 07:00:00 Start queue run: pid=1\n":                                           true,
		"Nov 22 07:00:00 mx1 cron[1]: x\nNov 22 07:00:00 mx1 exim[1]: 2026-11-22 07:00:00 Start": true,
		"2026-11-22T07:00:00.123456+01:00 mx1 exim[12]: 1xV1Mo-0004Sz-0C Completed":              true,
		"Nov 22 07:00:00 mx1 cron[1]: exim[1]: x\n":                                              false,
		"2026-11-22 07:00:00 something else\n":                                                   false,
		"Nov 22 07:00:00 mx1 postfix/smtpd[1]: connect from a[192.0.2.1]\n":                      false,
		"":                     false,
		"\x1f\x8b\x00\n\n\xff": false,
	})
}

func TestAllocations(t *testing.T) {
	const front = "2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ "
	p := New(testOptions())
	emit := func(*schemas.Event) {}
	p.Line(sources.Line{Data: []byte(front + "<= s@x.test H=a [192.0.2.1] P=esmtpa A=plain:shop S=10 id=1@x.test")}, emit)
	const notice = "2026-11-22 07:00:00 1xV1Ra-000000007GR-0jDZ "
	p.Line(sources.Line{Data: []byte(notice + "<= <> R=1xV1Ra-000000007GQ-0jDZ U=exim P=local S=1903")}, emit)
	sourcestest.Allocations(t, p, map[string]float64{
		front + "H=mx.test [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<a@b.test>: 450 later": 0,
		front + "no immediate delivery: queued by ACL":                                                          0,
		front + "Completed": 0,
		notice + `=> s@x.test R=far T=smtp H=mx.test [192.0.2.1] C="250 OK"`: 0,
		front + "nothing that anyone knows":                                  0,
		front + `=> a@b.test <c@d.test> R=far T=smtp H=mx.test [192.0.2.1] X=TLS1.3:A:128 CV=no C="250 OK \"x\" id=1xV1Ra-000000007GQ-0jDZ" QT=1s`:         1,
		front + "== a@b.test R=far T=smtp defer (-44) H=mx.test [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<a@b.test>: 450 4.2.0 later": 1,
		front + "** a@b.test: retry timeout exceeded":                                        1,
		front + "<= s@x.test H=a [192.0.2.1] P=esmtpa A=plain:shop S=10 id=1@x.test T=\"s\"": 1,
		front + "H=(a) [192.0.2.1] F=<s@x.test> rejected after DATA: no":                     1,
	})
}

func readFile(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
