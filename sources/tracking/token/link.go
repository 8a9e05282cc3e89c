package token

import (
	"errors"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

const (
	httpPrefix  = "http://"
	httpsPrefix = "https://"
)

// checkLink reports why a link cannot be redirected to as it is.
func checkLink(link string) error {
	switch {
	case len(link) > MaxLink:
		return errors.New("the link is too long")
	case !strings.HasPrefix(link, httpPrefix) && !strings.HasPrefix(link, httpsPrefix):
		return errors.New("the link is neither http:// nor https://")
	}
	for i := range len(link) {
		if !isURLByte(link[i]) {
			return errors.New("the link has a character in it that no URL has")
		}
	}
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" {
		return errors.New("the link has no host")
	}
	return nil
}

// isURLByte reports whether c can stand in a URL (RFC 3986, 2): a backslash, which
// browsers take for a slash, cannot.
func isURLByte(c byte) bool {
	return c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>' && c != '^' && c != '`'
}

// CleanLink returns a link of a mail as it can be signed: without white space around
// it, its scheme in lower case, its host as A-labels (RFC 5890), and percent-encoded
// where it has to be. What is no absolute http or https URL is not ok.
func CleanLink(link string) (clean string, ok bool) {
	link = strings.Trim(link, " \t\r\n\f")
	scheme, rest, found := strings.Cut(link, "://")
	if !found {
		return "", false
	}
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
	}
	ascii, ok := asciiHost(host)
	if !ok {
		return "", false
	}
	rest = ascii + rest[len(host):]
	var b strings.Builder
	b.WriteString(strings.ToLower(scheme))
	b.WriteString("://")
	for i := range len(rest) {
		switch c := rest[i]; {
		case isURLByte(c):
			b.WriteByte(c)
		case c < ' ' || c == 0x7f || c == '\\':
			return "", false
		default:
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&0xf])
		}
	}
	clean = b.String()
	return clean, checkLink(clean) == nil
}

// asciiHost returns a host, with its port, as A-labels if it has other letters.
func asciiHost(host string) (ascii string, ok bool) {
	for i := range len(host) {
		if host[i] >= 0x80 {
			ascii, err := idna.Lookup.ToASCII(host)
			return ascii, err == nil
		}
	}
	return host, true
}

func appendLink(b []byte, link string) []byte {
	if rest, ok := strings.CutPrefix(link, httpsPrefix); ok {
		return append(append(b, schemeHTTPS), rest...)
	}
	return append(append(b, schemeHTTP), link[len(httpPrefix):]...)
}

func parseLink(s string) (string, error) {
	switch s[0] {
	case schemeHTTPS:
		return httpsPrefix + s[1:], nil
	case schemeHTTP:
		return httpPrefix + s[1:], nil
	}
	return "", ErrMalformed
}
