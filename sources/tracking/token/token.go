package token

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"mailfate/schemas"
)

// A Token is what a tracking link says.
type Token struct {
	Kind      schemas.Kind // Opened, Clicked or Unsubscribed
	MessageID string       // as schemas.CleanMessageID returns it
	Recipient string       // as schemas.CleanRecipient returns it; "": not said
	Link      string       // where a click leads; of other kinds none
}

const (
	// version is the upper half of a token's first byte.
	version = 1
	// macSize is how much of the MAC a token has: to guess it takes 2^128 requests.
	macSize = 16
	// headSize is the first two bytes.
	headSize = 2
	// MaxLink is the longest link; browsers and servers take 2,000 bytes and more.
	MaxLink = 2048
	// maxBytes is the largest token before it is encoded, with what stands around its texts.
	maxBytes = headSize + 2 + schemas.MaxMessageID + 2 + schemas.MaxRecipient + 1 + MaxLink + macSize
)

// MaxSize is the longest token; a request line has room for it.
var MaxSize = encoding.EncodedLen(maxBytes)

// encoding is strict: a token has one spelling.
var encoding = base64.RawURLEncoding.Strict()

// The kinds as they are in a token. Never used again for another.
const (
	kindOpened       = 1
	kindClicked      = 2
	kindUnsubscribed = 3
)

// The schemes as they are in a token, in place of their names.
const (
	schemeHTTP  = 'h'
	schemeHTTPS = 's'
)

// What is wrong with a token.
var (
	// ErrMalformed is of what is no token, or cut off.
	ErrMalformed = errors.New("no token")
	// ErrUnknownKey is of a token whose key is not among those configured.
	ErrUnknownKey = errors.New("signed with an unknown key")
	// ErrForged is of a token that was changed or made without the key.
	ErrForged = errors.New("signature does not fit")
)

// check reports what of a token cannot be signed.
func (t *Token) check() error {
	switch {
	case t.Kind != schemas.Opened && t.Kind != schemas.Clicked && t.Kind != schemas.Unsubscribed:
		return fmt.Errorf("kind %v is none of opened, clicked, unsubscribed", t.Kind)
	case t.MessageID == "" || t.MessageID != schemas.CleanMessageID(t.MessageID) || !isText(t.MessageID):
		return fmt.Errorf("%q is no message id", t.MessageID)
	case t.Recipient != schemas.CleanRecipient(t.Recipient) || !isText(t.Recipient):
		return fmt.Errorf("%q is no recipient in lower case and A-labels", t.Recipient)
	case t.Kind == schemas.Clicked:
		return checkLink(t.Link)
	case t.Link != "":
		return errors.New("only a click has a link")
	}
	return nil
}

// append appends the token without its MAC.
func (t *Token) append(b []byte, key byte) []byte {
	kind := byte(kindOpened)
	switch t.Kind {
	case schemas.Clicked:
		kind = kindClicked
	case schemas.Unsubscribed:
		kind = kindUnsubscribed
	}
	b = append(b, version<<4|kind, key)
	b = appendSized(b, t.MessageID)
	b = appendSized(b, t.Recipient)
	if t.Kind == schemas.Clicked {
		b = appendLink(b, t.Link)
	}
	return b
}

func appendSized(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// parse reads a token without its MAC, which has been found right.
func parse(b []byte) (t Token, err error) {
	switch b[0] & 0xf {
	case kindOpened:
		t.Kind = schemas.Opened
	case kindClicked:
		t.Kind = schemas.Clicked
	case kindUnsubscribed:
		t.Kind = schemas.Unsubscribed
	default:
		return t, ErrMalformed
	}
	text, rest := string(b[headSize:]), b[headSize:]
	if t.MessageID, text, rest, err = cutSized(text, rest); err != nil {
		return t, err
	}
	if t.Recipient, text, rest, err = cutSized(text, rest); err != nil {
		return t, err
	}
	if len(rest) > 0 {
		if t.Link, err = parseLink(text); err != nil {
			return t, err
		}
	}
	if t.check() != nil {
		return Token{}, ErrMalformed
	}
	return t, nil
}

// cutSized takes a text and its length off; both views are of the same bytes, so
// that all texts of a token are parts of one copy.
func cutSized(text string, b []byte) (s, textRest string, rest []byte, err error) {
	n, w := binary.Uvarint(b)
	if w <= 0 || n > uint64(len(b)-w) {
		return "", "", nil, ErrMalformed
	}
	end := w + int(n)
	return text[w:end], text[end:], b[end:], nil
}

// isText reports whether s has no control character, in ASCII, and no white space.
func isText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f {
			return false
		}
	}
	return true
}
