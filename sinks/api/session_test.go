package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

func (f *fake) Accounts(context.Context) ([]string, error) { return []string{"other", "shop"}, f.err }

func TestSession(t *testing.T) {
	f := &fake{}
	r := start(t, f)
	r.server.version = "v1"
	expect := func(query string, status int, want string) {
		t.Helper()
		if got, body := r.get(t, base+"/session"+query); got != status || body != want {
			t.Errorf("%d %s\nwant %d %s", got, body, status, want)
		}
	}
	expect("", http.StatusOK, `{"keys":false,"key":null,"every_account":true,"accounts":["other","shop"],"version":"v1"}`)
	expect("?api_key=&api_key=", http.StatusBadRequest, `{"error":"api_key is repeated, and has one value","code":"invalid_arg"}`)
	check, admin := f.key("shop", ScopeCheck, 0), f.key("shop", ScopeAdmin, 0)
	f.set(func() { f.keys[0].Label = "the <b>shop</b>\xff" })
	r.move(renewEvery)
	expect("", http.StatusOK, `{"keys":true,"key":null,"every_account":false,"accounts":[],"version":""}`)
	expect("?api_key=", http.StatusOK, `{"keys":true,"key":null,"every_account":false,"accounts":[],"version":""}`)
	for path := range r.server.resources() { // whoever sends no key learns that one is needed, and nothing else
		if path == "/session" || path == "/openapi.yaml" {
			continue
		}
		path = base + strings.NewReplacer("{id}", "m1", "{address}", "a@b.example", "{name}", "overview").Replace(path)
		if status, body := r.get(t, path); status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	expect("?api_key=x", http.StatusUnauthorized, `{"error":"api_key is not known","code":"invalid_api_key"}`)
	expect("?api_key="+check, http.StatusOK, `{"keys":true,"key":{"id":"`+f.keys[0].ID+`","label":"the \u003cb\u003eshop\u003c/b\u003e�","account":"shop","scopes":["check"]},`+
		`"every_account":false,"accounts":["shop"],"version":"v1"}`)
	expect("?api_key="+admin, http.StatusOK, `{"keys":true,"key":{"id":"`+f.keys[1].ID+`","label":"","account":"shop","scopes":["admin"]},`+
		`"every_account":true,"accounts":["other","shop"],"version":"v1"}`)
}
