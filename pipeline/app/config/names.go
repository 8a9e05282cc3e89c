package config

import (
	"net"
	"strconv"
	"strings"

	"mailfate/schemas"
)

// cleanDomain returns a domain as identities hold it, which is how senders are
// compared with it.
func cleanDomain(s string) string {
	wild, host := "", s
	if rest, ok := strings.CutPrefix(s, "*."); ok {
		wild, host = "*.", rest
	}
	if strings.Contains(host, "@") {
		return s // an address, and no domain
	}
	return wild + schemas.Domain(schemas.CleanRecipient("x@"+host))
}

// isDomainPattern reports whether s is a domain of A-labels, or one after *. .
func isDomainPattern(s string) bool {
	s = strings.TrimPrefix(s, "*.")
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

// isLabel reports whether s can stand between the dots of a domain; underscores
// do stand there, in names that are no hosts.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return consistsOf(s, func(c byte) bool { return c == '-' || c == '_' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' })
}

// isWord reports whether s can name a key, a variable or a database without quotes.
func isWord(s string) bool {
	return s != "" && len(s) <= 255 && (s[0] < '0' || s[0] > '9') && consistsOf(s, func(c byte) bool {
		return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
	})
}

// isHeaderName reports whether s can name a header field (RFC 5322, 2.2).
func isHeaderName(s string) bool {
	return s != "" && len(s) <= 255 && consistsOf(s, func(c byte) bool { return c > ' ' && c < 0x7f && c != ':' })
}

// isAddress reports whether s is host:port.
func isAddress(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" || len(s) > 300 {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && !strings.ContainsAny(host, "/@?# ,")
}

func consistsOf(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}
