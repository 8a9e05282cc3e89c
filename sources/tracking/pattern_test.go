package tracking

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"mailfate/schemas"
	"mailfate/sources"
)

// twin reads a request's target as the package comment says, with the standard
// library and no care for speed; ok is false when there is no event.
func twin(target string) (id schemas.Identity, kind schemas.Kind, link string, ok bool) {
	path, query, _ := strings.Cut(target, "?")
	kinds := map[string]schemas.Kind{"o": schemas.Opened, "c": schemas.Clicked, "u": schemas.Unsubscribed}
	parts := strings.Split(strings.TrimSuffix(path, "/"), "/")
	if len(parts) < 3 || len(parts) > 4 || parts[0] != "" || kinds[parts[1]] == 0 {
		return id, 0, "", false
	}
	kind = kinds[parts[1]]
	if kind == schemas.Opened {
		parts[len(parts)-1] = strings.TrimSuffix(parts[len(parts)-1], ".gif")
	}
	messageID, err1 := url.PathUnescape(parts[2])
	recipient := ""
	var err2 error
	if len(parts) == 4 {
		recipient, err2 = url.PathUnescape(parts[3])
	}
	if err1 != nil || err2 != nil || strings.ContainsFunc(messageID+recipient, func(r rune) bool { return r == '\n' || r == utf8.RuneError }) {
		return id, 0, "", false
	}
	id = schemas.Identity{MessageID: schemas.CleanMessageID(messageID), Recipient: schemas.CleanRecipient(recipient)}
	if id.MessageID == "" || id.MessageID == "." || id.MessageID == ".." {
		return id, 0, "", false
	}
	if r := id.Recipient; r != "" && (strings.LastIndex(r, "@") < 1 || strings.HasSuffix(r, "@")) {
		return id, 0, "", false
	}
	if kind == schemas.Clicked {
		for one := range strings.SplitSeq(query, "&") {
			if v, found := strings.CutPrefix(one, "u="); found {
				link = v
				if plain, err := url.QueryUnescape(v); err == nil {
					link = plain
				}
				break
			}
		}
	}
	return id, kind, link, true
}

// TestDefaultPaths holds the hand-written matcher against its twin.
func TestDefaultPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	words := []string{"/", "/", "/", "o", "c", "u", "?", "u=", "&", "=", "@", "%40", "%2F", "%2f", "%25", "%", "%4", "%zz", ".gif", ".", "..", "a", "B", "+", "%20", "%0a", "%ff", "<", ">", "é"}
	p := New(Options{})
	events := 0
	for range 100_000 {
		var b strings.Builder
		b.WriteString([]string{"/o/", "/c/", "/u/", "/", "/o", "/x/"}[rng.IntN(6)])
		for range rng.IntN(9) {
			b.WriteString(words[rng.IntN(len(words))])
		}
		target := b.String()
		evs, res := parse(p, `192.0.2.1 - - [21/Sep/2026:12:00:00 +0200] "GET `+target+` HTTP/1.1" 200 43 "-" "-"`)
		id, kind, link, ok := twin(target)
		if ok != (res.Outcome == sources.Events) {
			t.Fatalf("%s: %+v, the twin says %v", target, res, ok)
		}
		if !ok {
			continue
		}
		events++
		if evs[0].Identity != id || evs[0].Kind != kind || evs[0].URL != link {
			t.Fatalf("%s: %+v, the twin says %v %v %q", target, evs[0], id, kind, link)
		}
	}
	if events < 1000 {
		t.Errorf("only %d targets gave an event", events)
	}
}
