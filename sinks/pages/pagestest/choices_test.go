package pagestest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const colours = "getComputedStyle(document.body).color + ' on ' + getComputedStyle(document.documentElement).backgroundColor"

// choose picks of a list.
func (b *tab) choose(name, value string) {
	b.t.Helper()
	list := "select[name=" + name + "]"
	b.until("there is "+value+" in the list "+name, "document.querySelector("+quote(list+" option[value="+quote(value)+"]")+")")
	b.do("choose "+value, chromedp.SetValue(chromedp.CSS(list), value),
		evaluate("document.querySelector("+quote(list)+").dispatchEvent(new Event('change', {bubbles: true}))"))
	b.settle()
}

// theme is the system's until a reader chooses one, which is remembered.
func (s *site) theme(t *testing.T) {
	b := s.open(t, "/")
	light := ask[string](b, colours)
	b.do("darken the system", b.scheme("dark"))
	b.until("it is dark", colours+" !== "+quote(light))
	dark := ask[string](b, colours)
	b.click("details.settings summary")
	b.choose("theme", "light")
	if got := ask[string](b, colours); got != light {
		t.Errorf("light was chosen, and it is %s", got)
	}
	b.visit("/bounces")
	if got := ask[string](b, colours); got != light {
		t.Errorf("light was chosen, and forgotten: %s", got)
	}
	b.click("details.settings summary")
	b.choose("theme", "")
	if got := ask[string](b, colours); got != dark {
		t.Errorf("the system's is %s, and it is %s", dark, got)
	}
}

// vocabularies are the statuses in all languages.
type vocabularies struct {
	Vocabularies []struct {
		Name     string
		Statuses []struct {
			Status, Spelling, Outcome string
			Labels                    map[string]string
		}
	}
}

// label is what a status is called.
func (v *vocabularies) label(vocabulary, status, language string) string {
	for _, in := range v.Vocabularies {
		for _, s := range in.Statuses {
			if in.Name == vocabulary && s.Status == status {
				return s.Labels[language]
			}
		}
	}
	return ""
}

// languages names statuses as the reader speaks, and in each vocabulary.
func (s *site) languages(t *testing.T) {
	v := getJSON[vocabularies](t, s, "/api/v1/vocabularies", "")
	b := s.open(t, "/message?id=em_002300")
	b.click("details.settings summary")
	for _, vocabulary := range []string{"canonical", "unisender"} {
		status := map[string]string{"canonical": "complained", "unisender": "ok_fbl"}[vocabulary]
		b.choose("vocabulary", vocabulary)
		for _, language := range []string{"pt", "fr", "ru", "en"} {
			b.choose("language", language)
			want := v.label(vocabulary, status, language)
			shown := b.text("main [data-status=" + status + "]")
			if want == "" || !strings.Contains(shown, want) {
				t.Errorf("%s in %s is %q, want %q", status, language, shown, want)
			}
		}
	}
	if b.location().Query().Get("vocabulary") != "unisender" {
		t.Errorf("the address is %s", b.location())
	}
}
