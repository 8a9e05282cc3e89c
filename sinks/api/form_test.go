package api

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A page's form has the key in its body; nothing else is answered by a form.
func TestDownloadByForm(t *testing.T) {
	f := feedOf(3, "shop")
	key, read := f.key("shop", ScopeRead|ScopeDownload, 0), f.key("shop", ScopeRead, 0)
	r := start(t, f)
	post := func(path string, form url.Values) (int, string) {
		t.Helper()
		res, err := http.PostForm(r.base+base+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	if status, body := post(downloads, url.Values{"api_key": {key}, "recipient": {"user1@x.example"}}); status != http.StatusOK || strings.Count(body, "user1@x.example") != 1 || strings.Contains(body, "user2") {
		t.Errorf("%d %s", status, body)
	}
	for _, c := range []struct {
		path   string
		form   url.Values
		status int
	}{
		{downloads, nil, http.StatusUnauthorized},
		{downloads, url.Values{"api_key": {"wrong"}}, http.StatusUnauthorized},
		{downloads, url.Values{"api_key": {read}}, http.StatusForbidden},
		{downloads, url.Values{"api_key": {key}, "account": {"other"}}, http.StatusForbidden},
		{downloads, url.Values{"api_key": {key}, "nonsense": {""}}, http.StatusBadRequest},
		{"/feed", url.Values{"api_key": {key}}, http.StatusNotFound},
		{"/suppressions", url.Values{"api_key": {key}}, http.StatusNotFound},
	} {
		if status, body := post(c.path, c.form); status != c.status {
			t.Errorf("%s %v: %d %s", c.path, c.form, status, body)
		}
	}
}
