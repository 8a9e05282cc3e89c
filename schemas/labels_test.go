package schemas

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// longestLabel fits a column of a page on a telephone.
const longestLabel = 28

func TestEveryStatusHasALabelInEveryLanguage(t *testing.T) {
	for _, v := range Vocabularies {
		if got, want := len(labels[v.Name]), len(v.Rows)-1; got != want {
			t.Errorf("%s has %d statuses and labels of %d", v.Name, want, got)
		}
		for _, language := range Languages {
			of := map[string]string{}
			for i := range v.Rows {
				row := &v.Rows[i]
				label := row.Label(language)
				if other, taken := of[strings.ToLower(label)]; taken {
					t.Errorf("%s, %s: %s and %s are both %q", v.Name, language, other, row.ID, label)
				}
				of[strings.ToLower(label)] = row.ID
				checkLabel(t, v.Name+" "+language+" "+row.ID, language, label)
			}
		}
	}
	if n := len(labels); n != len(Vocabularies) {
		t.Errorf("there are labels of %d vocabularies", n)
	}
}

func checkLabel(t *testing.T, of, language, label string) {
	t.Helper()
	first, _ := utf8.DecodeRuneInString(label)
	switch n := utf8.RuneCountInString(label); {
	case n < 2 || n > longestLabel || strings.TrimSpace(label) != label:
		t.Errorf("%s: %q has %d characters", of, label, n)
	case !unicode.IsUpper(first):
		t.Errorf("%s: %q begins with a small letter", of, label)
	case unicode.Is(unicode.Cyrillic, first) != (language == "ru"):
		t.Errorf("%s: %q is of another language", of, label)
	}
}

// Where a text has its own word for a status in the language, that is its label.
func TestLabelsAreTheTextsWords(t *testing.T) {
	for _, c := range []struct {
		of       *Vocabulary
		language string
	}{{Netcore, "en"}, {Tipimail, "en"}, {NetcoreFeed, "pt"}, {NetcoreFeed, "en"}} {
		for i := range c.of.Rows {
			row := &c.of.Rows[i]
			spelling, _, _ := strings.Cut(row.Text, ",")
			portuguese := strings.ToLower(spelling) == spelling
			if row.Text == "" || c.of == NetcoreFeed && portuguese != (c.language == "pt") {
				continue
			}
			if label := row.Label(c.language); !strings.HasPrefix(strings.ToLower(label), strings.ToLower(spelling)) {
				t.Errorf("%s, %s: %q is labelled %q", c.of.Name, row.ID, row.Text, label)
			}
		}
	}
}

func TestLabelsOfAnUnknownLanguageAreEnglish(t *testing.T) {
	if got := Canonical.Row(None).Label("tlh"); got != "Unknown" {
		t.Errorf("none is %q", got)
	}
}
