package powermta

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/sourcestest"
)

const samples = "../../../testdata/mta/powermta/*.csv"

// testOptions are those of all samples.
func testOptions() Options {
	return Options{Host: "mta1.shop.example", Account: func(sender, user string) string {
		if user == "" && strings.HasSuffix(sender, "shop.example") {
			return "shop"
		}
		return user
	}}
}

var format = &sourcestest.Format{New: func() sources.Parser { return New(testOptions()) }, Rules: Rules()}

func TestGolden(t *testing.T) { format.Golden(t, samples) }

func TestNothingIsForgottenBetweenLines(t *testing.T) {
	for _, log := range sourcestest.Samples(t, samples) {
		format.Pieces(t, log)
	}
}

func FuzzParser(f *testing.F) { format.Fuzz(f, sourcestest.Samples(f, samples)...) }

// read returns the events of some lines.
func read(t *testing.T, o Options, lines ...string) []schemas.Event {
	t.Helper()
	return format.Read(t, New(o), []byte(strings.Join(lines, "\n")), 0).Events
}

func TestMessageIDPattern(t *testing.T) {
	o := testOptions()
	o.MessageID = func(id string) string {
		if own, _, ok := strings.Cut(id, "."); ok {
			return own
		}
		return ""
	}
	events := read(t, o,
		"type,timeLogged,rcpt,header_Message-ID",
		"d,1790000000,a@b.test,<j42.x@news.test>",
		"d,1790000000,a@b.test,<other@news-test>",
		"d,1790000000,a@b.test,",
	)
	for i, want := range []string{"j42", "other@news-test", "q:mta1.shop.example//>a@b.test/2026-09-21T14:13:20.000Z"} {
		if len(events) != 3 || events[i].MessageID != want {
			t.Errorf("got %+v, want %q", events, want)
		}
	}
}

// TestProvisionalNames has the records of one message, which must have one name.
func TestProvisionalNames(t *testing.T) {
	events := read(t, testOptions(),
		"type,timeLogged,timeQueued,orig,rcpt,jobId,envId",
		"t,1790000100,1790000000,s@a.test,A@b.test,j,",
		"d,1790000200,2026-09-21 14:13:20+0000,S@a.test,a@B.test,j,",
		"r,1790000000,,s@a.test,a@b.test,j,",
		"d,1790000200,1790000000,s@a.test,c@b.test,j,",
		"t,1790000100,1790000000,s@a.test,a@b.test,j,e1",
		"rb,1790000300,,s@a.test,a@b.test,,e1",
		"rb,1790000300,,s@a.test,a@b.test,,",
	)
	for i, same := range []int{0, 0, 0, 3, 4, 4, 6} {
		if got, want := events[i].MessageID, events[same].MessageID; got != want {
			t.Errorf("record %d is of %q, want %q", i, got, want)
		}
	}
	names := map[string]bool{}
	for _, e := range events {
		names[e.MessageID] = true
	}
	if len(names) != 4 {
		t.Errorf("got %d messages, want 4: %v", len(names), names)
	}
}

func TestRecognises(t *testing.T) {
	sourcestest.Recognises(t, Recognises, map[string]bool{
		"type,timeLogged,rcpt\n":                 true,
		"\ufefftype,timeLogged,rcpt\r\nd,1,x":    true,
		"type,TIMELOGGED":                        true,
		"type,rcpt\n":                            false,
		"d,1790000000,a@b.test\n":                false,
		`{"type":"Delivery","timestamp":1}`:      false,
		"":                                       false,
		"Nov 21 23:20:20 mx1 postfix/smtp[1]: x": false,
	})
}

func TestLongLines(t *testing.T) {
	header := []byte("type,timeLogged,orig,rcpt,dsnDiag,header_Message-Id\n")
	for _, front := range []string{"", "d,1790000000,", "d,1790000000,,", "d,1790000000,,a@b.test,smtp;550 ", "d,1790000000,,a@b.test,,<", `b,1790000000,,a@b.test,"`} {
		for _, what := range []string{"x", `"`, `""`, ",", "é", "x\n"} {
			format.Read(t, New(testOptions()), append(header, front+strings.Repeat(what, 1<<17)...), 0)
		}
	}
}

// TestRecordsInQuotes has whole records in a value in quotes, behind fewer and more
// lines than are kept, and what follows: the words of a server are never read.
func TestRecordsInQuotes(t *testing.T) {
	const header = "type,timeLogged,orig,rcpt,dsnDiag,header_Message-Id\n"
	const forged = `b,1790000000,s@a.test,victim@b.test,smtp;550,<forged@a.test>` + "\n"
	const next = `b,1790000000,s@a.test,a@b.test,"smtp;550 ""x"", no",<next@a.test>` + "\n"
	for _, filler := range []string{"550-x\n", header, "550-\"\"x\"\"\n", "550-\"\",\"\"\n", strings.Repeat("x", maxOpenBytes/2) + "\n"} {
		for lines := range 2 * maxOpenLines {
			log := []byte(header + `b,1790000000,s@a.test,own@b.test,"smtp;550-hello` + "\n" + strings.Repeat(filler, lines) + forged + `550 bye",<own@a.test>` + "\n" + next)
			r := format.Read(t, New(testOptions()), log, 0)
			for _, e := range r.Events {
				if e.MessageID != "own@a.test" && e.MessageID != "next@a.test" {
					t.Errorf("%d lines of %.10q: %+v", lines, filler, e)
				}
			}
			if n := len(r.Events); n == 0 || r.Events[n-1].MessageID != "next@a.test" || n == 1 && len(r.Unparsed) == 0 {
				t.Errorf("%d lines of %.10q: %d events, %d lines unparsed", lines, filler, n, len(r.Unparsed))
			}
			if lines < maxOpenLines+2 && len(filler) < 100 {
				format.Pieces(t, log)
			}
		}
	}
}

// TestCutRecords has a record that ends within quotes, and whole ones behind it.
func TestCutRecords(t *testing.T) {
	const header = "type,timeLogged,orig,rcpt,dsnDiag,header_Message-Id\n"
	for plain := range 2 * maxOpenLines {
		log := header + `b,1790000000,s@a.test,cut@b.test,"smtp;550 he` + "\n"
		for range plain {
			log += "d,1790000000,s@a.test,a@b.test,smtp;250 ok,<plain@a.test>\n"
		}
		log += `d,1790000000,s@a.test,a@b.test,"smtp;250 2.0.0, ok",<shows@a.test>` + "\n" + "d,1790000000,s@a.test,a@b.test,smtp;250 ok,<after@a.test>\n"
		r := format.Read(t, New(testOptions()), []byte(log), 0)
		lost := max(0, plain+1-maxOpenLines)
		if n := len(r.Events); n != plain-lost+2 || r.Events[n-2].MessageID != "shows@a.test" || len(r.Unparsed) < lost {
			t.Errorf("%d lines: %d events, %d lines unparsed, want %d lost", plain, n, len(r.Unparsed), lost)
		}
	}
}

// generated returns the records of n messages, in the default columns.
func generated(n int) []byte {
	var b []byte
	b = append(b, defaultHeader...)
	b = append(b, '\n')
	for i := range n {
		at := 1790000000 + i/2000
		if i%10 == 0 {
			b = fmt.Appendf(b, "b,%d,%d,b-%x@bounce.shop.example,user%d@example%d.net,,failed,5.1.1 (bad destination mailbox address),smtp;550 5.1.1 <user%d@example.net>: Recipient address rejected: no such user,"+
				"mx.example%d.net (192.0.2.%d),bad-mailbox,smtp,app1.shop.example (198.51.100.5),smtp,203.0.113.7,192.0.2.10,\"ENHANCEDSTATUSCODES,8BITMIME,SMTPUTF8\",,vmta%d,autumn-sale,,example.net/vmta1,pool1\n", at, at-2, i*7919, i, i%50, i, i%50, i%200, i%8)
			continue
		}
		b = fmt.Appendf(b, "d,%d,%d,b-%x@bounce.shop.example,user%d@example%d.net,,relayed,2.0.0 (success),smtp;250 2.0.0 Ok: queued as 4X%dZ,"+
			"mx.example%d.net (192.0.2.%d),,smtp,app1.shop.example (198.51.100.5),smtp,203.0.113.7,192.0.2.10,\"ENHANCEDSTATUSCODES,8BITMIME,SMTPUTF8\",41159,vmta%d,autumn-sale,,example.net/vmta1,pool1\n", at, at-2, i*7919, i, i%50, i, i%50, i%200, i%8)
	}
	return b
}

func BenchmarkParse(b *testing.B) { format.Bench(b, generated(20_000)) }

// BenchmarkPeer is encoding/csv, which splits the records and does no more.
func BenchmarkPeer(b *testing.B) {
	log := generated(20_000)
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	lines := 0
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(log))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err != nil {
				break
			}
			lines++
		}
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}

func TestAllocations(t *testing.T) {
	header := sources.Line{Data: []byte("type,timeLogged,timeQueued,orig,rcpt,dsnStatus,dsnDiag,dsnMta,vmta,dlvType,header_Message-Id")}
	p := New(Options{Host: "mta1"})
	p.Line(header, nil)
	sourcestest.Allocations(t, p, map[string]float64{
		"": 0,
		"tq,1790000000,,,,4.4.1 (no answer from host),,mx.dead.example (192.0.2.99),vmta1,smtp,": 0,
		"d,1790000000,,,a@b.test,,,,,discard,":                                                   0,
		"d,1790000000":                                                                           0,
		"d,1790000000,1790000000,s@a.test,a@b.test,2.0.0 (success),smtp;250 ok,mx.b.test (192.0.2.1),vmta1,smtp,<m@a.test>":   1,
		"d,1790000000,1790000000,s@a.test,a@b.test,2.0.0 (success),\"smtp;250 \"\"ok\"\"\",mx.b.test (192.0.2.1),vmta1,smtp,": 1,
	})
}

func FuzzLoad(f *testing.F) { format.FuzzLoad(f, sourcestest.Samples(f, samples)...) }
