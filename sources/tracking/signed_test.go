package tracking

import (
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/tracking/token"
)

func keysOf(tb testing.TB, id uint8, secret string) *token.Keys {
	tb.Helper()
	k, err := token.NewKeys(token.Key{ID: id, Secret: strings.Repeat(secret, token.MinSecret)})
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func signed(tb testing.TB, k *token.Keys, kind schemas.Kind) string {
	tb.Helper()
	t := token.Token{Kind: kind, MessageID: "x-m1@shop.example", Recipient: "a@b.example"}
	if kind == schemas.Clicked {
		t.Link = "https://a.example/?x=%20"
	}
	text, err := k.Sign(t)
	if err != nil {
		tb.Fatal(err)
	}
	return TokenPath + text
}

// TestSigned reads paths with tokens in a proxy's log and in the tracker's own lines.
func TestSigned(t *testing.T) {
	keys := keysOf(t, 1, "k")
	pixel, click, leave := signed(t, keys, schemas.Opened), signed(t, keys, schemas.Clicked), signed(t, keys, schemas.Unsubscribed)
	forged, unknown := signed(t, keysOf(t, 1, "x"), schemas.Clicked), signed(t, keysOf(t, 2, "k"), schemas.Clicked)
	combined := func(method, target, status string) string {
		return `192.0.2.1 - - [21/Sep/2026:12:00:00 +0200] "` + method + " " + target + ` HTTP/1.1" ` + status + ` 43 "-" "agent"`
	}
	json := func(target, more string) string {
		return `{"msec":1790000000.123,"remote_addr":"192.0.2.1","request_method":"GET","request_uri":"` + target + `","status":200` + more + `}`
	}
	pattern, err := ParsePattern("opened", `^/(o|t)/(?P<message_id>[^/]+)$`)
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		combined("GET", pixel+".gif", "200"):                                 "opened GET",
		combined("GET", pixel+"?x", "304"):                                   "opened GET",
		combined("GET", "https://t.example"+click, "307"):                    "clicked GET",
		combined("HEAD", click, "307"):                                       "clicked HEAD",
		combined("POST", leave, "200"):                                       "unsubscribed POST",
		combined("POST", leave, "503"):                                       FailedStatus,
		combined("GET", leave, "200"):                                        LandingPage,
		combined("HEAD", leave, "200"):                                       LandingPage,
		combined("POST", click, "307"):                                       Method,
		combined("GET", forged, "307"):                                       ForgedToken,
		combined("GET", unknown, "307"):                                      UnknownKey,
		combined("GET", click[:len(click)-1], "307"):                         CutToken,
		combined("GET", click+"/x", "307"):                                   CutToken,
		combined("GET", "/t/", "307"):                                        CutToken,
		combined("GET", "/o/m/a@b.example.gif", "200"):                       NotTracked,
		json(pixel+".gif", `,"http_sec_purpose":"prefetch;prerender"`):       "opened GET prefetch",
		json(pixel+".gif", `,"http_purpose":"none","http_x_moz":"Prefetch"`): "opened GET prefetch",
		json(pixel+".gif", `,"http_sec_purpose":"-"`):                        "opened GET",
		json(pixel+".gif", `,"request_time":5.200`):                          "opened GET, read GET",
		json(pixel+".gif", `,"request_time":5.200,"pixel_rest":1`):           "read GET",
		json(pixel+".gif", `,"request_time":2.200,"pixel_rest":1`):           PixelRest,
		json(click, `,"request_time":5.200,"pixel_rest":1`):                  PixelRest,
	} {
		for name, opts := range map[string]Options{"keys": {Keys: keys}, "keys and patterns": {Keys: keys, Patterns: []Pattern{pattern}}} {
			opts.MessageID = func(id string) string { return strings.TrimPrefix(id, "x-") }
			evs, res := parse(New(opts), line)
			var got []string
			for _, e := range evs {
				got = append(got, e.Kind.String()+" "+e.Command)
				if e.Identity != (schemas.Identity{MessageID: "m1@shop.example", Recipient: "a@b.example"}) || (e.URL != "") != (e.Kind == schemas.Clicked) {
					t.Errorf("%s: %+v", line, e)
				}
			}
			if res.Outcome == sources.Ignored {
				got = []string{res.Rule}
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("with %s: %s: %q, want %s", name, line, got, want)
			}
		}
	}
	if evs, _ := parse(New(Options{Keys: keys, Patterns: []Pattern{pattern}}), combined("GET", "/o/m2", "200")); len(evs) != 1 {
		t.Error("a pattern does not match beside keys")
	}
	if evs, res := parse(New(Options{}), combined("GET", click, "307")); len(evs) != 0 || res.Rule != NotTracked {
		t.Errorf("without keys: %+v", res)
	}
}

func BenchmarkSigned(b *testing.B) {
	keys := keysOf(b, 1, "k")
	line := strings.Replace(combinedLine, "/o/20260921.1234567%40news.shop.example/user.name%40example.org.gif", signed(b, keys, schemas.Opened)+".gif", 1)
	benchmark(b, line, Options{Keys: keys}, sources.Events)
}
