package tracking

import (
	"bytes"
	"errors"
	"strings"

	"mailfate/sources/tracking/token"
)

const (
	// TokenPath begins the path of a signed link; a token follows.
	TokenPath = "/t/"
	// PixelEnding may follow the token of a pixel.
	PixelEnding = ".gif"
)

// What lines that are JSON call the headers in which browsers say that nobody has asked
// yet, after nginx's variables, and what says that a line is what became of a pixel
// whose hit is another line.
const (
	KeyPurpose    = "http_purpose"
	KeyXPurpose   = "http_x_purpose"
	KeySecPurpose = "http_sec_purpose"
	KeyXMoz       = "http_x_moz"
	KeyRest       = "pixel_rest"
)

// IsPrefetch reports whether such a header says so.
func IsPrefetch(purpose string) bool {
	purpose = strings.ToLower(purpose)
	for _, word := range [...]string{"prefetch", "prerender", "preview"} {
		if strings.Contains(purpose, word) {
			return true
		}
	}
	return false
}

// findSigned returns what a signed path says, or the rule by which it says nothing.
func (p *Parser) findSigned(target []byte) (m match, rule string) {
	path, _, _ := bytes.Cut(target, []byte("?"))
	text, ok := bytes.CutPrefix(path, []byte(TokenPath))
	if !ok {
		return match{}, NotTracked
	}
	var err error
	p.token, err = p.opts.Keys.Open(bytes.TrimSuffix(text, []byte(PixelEnding)))
	switch {
	case err == nil:
		return match{kind: p.token.Kind, signed: true}, ""
	case errors.Is(err, token.ErrForged):
		return match{}, ForgedToken
	case errors.Is(err, token.ErrUnknownKey):
		return match{}, UnknownKey
	}
	return match{}, CutToken
}

// takeToken appends the texts of the token to p.texts, and returns where they end.
func (p *Parser) takeToken() ends {
	t := &p.token
	p.texts = append(p.texts, t.MessageID...)
	at := ends{messageID: len(p.texts)}
	p.texts = append(p.texts, t.Recipient...)
	at.recipient = len(p.texts)
	at.account = len(p.texts) // a token's account is its message's
	p.texts = append(p.texts, t.Link...)
	at.link = p.endLink(at.account)
	return at
}

// command returns the method as a text that needs no memory of its own, and with it
// whether it was a prefetch.
func command(method []byte, prefetch bool) string {
	switch {
	case string(method) == "GET" && prefetch:
		return "GET prefetch"
	case string(method) == "HEAD" && prefetch:
		return "HEAD prefetch"
	case string(method) == "GET":
		return "GET"
	case string(method) == "HEAD":
		return "HEAD"
	}
	return "POST"
}
