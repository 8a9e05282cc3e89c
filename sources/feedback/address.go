package feedback

import (
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailfate/schemas"
)

const (
	maxAddresses  = 4 << 10 // bytes of a list of addresses
	maxRecipients = 100     // that one report may name
	maxEvents     = 100     // of one mail
)

// onlyTo returns the only address in the returned mail's To; "" when there are
// none or several.
func (r *report) onlyTo() string {
	to := r.returned.all("to")
	if len(to) != 1 || len(to[0]) > maxAddresses {
		return ""
	}
	list, err := netmail.ParseAddressList(to[0])
	if err != nil || len(list) != 1 {
		return ""
	}
	return Recipient(list[0].Address)
}

// Recipient returns an address as identities hold it, "" when it is none or was
// made unrecognisable.
func Recipient(s string) string {
	if len(s) > maxAddresses {
		return ""
	}
	r := schemas.CleanRecipient(address(s))
	at := strings.LastIndexByte(r, '@')
	if at <= 0 || at == len(r)-1 || !isClean(r) || strings.ContainsRune(r, ' ') {
		return ""
	}
	if redacted(r[:at]) || redacted(r[at+1:]) || isHash(r[:at]) {
		return ""
	}
	return r
}

func redacted(s string) bool {
	return strings.Trim(s, "[]()*-_.") == "redacted" || len(s) >= len("xxx") && strings.Trim(s, "x*") == ""
}

// isHash reports whether a local part has the form of a hash in hexadecimal: of
// MD5, SHA-1 or SHA-256, by which some name the recipient.
func isHash(s string) bool {
	if len(s) != 32 && len(s) != 40 && len(s) != 64 {
		return false
	}
	return strings.Trim(s, "0123456789abcdef") == ""
}

// address returns the address in a field's value: behind "rfc822;" or "utf-8;"
// (RFC 6533, 3) and between angle brackets, where there are such.
func address(s string) string {
	if kind, rest, found := strings.Cut(s, ";"); found {
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "rfc822", "smtp":
			s = rest
		case "utf-8":
			s = unescaped(rest)
		}
	}
	if _, rest, found := strings.Cut(s, "<"); found {
		s, _, _ = strings.Cut(rest, ">")
	}
	return strings.TrimSpace(s)
}

// unescaped undoes \x{…}, by which RFC 6533, 3 writes what is not ASCII.
func unescaped(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, `\x{`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		digits, after, closed := strings.Cut(rest, "}")
		var r rune
		for _, c := range digits {
			d := strings.IndexRune("0123456789ABCDEF", unicode.ToUpper(c))
			if r = r<<4 | rune(d); d < 0 || r > unicode.MaxRune {
				return s // none that we know
			}
		}
		if !closed || digits == "" {
			return s
		}
		b.WriteRune(r)
		s = after
	}
}

// isClean reports whether s is UTF-8 without control characters.
func isClean(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
