package links

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"mailfate/sources/tracking"
)

// HTML returns a mail's HTML with its links tracked and, unless pixel says no, the
// pixel added.
func (m *Mail) HTML(in []byte, pixel bool) ([]byte, error) {
	r := rewriter{mail: m, out: make([]byte, 0, len(in)+len(in)/2), body: -1, html: -1}
	r.all(in)
	if !pixel {
		return r.out, nil
	}
	u, err := m.Pixel()
	if err != nil {
		return nil, err
	}
	at := r.body
	if at < 0 {
		at = r.html
	}
	if at < 0 {
		at = r.end
	}
	image := `<img src="` + u + `" width="1" height="1" alt="" style="display:block;border:0">`
	return append(r.out[:at:at], append([]byte(image), r.out[at:]...)...), nil
}

// rewriter copies HTML tag by tag.
type rewriter struct {
	mail       *Mail
	out        []byte
	body, html int // where the last end tag of each begins in out; -1: there is none
	end        int // where out ends, or the tag begins that has no end
}

func (r *rewriter) all(in []byte) {
	z := html.NewTokenizer(bytes.NewReader(in))
	for {
		kind := z.Next()
		raw := in[:len(z.Raw())]
		in = in[len(raw):]
		switch kind {
		case html.ErrorToken: // the end, which may be within a tag
			r.end = len(r.out)
			if len(raw)+len(in) > 0 && bytes.HasSuffix(r.out, []byte("<")) {
				r.end--
			}
			r.out = append(append(r.out, raw...), in...)
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			r.tag(raw, z)
			continue
		case html.EndTagToken:
			switch name, _ := z.TagName(); atom.Lookup(name) {
			case atom.Body:
				r.body = len(r.out)
			case atom.Html:
				r.html = len(r.out)
			}
		}
		r.out = append(r.out, raw...)
	}
}

// tag copies a start tag, with its link tracked if it has one that is to be.
func (r *rewriter) tag(raw []byte, z *html.Tokenizer) {
	if u, ok := r.tracked(z); ok {
		if start, end := findValue(raw, "href"); start >= 0 {
			r.out = append(append(append(r.out, raw[:start]...), u...), raw[end:]...)
			return
		}
	}
	r.out = append(r.out, raw...)
}

// tracked returns what a tag's link becomes.
func (r *rewriter) tracked(z *html.Tokenizer) (string, bool) {
	name, more := z.TagName()
	if a := atom.Lookup(name); a != atom.A && a != atom.Area {
		return "", false
	}
	link, found := "", false
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch {
		case string(key) == "href" && !found: // browsers take the first
			link, found = string(value), true
		case string(key) == "data-track" && strings.EqualFold(strings.TrimSpace(string(value)), "no"):
			return "", false
		}
	}
	if !found || r.mail.leads(strings.TrimSpace(link)) {
		return "", false
	}
	u, err := r.mail.Click(link)
	return u, err == nil // what cannot be signed stays as it is
}

// leads reports whether a link leads to the tracker already.
func (m *Mail) leads(link string) bool {
	n := min(len(m.Base), len(link))
	return strings.EqualFold(link[:n], m.Base) && strings.HasPrefix(link[n:], tracking.TokenPath)
}
