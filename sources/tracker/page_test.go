package tracker

import (
	"net/http"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources/tracker/spool"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

func TestPage(t *testing.T) {
	r := start(t, Options{}, spool.Options{})
	unsubscribe := sign(t, schemas.Unsubscribed)
	for accept, lang := range map[string]string{
		"": "en", "de-AT,de;q=0.9,en;q=0.5": "de", "fr-CA": "fr", "es-419": "es", "pt-BR,pt;q=0.8": "pt", "it": "it", "ru-RU": "ru", "pl": "pl",
		"nl-BE": "nl", "uk": "uk", "ja": "en", "*": "en", "\"><script>": "en", strings.Repeat("a-", 500): "en", "zh;q=0.9, ru;q=0.1": "ru",
	} {
		res, body := r.do(t, "GET", unsubscribe, "", http.Header{"Accept-Language": {accept}})
		if res.Header.Get("Content-Language") != lang || !strings.Contains(body, `<html lang="`+lang+`">`) {
			t.Errorf("%q is answered in %s", accept, res.Header.Get("Content-Language"))
		}
		if strings.Contains(body, "<script") || strings.Contains(body, "http:") || strings.Contains(body, "https:") || !strings.Contains(body, recipient) {
			t.Errorf("%s", body)
		}
		if policy := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") {
			t.Error(policy)
		}
	}
	text, err := testKeys(t).Sign(token.Token{Kind: schemas.Unsubscribed, MessageID: "m", Recipient: `"<script>alert(1)</script>"@b.example`})
	if err != nil {
		t.Fatal(err)
	}
	if _, body := r.do(t, "GET", tracking.TokenPath+text, "", nil); strings.Contains(body, "<script") {
		t.Error(body)
	}
	for _, text := range allTexts {
		if text.Lang == "" || text.Title == "" || text.Question == "" || text.Button == "" || text.Done == "" {
			t.Errorf("%+v", text)
		}
	}
}
