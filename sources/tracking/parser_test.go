package tracking

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/platform"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

func parse(p *Parser, line string) ([]schemas.Event, sources.Result) {
	var evs []schemas.Event
	data := []byte(line)
	res := p.Line(sources.Line{Data: data}, func(ev *schemas.Event) { evs = append(evs, *ev) })
	for i := range data {
		data[i] = 'X' // no event may look into the line
	}
	return evs, res
}

// TestGolden parses lines that were written by hand, not recorded.
func TestGolden(t *testing.T) {
	for name, opts := range map[string]Options{
		"hand_written": {Host: "web1"},
		"proxies":      {Host: "web1"},
	} {
		t.Run(name, func(t *testing.T) { golden(t, "testdata/"+name, opts) })
	}
}

func golden(t *testing.T, name string, opts Options) {
	t.Helper()
	in, err := os.ReadFile(name + ".log")
	if err != nil {
		t.Fatal(err)
	}
	p := New(opts)
	var out bytes.Buffer
	offset := int64(0)
	for line := range bytes.Lines(in) {
		data := bytes.TrimSuffix(line, []byte("\n"))
		n := 0
		res := p.Line(sources.Line{Data: data, File: "access.log", Offset: offset}, func(ev *schemas.Event) {
			if n++; n > 1 {
				out.WriteString(" ")
			}
			out.Write(platform.AppendJSON(nil, ev))
		})
		if res.Outcome != sources.Events {
			fmt.Fprintf(&out, "%d %s", res.Outcome, res.Rule)
		}
		out.WriteByte('\n')
		offset += int64(len(line))
	}
	golden := name + ".golden"
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
}

// TestStateAtEveryLine saves and loads the state between any two lines: the
// events must be those of one undisturbed run.
func TestStateAtEveryLine(t *testing.T) {
	in, err := os.ReadFile("testdata/hand_written.log")
	if err != nil {
		t.Fatal(err)
	}
	whole, broken := New(Options{}), New(Options{})
	saved := map[string][]byte{}
	for line := range strings.Lines(string(in)) {
		want, _ := parse(whole, line)
		got, _ := parse(broken, line)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("after a restart (-want +got):\n%s", diff)
		}
		err := broken.Changes(func(k, v []byte) error {
			saved[string(k)] = bytes.Clone(v)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		broken = New(Options{})
		for k, v := range saved {
			if err := broken.Load([]byte(k), v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := broken.Load([]byte("x"), nil); err == nil {
		t.Error("a foreign entry was loaded")
	}
}

func TestPatterns(t *testing.T) {
	open, err := ParsePattern("opened", `^/p/(?P<account>[^/]+)/(?P<message_id>[^/?]+)\.png\?r=(?P<recipient>[^&]+)`)
	if err != nil {
		t.Fatal(err)
	}
	click, err := ParsePattern("clicked", `^/l/(?P<message_id>[^/?]+)/(?P<link>.+)$`)
	if err != nil {
		t.Fatal(err)
	}
	p := New(Options{
		Patterns:  []Pattern{open, click},
		MessageID: func(id string) string { return strings.TrimPrefix(id, "x-") },
	})
	line := func(target string) string {
		return `192.0.2.1 - - [21/Sep/2026:12:00:00 +0200] "GET ` + target + ` HTTP/1.1" 200 43 "-" "-"`
	}
	evs, res := parse(p, line("/p/shop/x-a%2Fb.png?r=a%2Bc%40d.example&z"))
	if len(evs) != 1 || evs[0].Identity != (schemas.Identity{Account: "shop", MessageID: "a/b", Recipient: "a+c@d.example"}) {
		t.Errorf("%+v %+v", evs, res)
	}
	evs, res = parse(p, line("/l/x-1/https:%2F%2Fexample.com%2F"))
	if len(evs) != 1 || evs[0].URL != "https://example.com/" || evs[0].Kind != schemas.Clicked {
		t.Errorf("%+v %+v", evs, res)
	}
	if _, res = parse(p, line("/o/x-1/a@b.example")); res.Rule != NotTracked {
		t.Errorf("a default path: %+v", res)
	}
	if _, res = parse(p, line("/l/x-1/"+strings.Repeat("a", 1<<20))); res.Rule != NotTracked {
		t.Errorf("a target of 1 MiB: %+v", res)
	}
	for _, bad := range [][2]string{{"delivered", `(?P<message_id>.)`}, {"machine_opened", `(?P<message_id>.)`}, {"", ""}, {"opened", `(`}, {"opened", `/o/`}} {
		if _, err := ParsePattern(bad[0], bad[1]); err == nil {
			t.Errorf("pattern %q accepted", bad)
		}
	}
}

func TestStamps(t *testing.T) {
	for in, want := range map[string]string{
		"21/Sep/2026:12:00:00 +0200":       "2026-09-21T10:00:00Z",
		"29/Feb/2028:23:59:59 -0330":       "2028-03-01T03:29:59Z",
		"2026-09-21T12:00:00+02:00":        "2026-09-21T10:00:00Z",
		"2026-09-21T12:00:00.5Z":           "2026-09-21T12:00:00.5Z",
		"2026-09-21 12:00:00":              "2026-09-21T11:00:00Z", // in the configured zone
		"2026-09-21T12:00:00.123456+00:00": "2026-09-21T12:00:00.123Z",
		"1790000000.123":                   "2026-09-21T14:13:20.123Z",
		"1790000000":                       "2026-09-21T14:13:20Z",
		"29/Feb/2027:00:00:00 +0000":       "",
		"21/epO/2026:12:00:00 +0200":       "",
		"21/Sep/2026:24:00:00 +0200":       "",
		"21/Sep/2026:12:00:00 +2400":       "",
		"2026-09-21T12:00:00+2":            "",
		"2026-13-21T12:00:00Z":             "",
		"1790000000.12x":                   "",
		"999999999999999999999":            "",
		"":                                 "",
		"-":                                "",
		"0":                                "",
	} {
		s := stamps{location: time.FixedZone("", 3600)}
		got, ok := s.parse([]byte(in))
		if want == "" {
			if ok {
				t.Errorf("%q is read as %d", in, got)
			}
			continue
		}
		instant, err := time.Parse(time.RFC3339, want)
		if err != nil {
			t.Fatal(err)
		}
		if !ok || got != instant.UnixMilli() {
			t.Errorf("%q: %v %v, want %s", in, time.UnixMilli(got).UTC(), ok, want)
		}
	}
}

func TestHostile(t *testing.T) {
	line := func(target, agent string) string {
		return `192.0.2.1 - - [21/Sep/2026:12:00:00 +0200] "GET ` + target + ` HTTP/1.1" 200 43 "-" "` + agent + `"`
	}
	big := strings.Repeat("a", 1<<20)
	for name, tc := range map[string]struct {
		line   string
		events int
	}{
		"id of 1 MiB":        {line("/o/"+big+"/a@b.example", "-"), 1},
		"recipient of 1 MiB": {line("/o/m/"+big+"@b.example", "-"), 0},
		"agent of 1 MiB":     {line("/o/m/a@b.example", "é"+big), 1},
		"10,000 parameters":  {line("/c/m/a@b.example?"+strings.Repeat("x=y&", 10000)+"u=z", "-"), 1},
		"only slashes":       {line(strings.Repeat("/", 1<<20), "-"), 0},
		"only brackets":      {strings.Repeat(" [", 1<<19), 0},
		"only quotes":        {strings.Repeat(`"`, 1<<20), 0},
		"only backslashes":   {line(strings.Repeat(`\`, 1<<20), "-"), 0},
		"CRLF":               {line("/o/m/a@b.example", "-") + "\r\n", 1},
		"deep JSON":          {`{"request":` + strings.Repeat("[", 1<<20), 0},
	} {
		evs, res := parse(New(Options{}), tc.line)
		if len(evs) != tc.events {
			t.Errorf("%s: %d events, %+v", name, len(evs), res)
		}
		for i := range evs {
			checkEvent(t, &evs[i])
		}
	}
}

// TestCut holds that a long text ends with a whole rune.
func TestCut(t *testing.T) {
	for lead := range 4 {
		agent := strings.Repeat("x", lead) + strings.Repeat("😀", 200)
		evs, _ := parse(New(Options{}), `192.0.2.1 - - [21/Sep/2026:12:00:00 +0200] "GET /o/m HTTP/1.1" 200 43 "-" "`+agent+`"`)
		if got := evs[0].UserAgent; !utf8.ValidString(got) || len(got) <= schemas.MaxText-utf8.UTFMax || !strings.HasPrefix(agent, got) {
			t.Errorf("lead %d: cut to %d bytes: …%q", lead, len(got), got[len(got)-5:])
		}
	}
}

func TestClient(t *testing.T) {
	for client, want := range map[string][2]string{
		"192.0.2.1 - -":                         {"", "192.0.2.1"},
		"2001:db8::1 - user":                    {"", "2001:db8::1"},
		"::1 - two words":                       {"", "::1"},
		"host.example - 192.0.2.9 x":            {"", "host.example"},
		"192.0.2.1 - 192.0.2.9 x":               {"", "192.0.2.1"},
		"t.example 192.0.2.1 - -":               {"t.example", "192.0.2.1"},
		"t.example:443 2001:db8::1 - two words": {"t.example", "2001:db8::1"},
		"ab.cd.ef.be 192.0.2.1 - -":             {"ab.cd.ef.be", "192.0.2.1"},
	} {
		evs, res := parse(New(Options{}), client+` [21/Sep/2026:12:00:00 +0200] "GET /o/m HTTP/1.1" 200 43 "-" "-"`)
		if len(evs) != 1 || evs[0].Host != want[0] || evs[0].IP != want[1] {
			t.Errorf("%s: %+v %+v", client, evs, res)
		}
	}
}

func checkEvent(t *testing.T, ev *schemas.Event) {
	t.Helper()
	bounded := *ev
	bounded.Bound()
	if diff := cmp.Diff(*ev, bounded); diff != "" {
		t.Errorf("texts are not bounded:\n%s", diff)
	}
	if ev.MessageID == "" || ev.Source != schemas.SourceTracking || ev.Time <= 0 {
		t.Errorf("bad event %+v", ev)
	}
	if strings.ContainsAny(ev.MessageID+ev.Recipient+ev.Account, "\r\n\x00\x7f") {
		t.Errorf("bad identity %q", ev.Identity)
	}
}

func FuzzLine(f *testing.F) {
	for _, name := range []string{"hand_written", "proxies"} {
		in, err := os.ReadFile("testdata/" + name + ".log")
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(in)) {
			f.Add(line)
		}
	}
	keys := keysOf(f, 1, "k")
	for _, kind := range []schemas.Kind{schemas.Opened, schemas.Clicked, schemas.Unsubscribed} {
		f.Add(strings.Replace(combinedLine, "/o/2026", signed(f, keys, kind)+"?", 1))
		f.Add(`{"msec":1790000000.123,"pixel_rest":1,"request_time":5.1,"request_method":"GET","request_uri":"` + signed(f, keys, kind) + `","status":200}`)
	}
	user, err := ParsePattern("clicked", `^/(?P<account>.)/(?P<message_id>[^/?]*)/?(?P<recipient>[^?]*)(\?u=(?P<link>.*))?`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string) {
		Recognises([]byte(line))
		for _, opts := range []Options{{}, {Patterns: []Pattern{user}}, {Keys: keys}} {
			evs, res := parse(New(opts), line)
			if (len(evs) > 0) != (res.Outcome == sources.Events) || len(evs) > 2 {
				t.Fatalf("%d events, outcome %+v", len(evs), res)
			}
			if len(evs) == 0 && res.Rule == "" {
				t.Fatal("no event and no rule")
			}
			if len(evs) == 2 && evs[0].ID == evs[1].ID {
				t.Fatal("two events with one id")
			}
			for i := range evs {
				checkEvent(t, &evs[i])
			}
		}
	})
}

func TestRecognises(t *testing.T) {
	for sample, want := range map[string]bool{
		combinedLine + "\nrest": true,
		combinedLine[:80]:       true,
		jsonLine + "\n":         true,

		"https 2026-09-21T12:00:00.186641Z app/c/50 192.0.2.131:2817 - 0 0 0 200 - 0 0 \"GET / HTTP/1.1\" \"x\" - -\n":                                true,
		`{"level":"info","ts":1790000000.5,"msg":"handled request","request":{"method":"GET","uri":"/"},"status":200}` + "\n":                         true,
		`{"ClientIP":"192.0.2.9","ClientRequestMethod":"GET","ClientRequestURI":"/","EdgeResponseStatus":200,"EdgeStartTimestamp":1790000000}` + "\n": true,
		"":         false,
		"\n":       false,
		"\x00\x01": false,
		`{"time":"2026-09-21T12:00:05Z","event":"opened","message_id":"m"}`:                                 false,
		"Sep 21 12:00:00 mx1 postfix/smtp[1]: 4ABC: to=<a@b.example>":                                       false,
		"2026-09-21T12:00:00.123456+02:00 mx1 postfix/smtp[1]: 4ABC: to=<a@b.example>, status=sent (\"x\")": false,
	} {
		if got := Recognises([]byte(sample)); got != want {
			t.Errorf("%.40q: %v", sample, got)
		}
	}
}

const (
	combinedLine = `192.0.2.1 - - [21/Sep/2026:12:00:00 +0200] "GET /o/20260921.1234567%40news.shop.example/user.name%40example.org.gif HTTP/1.1" 200 43 "https://mail.example/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"`
	jsonLine     = `{"time_iso8601":"2026-09-21T12:00:05+00:00","remote_addr":"192.0.2.5","request_method":"GET","request_uri":"/o/20260921.1234567%40news.shop.example/user.name%40example.org.gif","status":"200","http_user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36","http_referer":"-","request_time":"0.000","body_bytes_sent":"43","host":"t.example.com","server_protocol":"HTTP/1.1"}`
)

func benchmark(b *testing.B, line string, opts Options, want sources.Outcome) {
	p := New(opts)
	l := sources.Line{Data: []byte(line), File: "f"}
	digits := bytes.LastIndex(l.Data, []byte("Mozilla")) + len("Mozilla/")
	emit := func(*schemas.Event) {}
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	second := bytes.Index(l.Data, []byte("12:00:0")) + len("12:00:0")
	for i := 0; b.Loop(); i++ {
		l.Data[second] = byte('0' + i/5000%10)
		for j, n := digits, i%5000; j < digits+4; j, n = j+1, n/10 { // lines that differ
			l.Data[j] = byte('0' + n%10)
		}
		if p.Line(l, emit).Outcome != want {
			b.Fatal("another outcome")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkCombined(b *testing.B) { benchmark(b, combinedLine, Options{}, sources.Events) }
func BenchmarkJSON(b *testing.B)     { benchmark(b, jsonLine, Options{}, sources.Events) }

func BenchmarkNotTracked(b *testing.B) {
	benchmark(b, strings.Replace(combinedLine, "/o/", "/x/", 1), Options{}, sources.Ignored)
}

func BenchmarkPattern(b *testing.B) {
	open, err := ParsePattern("opened", `^/o/(?P<message_id>[^/?]+)/(?P<recipient>[^/?]+)\.gif`)
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, combinedLine, Options{Patterns: []Pattern{open}}, sources.Events)
}
