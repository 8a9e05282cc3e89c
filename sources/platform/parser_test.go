package platform

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailfate/schemas"
	"mailfate/sources"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// parseOne returns copies of a line's events.
func parseOne(p *Parser, line []byte) ([]schemas.Event, sources.Result) {
	var evs []schemas.Event
	res := p.Line(sources.Line{Data: line, File: "hand_written.ndjson"}, func(ev *schemas.Event) {
		c := *ev
		c.Tags = append([]string(nil), ev.Tags...)
		evs = append(evs, c)
	})
	return evs, res
}

// TestGolden parses lines that were written by hand, not recorded.
func TestGolden(t *testing.T) {
	in, err := os.ReadFile("testdata/hand_written.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	p := New(Options{})
	var out bytes.Buffer
	offset := int64(0)
	for line := range bytes.Lines(in) {
		data := bytes.TrimSuffix(line, []byte("\n"))
		res := p.Line(sources.Line{Data: data, File: "hand_written.ndjson", Offset: offset}, func(ev *schemas.Event) {
			out.Write(AppendJSON(nil, ev))
		})
		if res.Outcome != sources.Events {
			fmt.Fprintf(&out, "%d %s", res.Outcome, res.Rule)
		}
		out.WriteByte('\n')
		offset += int64(len(line))
	}
	const golden = "testdata/hand_written.golden"
	if *rewrite {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")); diff != "" {
		t.Errorf("golden file differs (-want +got):\n%s", diff)
	}
	if want := int64(1790000000000 - 8*3600*1000); p.Time() < want {
		t.Errorf("Time is %d", p.Time())
	}
}

func TestIDs(t *testing.T) {
	id := func(line string) schemas.EventID {
		evs, res := parseOne(New(Options{}), []byte(line))
		if len(evs) != 1 {
			t.Fatalf("%s: %v", line, res)
		}
		return evs[0].ID
	}
	base := `{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m","recipient":"a@b.example"`
	same := []string{
		base + `}`,
		`{"recipient":"a@b.example", "message_id":"\u006d","event":"opened", "time":"2026-09-21T12:00:05Z"}`,
		base + `,"file":"x","offset":3}`,
	}
	for _, l := range same[1:] {
		if id(l) != id(same[0]) {
			t.Errorf("%s has another id", l)
		}
	}
	seen := map[schemas.EventID]string{id(same[0]): same[0]}
	for _, l := range []string{
		base + `,"extra":1}`, base + `,"extra":"1"}`, base + `,"event_id":"1"}`, base + `,"event_id":"2"}`,
		base + `,"event_id":"1","account":"x"}`, base + `,"event_id":"0123456789abcdef"}`,
		base + `,"event_id":"0123456789abcdef","source":"tracking"}`,
	} {
		if other, dup := seen[id(l)]; dup {
			t.Errorf("%s has the id of %s", l, other)
		}
		seen[id(l)] = l
	}
	if got := id(base + `,"event_id":"0123456789abcdef","source":"tracking"}`); got != 0x0123456789abcdef {
		t.Errorf("our own id was read as %v", got)
	}
}

func TestMessageIDPattern(t *testing.T) {
	p := New(Options{MessageID: func(id string) string {
		own, _, found := strings.Cut(id, ".")
		if !found {
			return ""
		}
		return own
	}})
	for in, want := range map[string]string{"<abc.17@x>": "abc", "plain": "plain", "n:1.2": "n:1.2", "q:h.x/y": "q:h.x/y"} {
		evs, _ := parseOne(p, []byte(`{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"`+in+`"}`))
		if len(evs) != 1 || evs[0].MessageID != want {
			t.Errorf("%s: %+v, want %s", in, evs, want)
		}
	}
}

func TestHostile(t *testing.T) {
	huge := strings.Repeat("é", 1<<17)
	for name, line := range map[string]string{
		"long texts":  `{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"` + huge + `","user_agent":"x` + huge + `"}`,
		"many tags":   `{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m","tags":[` + strings.Repeat(`"t",`, 999) + `"t"]}`,
		"NUL":         `{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m\u0000","reply":"\u0000\u001b[2J"}`,
		"not UTF-8":   "{\"time\":\"2026-09-21T12:00:05Z\",\"event\":\"opened\",\"message_id\":\"\xff\",\"reply\":\"\xc3\"}",
		"line breaks": `{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m","subject":"a\r\nb\u2028"}` + "\r",
		"BOM":         "\ufeff" + `{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m"}`,
	} {
		evs, res := parseOne(New(Options{}), []byte(line))
		if len(evs) != 1 {
			t.Errorf("%s: %+v", name, res)
			continue
		}
		checkEvent(t, &evs[0])
	}
	for name, line := range map[string]string{
		"too long": `{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m","x":"` + huge + huge + huge + huge + `"}`,
		"too deep": `{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m","x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`,
	} {
		if evs, res := parseOne(New(Options{}), []byte(line)); res.Outcome != sources.Unparsed || len(evs) != 0 {
			t.Errorf("%s: %+v", name, res)
		}
	}
}

// TestCut holds that a long text ends with a whole rune.
func TestCut(t *testing.T) {
	for lead := range 4 {
		reply := strings.Repeat("x", lead) + strings.Repeat("😀", schemas.MaxReply/4+1)
		evs, _ := parseOne(New(Options{}), []byte(`{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m","reply":"`+reply+`"}`))
		if got := evs[0].Reply; !utf8.ValidString(got) || len(got) <= schemas.MaxReply-utf8.UTFMax || !strings.HasPrefix(reply, got) {
			t.Errorf("lead %d: cut to %d bytes", lead, len(got))
		}
	}
}

// checkEvent holds what every event must obey, and that it can be written and
// read back.
func checkEvent(t *testing.T, ev *schemas.Event) {
	t.Helper()
	if len(ev.Reply) > schemas.MaxReply {
		t.Errorf("reply of %d bytes", len(ev.Reply))
	}
	for _, s := range []string{ev.UserAgent, ev.Subject, ev.URL, ev.Sender, ev.Host} {
		if len(s) > schemas.MaxText {
			t.Errorf("text of %d bytes", len(s))
		}
	}
	if ev.MessageID == "" || len(ev.MessageID) > schemas.MaxMessageID || ev.Source != schemas.SourcePlatform {
		t.Errorf("bad event %+v", ev)
	}
	line := AppendJSON(nil, ev)
	if !utf8.Valid(line) || bytes.ContainsAny(line, "\n\r\x00\x1b") {
		t.Errorf("line is not clean: %q", line)
	}
	evs, res := parseOne(New(Options{}), line)
	if len(evs) != 1 {
		t.Fatalf("%q is not read back: %+v", line, res)
	}
	if !utf8.Valid(fmt.Appendf(nil, "%+v", *ev)) {
		return // what is not UTF-8 cannot come back as it was
	}
	ignore := cmpopts.IgnoreFields(schemas.Event{}, "File", "Offset")
	if diff := cmp.Diff(*ev, evs[0], ignore, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%q came back otherwise (-want +got):\n%s", line, diff)
	}
}

func FuzzLine(f *testing.F) {
	in, err := os.ReadFile("testdata/hand_written.ndjson")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(in) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		before := bytes.Clone(line)
		evs, res := parseOne(New(Options{}), line)
		clear(line) // no event may look into the line
		copy(line, before)
		if (len(evs) == 1) != (res.Outcome == sources.Events) {
			t.Fatalf("%d events, outcome %+v", len(evs), res)
		}
		if len(evs) == 0 && res.Rule == "" {
			t.Fatal("no event and no rule")
		}
		for i := range evs {
			checkEvent(t, &evs[i])
		}
		Recognises(line)
	})
}

func TestRecognises(t *testing.T) {
	in, err := os.ReadFile("testdata/hand_written.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		sample string
		want   bool
	}{
		"ours":            {string(in), true},
		"cut in line one": {string(in[:100]), true},
		"empty":           {"", false},
		"other JSON":      {`{"time_iso8601":"2026-09-21T12:00:05Z","request":"GET / HTTP/1.1"}`, false},
		"text":            {"Sep 21 12:00:00 mx1 postfix/smtp[1]: x", false},
		"binary":          {"\x00\x01\x02", false},
	} {
		if got := Recognises([]byte(tc.sample)); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestStringsOutliveTheLine(t *testing.T) {
	line := []byte(`{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m","user_agent":"agent","tags":["tag"]}`)
	evs, _ := parseOne(New(Options{}), line)
	for i := range line {
		line[i] = 'X'
	}
	if evs[0].MessageID != "m" || evs[0].UserAgent != "agent" || evs[0].Tags[0] != "tag" {
		t.Errorf("event changed with the line: %+v", evs[0])
	}
}

func benchmarkLine(b *testing.B, line string) {
	p := New(Options{})
	l := sources.Line{Data: []byte(line), File: "f"}
	emit := func(*schemas.Event) {}
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if p.Line(l, emit).Outcome != sources.Events {
			b.Fatal("no event")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

const benchLine = `{"time":"2026-09-21T12:00:00.123Z","event":"bounced","message_id":"plain.1@example.com","recipient":"user@example.org","account":"shop","email_id":"e-1","sender":"news@shop.example","subject":"Autumn offers","campaign":"autumn","tags":["a","b"],"reason":"user_unknown","reply":"550 5.1.1 <user@example.org>: Recipient address rejected: User unknown in virtual mailbox table","code":550,"enhanced":"5.1.1"`

func BenchmarkContentID(b *testing.B) { benchmarkLine(b, benchLine+`}`) }
func BenchmarkEventID(b *testing.B)   { benchmarkLine(b, benchLine+`,"event_id":"e-1-17"}`) }

func BenchmarkAppendJSON(b *testing.B) {
	evs, _ := parseOne(New(Options{}), []byte(benchLine+`}`))
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendJSON(buf[:0], &evs[0])
	}
}
