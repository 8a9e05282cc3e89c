package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"sync"

	"mailfate/schemas"
)

// MinSecret is the least that a secret may have, in bytes: as many as the hash.
const MinSecret = sha256.Size

// A Key is a secret and its id, which is in every token that it signs.
type Key struct {
	ID     uint8
	Secret string
}

// Keys sign with the first of them, and know what any of them has signed: a new key
// is put in front, and the old ones stay for as long as mails with their links are read.
type Keys struct {
	first byte
	byID  [256]*sync.Pool // of *signer; nil: no such key
}

// signer is a key that is ready to be used by one goroutine.
type signer struct {
	mac hash.Hash
	sum [sha256.Size]byte
	buf []byte
}

// NewKeys returns keys, of which the first signs.
func NewKeys(keys ...Key) (*Keys, error) {
	if len(keys) == 0 {
		return nil, errors.New("make keys: there is none")
	}
	k := &Keys{first: keys[0].ID}
	for _, key := range keys {
		if len(key.Secret) < MinSecret {
			return nil, fmt.Errorf("make key %d: it has %d bytes; use %d or more, as of: openssl rand -base64 32", key.ID, len(key.Secret), MinSecret)
		}
		if k.byID[key.ID] != nil {
			return nil, fmt.Errorf("make key %d: two keys have this id; give one of them another", key.ID)
		}
		secret := []byte(key.Secret)
		k.byID[key.ID] = &sync.Pool{New: func() any { return &signer{mac: hmac.New(sha256.New, secret)} }}
	}
	return k, nil
}

// Sign returns the token's text.
func (k *Keys) Sign(t Token) (string, error) {
	err := t.check()
	if err == nil && t.Kind == schemas.Unsubscribed && t.Recipient == "" {
		err = errors.New("who unsubscribes is not said: of a message to several nobody would")
	}
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	pool := k.byID[k.first]
	s := pool.Get().(*signer)
	defer pool.Put(s)
	s.buf = t.append(s.buf[:0], k.first)
	s.buf = append(s.buf, s.sign(s.buf)...)
	return encoding.EncodeToString(s.buf), nil
}

// Open returns what a text says that a holder of a key has signed.
func (k *Keys) Open(text []byte) (Token, error) {
	var stack [256]byte
	b := stack[:]
	if len(text) > MaxSize {
		return Token{}, ErrMalformed
	}
	if n := encoding.DecodedLen(len(text)); n > len(b) {
		b = make([]byte, n)
	}
	n, err := encoding.Decode(b, text)
	spelled := len(text) == encoding.EncodedLen(n) // Decode passes over line ends
	if err != nil || !spelled || n < headSize+macSize || n > maxBytes || b[0]>>4 != version {
		return Token{}, ErrMalformed
	}
	pool := k.byID[b[1]]
	if pool == nil {
		return Token{}, ErrUnknownKey
	}
	said, mac := b[:n-macSize], b[n-macSize:n]
	s := pool.Get().(*signer)
	good := hmac.Equal(mac, s.sign(said))
	pool.Put(s)
	if !good {
		return Token{}, ErrForged
	}
	return parse(said)
}

// sign returns the MAC of b, valid until the next call.
func (s *signer) sign(b []byte) []byte {
	s.mac.Reset()
	s.mac.Write(b)
	return s.mac.Sum(s.sum[:0])[:macSize]
}
