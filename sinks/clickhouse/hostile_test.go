package clickhouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/explain"
)

// answering is a database as the API asks it.
type answering struct{ *DB }

func (a answering) Message(ctx context.Context, owner api.Owner, id, recipient string, in []*schemas.Vocabulary) (explain.Story, error) {
	found, err := a.StoryOf(ctx, owner, id, recipient)
	if err != nil {
		return explain.Story{}, err
	}
	return explain.Tell(found, explain.Options{Vocabularies: in}), nil
}

// asker asks a server with a real database behind it.
type asker struct{ base, key string }

func askers(t *testing.T, db *DB, accounts ...string) (list []asker) {
	t.Helper()
	base := serving(t, db)
	for _, account := range accounts {
		list = append(list, asker{base, newKey(t, db, account, api.ScopeCheck|api.ScopeRead|api.ScopeDownload)})
	}
	return list
}

// serving answers questions about a database, and returns where.
func serving(t *testing.T, db *DB) string {
	t.Helper()
	s := api.New(api.Options{Store: answering{db}})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := errors.Join(s.Shutdown(context.WithoutCancel(t.Context())), <-served); err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

func newKey(t *testing.T, db *DB, account string, scopes api.Scopes) string {
	t.Helper()
	secret, k := api.NewKey()
	k.Account, k.Scopes, k.Rate, k.Made = account, scopes, 1_000_000, time.Now()
	if err := db.SetKey(t.Context(), &k); err != nil {
		t.Fatal(err)
	}
	return secret
}

// get asks; of a stream it reads only that it begins.
func (a asker) get(t *testing.T, path string, query url.Values) (status int, body string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+path+"?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s?%s: %v", path, query.Encode(), err)
	}
	defer res.Body.Close()
	kind := res.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "text/event-stream") {
		return res.StatusCode, ""
	}
	b, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		t.Fatalf("%s?%s: %v", path, query.Encode(), err)
	case strings.HasPrefix(kind, "application/json") && (!json.Valid(b) || strings.ContainsAny(string(b), "<>&")):
		t.Errorf("%s?%s: %.200s", path, query.Encode(), b)
	case strings.HasPrefix(kind, "text/html") && !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox"), res.Header.Get("X-Content-Type-Options") != "nosniff":
		t.Errorf("%s?%s: a browser may run this: %v", path, query.Encode(), res.Header)
	}
	return res.StatusCode, string(b)
}

type endpointsText struct {
	Paths map[string]struct {
		Get struct {
			Parameters []describedParameter
		}
	}
	Components struct{ Parameters map[string]describedParameter }
}

type describedParameter struct {
	Ref      string `yaml:"$ref"`
	Name, In string
}

// endpoints are all that there is to ask by GET, and the names of what each takes.
func (a asker) endpoints(t *testing.T) map[string][]string {
	t.Helper()
	_, text := a.get(t, "/api/v1/openapi.yaml", nil)
	var d endpointsText
	if err := yaml.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{"/api/checkEmail": {"email_id", "format", "vocabulary"}}
	for path, methods := range d.Paths {
		path = "/api/v1" + path
		all[path] = nil
		for _, p := range methods.Get.Parameters {
			if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
				p = d.Components.Parameters[name]
			}
			if p.In == "query" {
				all[path] = append(all[path], p.Name)
			}
		}
	}
	return all
}

// filledPath puts a text into a path where it has a name in braces.
func filledPath(path, text string) string {
	begin, rest, ok := strings.Cut(path, "{")
	if !ok {
		return path
	}
	_, rest, _ = strings.Cut(rest, "}")
	return begin + url.PathEscape(text) + rest
}

// TestHostileParameters puts hostile texts into every parameter of every endpoint: no
// question fails for it, nothing is answered that a browser runs, and nothing changes.
func TestHostileParameters(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, feedSnapshots(t)...)...)
	a := askers(t, db, "a")[0]
	before, err := db.Digest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	texts := append([]string{"<script>alert(1)</script>", "\" onload=alert(1) x=\"", "1; SYSTEM SHUTDOWN", "x' UNION ALL SELECT * FROM api_keys --", "18446744073709551616"}, hostileTexts...)
	asked := 0
	for path, names := range a.endpoints(t) {
		for _, text := range texts {
			for _, name := range append(names, "") {
				if name == "" && !strings.Contains(path, "{") {
					continue
				}
				at, query := filledPath(path, "m1@acme.example"), url.Values{}
				if path == "/api/checkEmail" {
					query.Set("email_id", "e1")
				}
				if name == "" {
					at = filledPath(path, text)
				} else {
					query.Set(name, text)
				}
				if status, body := a.get(t, at, query); status >= 500 {
					t.Errorf("%s?%s: %d %.200s", at, query.Encode(), status, body)
				}
				asked++
			}
		}
	}
	if after, err := db.Digest(t.Context()); err != nil || after != before {
		t.Errorf("after %d questions the tables are others: %v", asked, err)
	}
	if asked < 500 {
		t.Errorf("only %d questions were asked", asked)
	}
}

// TestAnotherAccountIsHidden asks every endpoint for another account's message, by all
// that names it: what is answered says nothing that was not in the question.
func TestAnotherAccountIsHidden(t *testing.T) {
	db := migrated(t)
	s := delivered(t)
	s.Account, s.Row.EmailID, s.Row.Sender, s.Row.Subject, s.Row.Campaign = "victim", "e-victim", "secret@sender.example", "secret subject", "secret campaign"
	for i := range s.History {
		s.History[i].Reply, s.History[i].URL = "250 secret words", "https://secret.example/"
	}
	mine := bounced(t)
	mine.Account = "mallory"
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s, mine)...)
	both := askers(t, db, "victim", "mallory")
	victim, mallory := both[0], both[1]
	number := fmt.Sprint(messageNumber(s.Identity))
	ids := []string{s.MessageID, "<" + s.MessageID + ">", "e-victim", number, s.Recipient, "secret campaign", "secret@sender.example", "victim", "secret"}
	seen := 0
	for path, names := range mallory.endpoints(t) {
		if strings.HasSuffix(path, "/openapi.yaml") || strings.HasSuffix(path, "/vocabularies") {
			continue
		}
		for _, id := range ids {
			for _, name := range append(names, "") {
				at, query := filledPath(path, id), url.Values{}
				if name != "" {
					query.Set(name, id)
				}
				status, body := mallory.get(t, at, query)
				named := strings.Trim(id, "<>")
				told := strings.NewReplacer(named, "", strings.ToLower(named), "").Replace(body)
				for _, secret := range []string{"secret", s.MessageID, s.Recipient, number, "e-victim", "victim"} {
					if strings.Contains(told, secret) {
						t.Errorf("%s?%s: %d %.300s", at, query.Encode(), status, body)
					}
				}
				if name == "account" && id == "victim" && status != http.StatusForbidden && !strings.Contains(path, "/reports/") {
					t.Errorf("%s?%s: %d", at, query.Encode(), status)
				}
				if _, body := victim.get(t, at, query); strings.Contains(body, "secret subject") {
					seen++
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("the victim sees it only %d times: the questions test nothing", seen)
	}
}
