package tracker

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"golang.org/x/text/language"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// pagePolicy allows the page its own style and its form, and nothing else.
var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}()

// pageData is what a page says.
type pageData struct {
	Ask       bool // else it is done
	Recipient string
	Text      texts
	Style     template.CSS
	Field     string
	Value     string
}

// maxLanguages is how much of what a reader says of languages is looked at.
const maxLanguages = 256

// page answers with a page in the reader's language.
func (t *Tracker) page(w http.ResponseWriter, r *http.Request, status int, data pageData) {
	data.Text = textsFor(r.Header.Get("Accept-Language"))
	data.Style = template.CSS(pageCSS) // ours
	data.Field, data.Value = oneClickField, oneClickValue
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, data); err != nil {
		t.opts.Logger.Error("cannot make the page to unsubscribe", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", data.Text.Lang)
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Vary", "Accept-Language")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever asked is gone
}

var languages = func() language.Matcher {
	tags := make([]language.Tag, len(allTexts))
	for i, text := range allTexts {
		tags[i] = language.MustParse(text.Lang)
	}
	return language.NewMatcher(tags)
}()

// textsFor returns the texts in the language that is accepted best; else in the first.
func textsFor(accept string) texts {
	if len(accept) > maxLanguages {
		return allTexts[0]
	}
	_, i := language.MatchStrings(languages, accept)
	return allTexts[i]
}
