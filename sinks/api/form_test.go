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
		{"/feed", url.Values{"api_key": {key}}, http.StatusMethodNotAllowed},
		{"/suppressions", url.Values{"api_key": {key}}, http.StatusMethodNotAllowed},
	} {
		if status, body := post(c.path, c.form); status != c.status {
			t.Errorf("%s %v: %d %s", c.path, c.form, status, body)
		}
	}
}

// Who asks in another way than a path knows is told in which it may be asked, and who
// asks for a path that is not there, that it is not.
func TestOtherMethods(t *testing.T) {
	r := start(t, feedOf(1, "shop"))
	for _, c := range []struct {
		method, path, allow, text string
		status                    int
	}{
		{http.MethodPost, base + "/feed", "GET, HEAD", "not asked for in that way", http.StatusMethodNotAllowed},
		{http.MethodDelete, base + "/suppressions", "GET, HEAD", "not asked for in that way", http.StatusMethodNotAllowed},
		{http.MethodPut, base + "/openapi.yaml", "GET, HEAD", "not asked for in that way", http.StatusMethodNotAllowed},
		{http.MethodPut, base + downloads, "GET, HEAD, POST", "not asked for in that way", http.StatusMethodNotAllowed},
		{http.MethodPatch, "/en/api/checkEmail", "GET, HEAD, POST", "not asked for in that way", http.StatusMethodNotAllowed},
		{http.MethodPost, base + "/nothing", "", "nothing at this path", http.StatusNotFound},
		{http.MethodGet, base + "/feed/", "", "nothing at this path", http.StatusNotFound},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, r.base+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != c.status || res.Header.Get("Allow") != c.allow || !strings.Contains(string(body), c.text) || !strings.Contains(string(body), "invalid_method") {
			t.Errorf("%s %s: %d, Allow %q, %v\n%s", c.method, c.path, res.StatusCode, res.Header.Get("Allow"), err, body)
		}
	}
}
