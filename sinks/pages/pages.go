package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var files embed.FS

// Paths are those of the pages, all of which are the same document.
var Paths = []string{"/", "/feed", "/message", "/recipient", "/bounces", "/suppressions", "/health"}

const (
	root  = "static"
	shell = root + "/index.html"
)

// policy lets the pages have what comes from their own server, and nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// types are those of the files there are, whatever the machine's own list says.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".md":   "text/plain; charset=utf-8",
	"":      "text/plain; charset=utf-8", // a licence
}

// file is one that is served.
type file struct {
	content []byte
	kind    string
	tag     string
}

// Handler returns what answers for the pages and their files. Any other path is answered
// with the document too, which says that there is no such page, and with 404.
func Handler() http.Handler {
	served := load()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			header.Set("Allow", "GET, HEAD")
			http.Error(w, "pages are read, with GET", http.StatusMethodNotAllowed)
			return
		}
		f, ok := served[r.URL.Path]
		switch {
		case ok:
			f.serve(w, r)
		case strings.HasPrefix(r.URL.Path, "/"+root+"/"):
			http.Error(w, "there is no such file", http.StatusNotFound)
		default:
			f = served["/"]
			header.Set("Content-Type", f.kind)
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write(f.content) // the reader has gone away
		}
	})
}

// serve answers with a file, or says that the reader has it.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", f.kind)
	header.Set("Cache-Control", "no-cache") // a browser keeps it, and asks by its tag
	header.Set("ETag", f.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}

// load reads what is embedded, by the paths that it is served at.
func load() map[string]*file {
	served := map[string]*file{}
	err := fs.WalkDir(files, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		served["/"+name] = newFile(name, content)
		return err
	})
	if err != nil {
		panic("read embedded pages: " + err.Error()) // the compiler has put them there
	}
	for _, p := range Paths {
		served[p] = served["/"+shell]
	}
	return served
}

func newFile(name string, content []byte) *file {
	sum := sha256.Sum256(content)
	return &file{content: content, kind: types[path.Ext(name)], tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}
