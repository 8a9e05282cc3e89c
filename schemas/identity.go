package schemas

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// DefaultAccount is the account of messages whose account nobody knows. It is
// reserved: as an observed account it means the same as none.
const DefaultAccount = "default"

// Limits on the parts of an identity, in bytes. What is longer is cut with a
// hash of the whole in its place, so that two long ids stay two.
const (
	MaxMessageID = 512
	MaxRecipient = 512 // RFC 5321 allows 64 + 1 + 255; internationalised ones are longer
	MaxAccount   = 128
)

// Identity names one message to one recipient, of one account. Account is ""
// while no evidence names one; Recipient is "" for what concerns the message as
// a whole.
type Identity struct {
	Account   string
	MessageID string
	Recipient string
}

// AppendKey appends the identity's key, as used in Kafka and in the state
// store. Keys of one message share a prefix (see AppendMessagePrefix), the
// message's own record comes first, and no key begins with a zero byte.
func (id Identity) AppendKey(b []byte) []byte {
	b = AppendMessagePrefix(b, id.MessageID)
	b = binary.AppendUvarint(b, uint64(len(id.Recipient)))
	b = append(b, id.Recipient...)
	return append(b, id.Account...)
}

// AppendMessagePrefix appends what the keys of all identities of one message begin with.
func AppendMessagePrefix(b []byte, messageID string) []byte {
	b = binary.AppendUvarint(b, uint64(len(messageID)))
	return append(b, messageID...)
}

var errIdentityKey = errors.New("decode identity key: malformed")

// ParseKey reads a key that AppendKey wrote.
func ParseKey(key []byte) (Identity, error) {
	mid, rest, ok := cutPrefixed(key)
	if !ok || len(mid) == 0 {
		return Identity{}, errIdentityKey
	}
	rcpt, rest, ok := cutPrefixed(rest)
	if !ok {
		return Identity{}, errIdentityKey
	}
	return Identity{Account: string(rest), MessageID: string(mid), Recipient: string(rcpt)}, nil
}

// MessageOf returns the message id in a key that AppendKey wrote, as a part of it.
func MessageOf(key []byte) ([]byte, error) {
	messageID, _, ok := cutPrefixed(key)
	if !ok || len(messageID) == 0 {
		return nil, errIdentityKey
	}
	return messageID, nil
}

func cutPrefixed(b []byte) (head, rest []byte, ok bool) {
	n, w := binary.Uvarint(b)
	if w <= 0 || n > uint64(len(b)-w) {
		return nil, nil, false
	}
	return b[w : w+int(n)], b[w+int(n):], true
}

// CleanMessageID returns a Message-ID as identities hold it: without white
// space and angle brackets around it, and bounded in length (RFC 5322, 3.6.4).
func CleanMessageID(s string) string {
	s = strings.TrimSpace(s)
	s = strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
	return bound(s, MaxMessageID)
}

// CleanRecipient returns an address as identities hold it: without angle
// brackets, in lower case, its domain as A-labels (RFC 5890).
func CleanRecipient(s string) string {
	if clean(s) {
		return bound(s, MaxRecipient)
	}
	s = strings.TrimSpace(s)
	s = strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
	if !plainLower(s) {
		s = lower(s)
		// A longer domain is none (RFC 1035, 2.3.4), and translating it takes quadratic time.
		if at := strings.LastIndexByte(s, '@'); at >= 0 && len(s)-at-1 <= 4*255 {
			if d, err := idna.ToASCII(s[at+1:]); err == nil {
				s = s[:at+1] + d
			}
		}
	}
	return bound(s, MaxRecipient)
}

// CleanAccount returns an account's name as identities hold it; "" for DefaultAccount.
func CleanAccount(s string) string {
	s = strings.TrimSpace(s)
	if s == DefaultAccount {
		return ""
	}
	return bound(s, MaxAccount)
}

// lower lowers what is text; of bytes that are none it lowers the ASCII letters,
// for strings.ToLower would make different bytes the same.
func lower(s string) string {
	if utf8.ValidString(s) {
		return strings.ToLower(s)
	}
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// clean reports whether an address is as identities hold it, the usual case.
func clean(s string) bool {
	return plainLower(s) && len(s) > 0 && isClean(s[0]) && isClean(s[len(s)-1])
}

// isClean reports whether c is neither white space nor an angle bracket.
func isClean(c byte) bool { return c > ' ' && c != '<' && c != '>' }

// plainLower reports whether s is ASCII without capitals, the usual case.
func plainLower(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x80 || (c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return true
}

func bound(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	sum := HashEvent("cut", s).Hex()
	return s[:limit-len(sum)-1] + "~" + sum
}

// Domain returns what follows the last @ of an address, "" when there is none.
func Domain(address string) string {
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		return address[at+1:]
	}
	return ""
}
