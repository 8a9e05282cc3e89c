package api

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"mailfate/schemas"
)

type document struct {
	Paths      map[string]map[string]operation
	Components struct {
		Parameters map[string]parameter
		Schemas    map[string]struct {
			Required   []string
			Properties map[string]any
		}
	}
}

type operation struct {
	RequestBody struct {
		Content map[string]struct {
			Schema struct{ Properties map[string]any }
		}
	} `yaml:"requestBody"`
	Parameters []parameter
	Responses  map[string]struct {
		Content map[string]struct {
			Schema struct {
				Required   []string
				Properties map[string]any
			}
		}
	}
}

type parameter struct {
	Ref      string `yaml:"$ref"`
	Name, In string
	Schema   struct{ Type any }
}

// query are the names of an operation's parameters in the URL's query, and those of
// them that are lists.
func (d *document) query(o operation) (names, lists []string) {
	for _, p := range o.Parameters {
		if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
			p = d.Components.Parameters[name]
		}
		if p.In != "query" {
			continue
		}
		if names = append(names, p.Name); p.Schema.Type == "array" {
			lists = append(lists, p.Name)
		}
	}
	return names, lists
}

// TestOpenAPI holds the document against the server: what there is, what may be
// asked, and what is answered.
func TestOpenAPI(t *testing.T) {
	r := start(t, feedOf(3, "shop"))
	var d document
	if err := yaml.Unmarshal(openAPIDocument, &d); err != nil {
		t.Fatal(err)
	}
	served := slices.Sorted(maps.Keys(New(Options{Store: r.fake}).resources()))
	if said := slices.Sorted(maps.Keys(d.Paths)); !slices.Equal(said, served) {
		t.Fatalf("the document has %q, the server %q", said, served)
	}
	names := map[string]bool{"nonsense": true}
	for _, methods := range d.Paths {
		said, _ := d.query(methods["get"])
		for _, name := range said {
			names[name] = true
		}
	}
	for path, methods := range d.Paths {
		get := methods["get"]
		if post, ok := methods["post"]; ok != (path == downloads) || get.Responses == nil || len(methods) > 2 {
			t.Errorf("%s is not read alone", path)
		} else if ok {
			byForm(t, r, &d, get, post)
		}
		at := base + strings.NewReplacer("{name}", "overview", "{id}", "m1@x", "{address}", "ann@x.example").Replace(path)
		answers(t, r, at, get)
		for name := range names {
			if path == "/openapi.yaml" {
				continue // a file
			}
			known, lists := d.query(get)
			for times, said := range [][]string{known, lists} {
				values := make([]string, times+1)
				status, _, body := begin(t, r, at+"?"+url.Values{name: values}.Encode())
				if said := slices.Contains(said, name); said != (status == http.StatusOK) || !said && !strings.Contains(string(body), name) {
					t.Errorf("%s, %s %d times: %d %.100s; in the document: %v", path, name, len(values), status, body, said)
				}
			}
		}
	}
	change := d.Components.Schemas["Change"]
	if !slices.Equal(change.Required, columns) || len(change.Properties) != len(columns) {
		t.Errorf("a Change has %q", change.Required)
	}
	sameNames(t, d.Components.Schemas["Status"].Required, r)
}

// sameNames compares what a status of a vocabulary is said to have with what it
// has, its labels in every language.
func sameNames(t *testing.T, said []string, r *rig) {
	t.Helper()
	var got struct {
		Vocabularies []struct{ Statuses []map[string]any }
	}
	_, _, body := begin(t, r, base+"/vocabularies")
	if err := json.Unmarshal(body, &got); err != nil || len(got.Vocabularies) != len(schemas.Vocabularies) {
		t.Fatalf("%d vocabularies, %v", len(got.Vocabularies), err)
	}
	for _, v := range got.Vocabularies {
		for _, status := range v.Statuses {
			if has := slices.Sorted(maps.Keys(status)); !slices.Equal(has, slices.Sorted(slices.Values(said))) {
				t.Errorf("%v has %q", status["status"], has)
			}
			labels, _ := status["labels"].(map[string]any)
			if has := slices.Sorted(maps.Keys(labels)); !slices.Equal(has, slices.Sorted(slices.Values(schemas.Languages[:]))) {
				t.Errorf("%v has labels in %q", status["status"], has)
			}
		}
	}
}

// byForm holds that what may be asked by a form is what may be asked by a URL, and that
// it is answered the same.
func byForm(t *testing.T, r *rig, d *document, get, post operation) {
	t.Helper()
	said := slices.Sorted(maps.Keys(post.RequestBody.Content["application/x-www-form-urlencoded"].Schema.Properties))
	names, _ := d.query(get)
	if want := slices.Sorted(slices.Values(append(names, "api_key"))); !slices.Equal(said, want) {
		t.Errorf("a form has %q, a URL %q", said, want)
	}
	res, err := http.PostForm(r.base+base+downloads, url.Values{"format": {"ndjson"}, "bom": {"false"}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if url := download(t, r, "format=ndjson"); err != nil || res.StatusCode != http.StatusOK || string(body) != string(url.body) {
		t.Errorf("by a form: %d %.300s, %v", res.StatusCode, body, err)
	}
}

// answers asks and compares status, kind and names with what is said.
func answers(t *testing.T, r *rig, at string, o operation) {
	t.Helper()
	status, kind, body := begin(t, r, at)
	kind, _, _ = strings.Cut(kind, ";")
	content, ok := o.Responses[strconv.Itoa(status)].Content[kind]
	if status != http.StatusOK || !ok {
		t.Errorf("%s: %d %s", at, status, kind)
	}
	if kind != "application/json" {
		return
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Errorf("%s: %v", at, err)
	}
	for _, name := range content.Schema.Required {
		if _, ok := got[name]; !ok {
			t.Errorf("%s: no %s in %.300s", at, name, body)
		}
	}
}

// begin asks; of what does not end it reads the beginning.
func begin(t *testing.T, r *rig, at string) (status int, kind string, body []byte) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+at, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	kind = res.Header.Get("Content-Type")
	if !strings.HasPrefix(kind, "text/event-stream") {
		if body, err = io.ReadAll(res.Body); err != nil {
			t.Fatal(err)
		}
	}
	return res.StatusCode, kind, body
}
