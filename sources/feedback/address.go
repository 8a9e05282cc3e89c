package feedback

import (
	netmail "net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailfate/schemas"
)

const (
	maxAddresses  = 4 << 10 // bytes of a list of addresses
	maxRecipients = 100     // that one report may name
)

// recipients returns whom the report is about; nobody when it does not say.
func (m *mail) recipients() []string {
	var rs []string
	for _, v := range m.report.all("original-rcpt-to") {
		if r := Recipient(v); r != "" && !slices.Contains(rs, r) && len(rs) < maxRecipients {
			rs = append(rs, r)
		}
	}
	if len(rs) > 0 {
		return rs
	}
	to := m.returned.all("to")
	if len(to) != 1 || len(to[0]) > maxAddresses {
		return nil
	}
	list, err := netmail.ParseAddressList(to[0])
	if err != nil || len(list) != 1 {
		return nil
	}
	if r := Recipient(list[0].Address); r != "" {
		return []string{r}
	}
	return nil
}

// Recipient returns an address as identities hold it, "" when it is none or was
// made unrecognisable.
func Recipient(s string) string {
	r := schemas.CleanRecipient(address(s))
	at := strings.LastIndexByte(r, '@')
	if at <= 0 || at == len(r)-1 || !isClean(r) || strings.ContainsRune(r, ' ') {
		return ""
	}
	if redacted(r[:at]) || redacted(r[at+1:]) {
		return ""
	}
	return r
}

func redacted(s string) bool { return strings.Trim(s, "[]()*-_.") == "redacted" }

// address returns the address in a field's value: behind "rfc822;" and between
// angle brackets, where there are such.
func address(s string) string {
	if kind, rest, found := strings.Cut(s, ";"); found && strings.EqualFold(strings.TrimSpace(kind), "rfc822") {
		s = rest
	}
	if _, rest, found := strings.Cut(s, "<"); found {
		s, _, _ = strings.Cut(rest, ">")
	}
	return strings.TrimSpace(s)
}

// sender returns the envelope sender that the report names.
func (m *mail) sender() string {
	v := strings.TrimSpace(m.report.first("original-mail-from"))
	if v == "" {
		return ""
	}
	if a := address(v); a != "" {
		return a
	}
	return "<>"
}

// messageID returns the returned mail's Message-ID; of several the last one,
// which is the sender's, for those above it were added on the way.
func (m *mail) messageID() string {
	ids := m.returned.all("message-id")
	if len(ids) == 0 {
		return ""
	}
	id := ids[len(ids)-1]
	if _, rest, found := strings.Cut(id, "<"); found {
		id, _, _ = strings.Cut(rest, ">")
	}
	if id = schemas.CleanMessageID(id); !isClean(id) {
		return ""
	}
	return id
}

// isClean reports whether s is UTF-8 without control characters.
func isClean(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
