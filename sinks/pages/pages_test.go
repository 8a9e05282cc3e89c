package pages

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mailfate/schemas"
)

func get(t *testing.T, method, target string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, http.NoBody)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

// Every page is the same document, and every answer, of any kind, forbids what is inline.
func TestPages(t *testing.T) {
	document, err := files.ReadFile(shell)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append([]string{"/feed?q=a%40b.example", "/no-such-page", "/static/no-such-file.js"}, Paths...) {
		w := get(t, http.MethodGet, p, nil)
		want := http.StatusOK
		if strings.HasPrefix(p, "/no-") || strings.HasPrefix(p, "/static/") {
			want = http.StatusNotFound
		}
		if w.Code != want {
			t.Errorf("%s: status %d, want %d", p, w.Code, want)
		}
		if !strings.HasPrefix(p, "/static/") && w.Body.String() != string(document) {
			t.Errorf("%s: not the document", p)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", p, name, got, want)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	if w := get(t, http.MethodHead, "/", nil); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: status %d and %d bytes, want 200 and none", w.Code, w.Body.Len())
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		if w := get(t, method, "/feed", nil); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
			t.Errorf("%s: status %d, want 405 with what is allowed", method, w.Code)
		}
	}
}

// Every file has a type and a tag, and who has it is not sent it again.
func TestFiles(t *testing.T) {
	each(t, func(name string, content []byte) {
		w := get(t, http.MethodGet, "/"+name, nil)
		if w.Code != http.StatusOK || w.Body.String() != string(content) {
			t.Errorf("%s: status %d with %d bytes, want 200 with %d", name, w.Code, w.Body.Len(), len(content))
		}
		if types[path.Ext(name)] == "" || w.Header().Get("Content-Type") != types[path.Ext(name)] {
			t.Errorf("%s: type %q", name, w.Header().Get("Content-Type"))
		}
		tag := w.Header().Get("ETag")
		if len(tag) < 10 {
			t.Fatalf("%s: tag %q", name, tag)
		}
		w = get(t, http.MethodGet, "/"+name, http.Header{"If-None-Match": {tag}})
		if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("%s with its tag: status %d with %d bytes, want 304 with none", name, w.Code, w.Body.Len())
		}
	})
}

func TestNothingElseIsServed(t *testing.T) {
	for _, p := range []string{
		"/static/", "/static", "/static/pages/", "/static/../pages.go", "/static/%2e%2e/pages.go", "/pages.go", "/go.mod",
		"/static/..%2f..%2fpages.go", "//static/app.js", "/static//app.js", "/static/app.js/", "/index.html",
	} {
		if w := get(t, http.MethodGet, p, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", p, w.Code)
		}
	}
}

// inline is what the policy would have a browser refuse, or send elsewhere.
var inline = map[string]*regexp.Regexp{
	"a script in the document": regexp.MustCompile(`(?i)<script(?:[^>]*)>[^<]`),
	"a style in the document":  regexp.MustCompile(`(?i)<style|\sstyle=`),
	"a listener in an element": regexp.MustCompile(`(?i)<[^>]+\son[a-z]+=`),
	"HTML made of text":        regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser`),
	"another server":           regexp.MustCompile(`(?i)(?:src|href|url|import|from|fetch)\s*[=(]?\s*['"(]?\s*(?:https?:)?//`),
}

// Nothing in our files is inline, makes HTML of text, or asks another server.
func TestNothingInline(t *testing.T) {
	each(t, func(name string, content []byte) {
		if strings.Contains(name, "/uplot/") {
			return // a library's, which the policy holds to this
		}
		for what, re := range inline {
			if found := re.Find(content); found != nil {
				t.Errorf("%s has %s: %.80q", name, what, found)
			}
		}
	})
}

var imports = regexp.MustCompile(`(?m)(?:^import (?:.* from )?|^\} from |import\()['"]([^'"$]+)['"]`)

// Whatever a file needs is there.
func TestEveryImportIsThere(t *testing.T) {
	served := load()
	each(t, func(name string, content []byte) {
		if path.Ext(name) != ".js" {
			return
		}
		for _, m := range imports.FindAllSubmatch(content, -1) {
			if to := path.Join("/", path.Dir(name), string(m[1])); served[to] == nil {
				t.Errorf("%s imports %s, which is not there", name, m[1])
			}
		}
	})
	for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllSubmatch(served["/"].content, -1) {
		if served[string(m[1])] == nil {
			t.Errorf("the document wants %s, which is not there", m[1])
		}
	}
}

func each(t *testing.T, do func(name string, content []byte)) {
	t.Helper()
	n := 0
	err := fs.WalkDir(files, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		do(name, content)
		n++
		return err
	})
	if err != nil || n < 10 {
		t.Fatalf("%d files, %v", n, err)
	}
}

// TestNames holds the kinds and reasons that the feed can be searched by against those
// that there are.
func TestNames(t *testing.T) {
	text, err := files.ReadFile(root + "/kinds.js")
	if err != nil {
		t.Fatal(err)
	}
	kinds, reasons, _ := strings.Cut(string(text), "export const reasons")
	names := func(text string) (all []string) {
		for _, quoted := range regexp.MustCompile(`'(\w+)'`).FindAllStringSubmatch(text, -1) {
			all = append(all, quoted[1])
		}
		slices.Sort(all)
		return all
	}
	var wantKinds, wantReasons []string
	for k := schemas.Kind(1); k < schemas.KindCount; k++ {
		wantKinds = append(wantKinds, k.String())
	}
	for r := schemas.Reason(1); r < schemas.ReasonCount; r++ {
		wantReasons = append(wantReasons, r.String())
	}
	slices.Sort(wantKinds)
	slices.Sort(wantReasons)
	wantReasons = slices.Compact(wantReasons) // virus is one of two kinds
	if got := names(kinds); !slices.Equal(got, wantKinds) {
		t.Errorf("kinds are %q, want %q", got, wantKinds)
	}
	if got := names(reasons); !slices.Equal(got, wantReasons) {
		t.Errorf("reasons are %q, want %q", got, wantReasons)
	}
}
