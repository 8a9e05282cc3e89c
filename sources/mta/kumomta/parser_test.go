package kumomta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/sourcestest"
)

const samples = "../../../testdata/mta/kumomta/*.ndjson"

// testOptions are those of all samples.
func testOptions() Options {
	return Options{Account: func(_, user string) string { return user }}
}

var format = &sourcestest.Format{New: func() sources.Parser { return New(testOptions()) }, Rules: Rules()}

func TestGolden(t *testing.T) { format.Golden(t, samples) }

func TestNothingIsForgottenBetweenLines(t *testing.T) {
	for _, log := range sourcestest.Samples(t, samples) {
		format.Pieces(t, log)
	}
}

func FuzzParser(f *testing.F) { format.Fuzz(f, sourcestest.Samples(f, samples)...) }

// TestOrderOfKeysDoesNotMatter reads records that another logger wrote: with
// keys in another order, spaces, and other headers and meta data.
func TestOrderOfKeysDoesNotMatter(t *testing.T) {
	for _, log := range sourcestest.Samples(t, samples) {
		for line := range bytes.Lines(log) {
			var object map[string]json.RawMessage
			if json.Unmarshal(line, &object) != nil {
				continue
			}
			object["meta"] = json.RawMessage(`{"more":1}`)
			var other bytes.Buffer
			enc := json.NewEncoder(&other)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(object); err != nil {
				t.Fatal(err)
			}
			want, got := ids(t, line), ids(t, other.Bytes())
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s(-want +got):\n%s", line, d)
			}
		}
	}
}

func ids(t *testing.T, line []byte) (ids []schemas.EventID) {
	t.Helper()
	for _, e := range format.Read(t, New(testOptions()), line, 0).Events {
		ids = append(ids, e.ID)
	}
	return ids
}

func TestMessageIDPattern(t *testing.T) {
	o := testOptions()
	o.MessageID = func(id string) string {
		own, _, _ := strings.Cut(id, ".")
		return own
	}
	const record = `{"type":"Delivery","id":"1d98","sender":"s@a.test","recipient":"a@b.test","timestamp":1790000000,"created":1790000000,"nodeid":"n.1","headers":%s}`
	for headers, want := range map[string]string{
		`{"Message-ID":"<j42.x@news.test>"}`: "j42",
		`{}`:                                 "q:n.1//1d98/2026-09-21T14:13:20.000Z",
	} {
		events := format.Read(t, New(o), fmt.Appendf(nil, record, headers), 0).Events
		if len(events) != 1 || events[0].MessageID != want {
			t.Errorf("got %+v, want %q", events, want)
		}
	}
}

func TestRecognises(t *testing.T) {
	sourcestest.Recognises(t, Recognises, map[string]bool{
		`{"type":"Delivery","id":"1d98","sender":"s@a.test","recipient":"a@b.test","timestamp":1790000000}` + "\n": true,
		`{"type":"Delivery","id":"1d98","sender":"s@a.test","recip`:                                                true,
		`{"type":"Delivery","id":"1d98","sender":"s@a.test","recip` + "\n":                                         false,
		`{"type":"Authentication","id":"1d98","sender":"s@a.test"}`:                                                false,
		`{"time":"2026-11-21T23:20:20Z","event":"received","message_id":"x"}`:                                      false,
		"type,timeLogged,rcpt\n": false,
		"":                       false,
	})
}

func TestAllocations(t *testing.T) {
	sourcestest.Allocations(t, New(Options{}), map[string]float64{
		written(0, "Delivered", `"headers":{"Message-ID":"<m@a.test>"}`): 0,
		written(0, "XferOut", `"headers":{"Message-ID":"<m@a.test>"}`):   0,
		written(0, "Delivery", `"headers":{"Message-ID":"<m@a.test>"}`):  1,
		written(0, "Delivery", `"headers":{}`):                           1,
	})
}

// written returns a record of the n-th message, as KumoMTA writes it.
func written(n int, kind, headers string) string {
	at := 1790000000 + n/2000
	return fmt.Sprintf(`{"type":"%s","id":"%032x","sender":"b-%x@bounce.shop.example","recipient":"user%d@example%d.net","queue":"autumn-sale:shop@example%d.net",`+
		`"site":"source1->(mx1|mx2).example%d.net","size":41159,"response":{"code":250,"enhanced_code":{"class":2,"subject":0,"detail":0},"content":"Ok: queued as 4X%dZ","command":"."},`+
		`"peer_address":{"name":"mx1.example%d.net.","addr":"192.0.2.%d"},"timestamp":%d,"event_time":"2026-09-21T14:%02d:%02d.%06dZ","created":%d,"created_time":"2026-09-21T14:13:20.123456Z",`+
		`"num_attempts":0,"bounce_classification":"Uncategorized","egress_pool":"pool1","egress_source":"source1","source_address":{"address":"203.0.113.7:53210"},"feedback_report":null,"meta":{},%s,`+
		`"delivery_protocol":"ESMTP","reception_protocol":"ESMTP","nodeid":"557f3ad4-2c8c-11ee-976e-782d7e12e173","tls_cipher":"TLS_AES_256_GCM_SHA384","tls_protocol_version":"TLSv1.3",`+
		`"session_id":"9bcd689e-23d9-41b7-a015-63a1382f8b57"}`,
		kind, n, n*7919, n, n%50, n%50, n%50, n, n%50, n%200, at, 13+n/120000%40, n/2000%60, n%2000*500, at-2, headers)
}

func generated(n int) []byte {
	var b []byte
	for i := range n {
		kind := "Delivery"
		if i%2 == 0 {
			kind = "Reception"
		}
		b = append(b, written(i, kind, fmt.Sprintf(`"headers":{"Message-ID":"<%x.%d@news.shop.example>","Subject":"Autumn sale"}`, i*7919, i))...)
		b = append(b, '\n')
	}
	return b
}

func BenchmarkParse(b *testing.B) { format.Bench(b, generated(20_000)) }

// BenchmarkPeer is encoding/json into the fields that an event needs.
func BenchmarkPeer(b *testing.B) {
	log := generated(20_000)
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	lines := 0
	for b.Loop() {
		for line := range bytes.Lines(log) {
			var r struct {
				Type, ID, Sender, Recipient, Queue, Nodeid string
				Size, Created                              int64
				EventTime                                  string `json:"event_time"`
				Response                                   struct {
					Code     int
					Enhanced struct{ Class, Subject, Detail int } `json:"enhanced_code"`
					Content  string
					Command  string
				}
				Peer    struct{ Name, Addr string } `json:"peer_address"`
				Headers map[string]any
				Meta    map[string]any
			}
			if err := json.Unmarshal(line, &r); err != nil {
				b.Fatal(err)
			}
			lines++
		}
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}

func TestLongLines(t *testing.T) {
	front := `{"type":"Delivery","id":"1d98","timestamp":1790000000,`
	for _, field := range []string{"sender", "recipient", "queue", "x"} {
		for _, what := range []string{"x", `\"`, `\u0000`, "é", "@", ":"} {
			format.Read(t, New(testOptions()), []byte(front+`"`+field+`":"`+strings.Repeat(what, 1<<16)+`"}`), 0)
		}
		for _, what := range []string{"[", `{"a":`} {
			format.Read(t, New(testOptions()), []byte(front+`"`+field+`":`+strings.Repeat(what, 1<<16)), 0)
		}
	}
}
