package feedback

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// IDHeader is the header field in which a mail carries its signed id. The same
// value may stand in its CFBL-Feedback-ID (RFC 9477, 3.2).
const IDHeader = "X-Mailfate-Id"

const (
	signature    = 16      // bytes of a signature that are kept
	maxSigned    = 4 << 10 // bytes of a signed id
	minKeySecret = 16      // bytes
	// signedUse keeps signatures apart from those that the same key makes elsewhere.
	signedUse = "mailfate id 1\x00"
	// maxForged is how many ids that we did not sign are looked at in one mail.
	maxForged = 4
)

// Keys are the secrets that ids are signed with, by name. What was signed with a
// key is believed as long as it is among them.
type Keys map[string][]byte

// Check says what is wrong with the keys.
func (k Keys) Check() error {
	for name, secret := range k {
		if name == "" || strings.ContainsAny(name, ". \t\r\n") {
			return fmt.Errorf("use key %q: its name goes into headers; let it be of letters and digits", name)
		}
		if len(secret) < minKeySecret {
			return fmt.Errorf("use key %q: its secret has %d bytes; let it have %d", name, len(secret), minKeySecret)
		}
	}
	return nil
}

// Sign returns what a mail's IDHeader has to be: the key's name, message id and
// recipient, and the signature of these, all of which survive folding.
func (k Keys) Sign(key, messageID, recipient string) (string, error) {
	secret, ok := k[key]
	if !ok {
		return "", fmt.Errorf("sign an id: there is no key %q; name one of the configured ones", key)
	}
	if Recipient(recipient) == "" {
		return "", fmt.Errorf("sign an id of message %q: %q is no address; an id vouches for one recipient, so name it", messageID, recipient)
	}
	signed := key + "." + base64Of([]byte(messageID+"\x00"+recipient))
	return signed + "." + base64Of(mac(secret, signed)), nil
}

// Verify returns what a header says that Sign made. White space in it does not
// count, for headers are folded and reports are edited.
func (k Keys) Verify(header string) (messageID, recipient string, ok bool) {
	if len(k) == 0 || len(header) > maxSigned {
		return "", "", false
	}
	header = strings.Join(strings.Fields(header), "")
	dot := strings.LastIndexByte(header, '.')
	if dot < 0 {
		return "", "", false
	}
	signed := header[:dot]
	name, payload, _ := strings.Cut(signed, ".")
	secret, known := k[name]
	given, err := base64.RawURLEncoding.DecodeString(header[dot+1:])
	if !known || err != nil || len(given) != signature || !hmac.Equal(given, mac(secret, signed)) {
		return "", "", false
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return "", "", false
	}
	messageID, recipient, ok = strings.Cut(string(text), "\x00")
	messageID = cleanID(messageID)
	return messageID, recipient, ok && messageID != ""
}

func base64Of(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func mac(secret []byte, signed string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(signedUse))
	h.Write([]byte(signed))
	return h.Sum(nil)[:signature]
}
