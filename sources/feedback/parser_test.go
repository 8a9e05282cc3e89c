package feedback

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/platform"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

func samples(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	mails := map[string][]byte{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		mails[strings.TrimSuffix(filepath.Base(path), ".eml")] = data
	}
	return mails
}

func parse(p *Parser, mail []byte) ([]schemas.Event, sources.Result) {
	var evs []schemas.Event
	data := bytes.Clone(mail)
	res := p.Line(sources.Line{Data: data}, func(ev *schemas.Event) { evs = append(evs, *ev) })
	for i := range data {
		data[i] = 'X' // no event may look into the mail
	}
	return evs, res
}

// TestGolden parses mails that were written by hand, not received.
func TestGolden(t *testing.T) {
	for _, folder := range []string{".", "delivery", "plain", "replies", "complaints", "xarf", "unread", "recorded"} {
		t.Run(folder, func(t *testing.T) { golden(t, filepath.Join("testdata", folder)) })
	}
}

// golden holds what is read of a folder's mails against what was.
func golden(t *testing.T, folder string) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	var out bytes.Buffer
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		evs, res := parse(New(options(t)), data)
		fmt.Fprintf(&out, "%s: %d %s\n", filepath.Base(path), res.Outcome, res.Rule)
		for i := range evs {
			fmt.Fprintf(&out, "\t%s\n", platform.AppendJSON(nil, &evs[i]))
		}
	}
	sameFile(t, filepath.Join(folder, "reports.golden"), out.Bytes())
}

// options are those that the samples are read with.
func options(t testing.TB) Options {
	t.Helper()
	pattern, err := ParseAddressPattern(`^bounce\+(?P<message_id>[^+@]+)\+(?P<recipient>[^@]+)@shop\.example$`)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Host: "mx", Keys: Keys{"k1": []byte("a secret of the tests")}, Addresses: AddressPatterns{pattern}}
}

// TestSameReport holds that line ends and transport do not change an id.
func TestSameReport(t *testing.T) {
	mails := samples(t)
	ids := func(mail []byte) []schemas.EventID {
		evs, _ := parse(New(Options{}), mail)
		var ids []schemas.EventID
		for _, ev := range evs {
			ids = append(ids, ev.ID)
		}
		return ids
	}
	again := append([]byte("From fbl@isp.example Mon Sep 21 14:00:05 2026\nReceived: by elsewhere; Tue, 22 Sep 2026 00:00:00 +0000\r\n"), mails["two_recipients_no_id"]...)
	if diff := cmp.Diff(ids(mails["two_recipients_no_id"]), ids(again)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(ids(mails["abuse"]), ids(mails["abuse_lf"])); diff != "" {
		t.Error(diff)
	}
	lf := bytes.ReplaceAll(mails["two_recipients_no_id"], []byte("\r\n"), []byte("\n"))
	if diff := cmp.Diff(ids(mails["two_recipients_no_id"]), ids(lf)); diff != "" {
		t.Error(diff)
	}
}

func TestMessageIDPattern(t *testing.T) {
	p := New(Options{MessageID: func(id string) string {
		own, _, _ := strings.Cut(id, "@")
		return own
	}})
	evs, _ := parse(p, samples(t)["abuse"])
	if len(evs) != 1 || evs[0].MessageID != "20260921.17" {
		t.Errorf("%+v", evs)
	}
	if want := time.Date(2026, 9, 21, 12, 0, 5, 0, time.UTC).UnixMilli(); p.Time() != want {
		t.Errorf("Time is %d, want %d", p.Time(), want)
	}
}

func TestLimits(t *testing.T) {
	const head = "Received: by mx; Mon, 21 Sep 2026 14:00:05 +0200\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n"
	nested := func(n int) string {
		var b strings.Builder
		b.WriteString("Subject: x\r\n")
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.String()
	}
	for name, tc := range map[string]struct{ mail, rule string }{
		"empty":         {"", Malformed},
		"binary":        {"\x00\x01\x02\xff", Malformed},
		"too large":     {head + strings.Repeat("x", 1<<20), TooLarge},
		"endless field": {"X: " + strings.Repeat("x", 512<<10), Malformed},
		"many parts":    {head + "\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", maxParts+1) + "--b--\r\n", TooComplex},
		"endless part":  {head + "\r\n--b\r\n" + strings.Repeat("A: b\r\n", 100_000), TooComplex},
		"deep":          {nested(maxDepth+5) + "\r\nx", TooComplex},
		"deeper":        {nested(10000), TooComplex},
		"no boundary":   {strings.Replace(head, "boundary=b", "", 1) + "\r\n--\r\n\r\n", NoFeedbackPart},
		"nothing in it": {head + "\r\n", NoFeedbackPart},
	} {
		evs, res := parse(New(Options{MaxSize: 1 << 20}), []byte(tc.mail))
		if len(evs) != 0 || res.Outcome != sources.Unparsed || res.Rule != tc.rule {
			t.Errorf("%s: %d events, %+v, want %s", name, len(evs), res, tc.rule)
		}
	}
}

// TestTruncated cuts a report at every byte: it is read as it was meant, or
// not at all.
func TestTruncated(t *testing.T) {
	mail := samples(t)["abuse"]
	whole, _ := parse(New(Options{}), mail)
	read := 0
	for n := range mail {
		evs, res := parse(New(Options{}), mail[:n])
		if res.Outcome == sources.Ignored {
			t.Fatalf("cut at %d: %+v", n, res)
		}
		if len(evs) == 0 {
			continue
		}
		read++
		evs[0].ID, evs[0].Subject = whole[0].ID, whole[0].Subject // it is another mail; may be missing
		if diff := cmp.Diff(whole, evs); diff != "" {
			t.Fatalf("cut at %d (-want +got):\n%s", n, diff)
		}
	}
	if read == 0 {
		t.Error("no damaged report was read")
	}
}

func TestRecognises(t *testing.T) {
	mails := samples(t)
	for name, want := range map[string]bool{"abuse": true, "abuse_lf": true, "in_a_list_mail": true, "plain_mail": false, "broken_header": false} {
		if got := Recognises(mails[name]); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if Recognises(nil) || Recognises([]byte("\x00\x01")) {
		t.Error("nothing is recognised as a report")
	}
}

func BenchmarkReport(b *testing.B) {
	for _, name := range []string{"abuse", "delivery/failed", "plain/exim", "replies/away", "complaints/feedback_as_text"} {
		data, err := os.ReadFile("testdata/" + name + ".eml")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(filepath.Base(name), func(b *testing.B) {
			p := New(options(b))
			l := sources.Line{Data: data}
			b.ReportAllocs()
			for b.Loop() {
				if p.Line(l, func(*schemas.Event) {}).Outcome != sources.Events {
					b.Fatal("no event")
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}

// BenchmarkCorpus reads all samples, most of which are damaged in some way.
func BenchmarkCorpus(b *testing.B) {
	mails := corpus(b)
	p := New(options(b))
	b.ReportAllocs()
	for b.Loop() {
		for _, data := range mails {
			p.Line(sources.Line{Data: data}, func(*schemas.Event) {})
		}
	}
	b.ReportMetric(float64(b.N*len(mails))/b.Elapsed().Seconds(), "mails/s")
}

// BenchmarkBombs reads what is made to cost much: it costs milliseconds.
func BenchmarkBombs(b *testing.B) {
	for name, data := range bombs() {
		b.Run(name, func(b *testing.B) {
			p := New(options(b))
			b.ReportAllocs()
			for b.Loop() {
				p.Line(sources.Line{Data: data}, func(*schemas.Event) {})
			}
		})
	}
}
