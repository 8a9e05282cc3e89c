package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scopes is what a key is good for.
type Scopes uint8

// The scopes.
const (
	ScopeCheck    Scopes = 1 << iota // checkEmail
	ScopeRead                        // feeds, messages, reports
	ScopeDownload                    // feeds as files
	ScopeAdmin                       // every account's, and how mailfate itself is doing
)

// ScopeNames are the names of the scopes, in their order.
var ScopeNames = []string{"check", "read", "download", "admin"}

// ParseScopes reads the names of scopes.
func ParseScopes(names []string) (s Scopes, err error) {
	for _, name := range names {
		at := slices.Index(ScopeNames, name)
		if at < 0 {
			return 0, fmt.Errorf("no such scope: %q; want one or several of %s", name, strings.Join(ScopeNames, ","))
		}
		s |= 1 << at
	}
	return s, nil
}

// Names returns the scopes' names, in their order.
func (s Scopes) Names() (names []string) {
	for i, name := range ScopeNames {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Have reports whether all of the scopes are among s.
func (s Scopes) Have(scopes Scopes) bool { return s&scopes == scopes }

// Key lets its holder ask about one account. The key itself is shown once, when it is
// made, and known by its hash from then on.
type Key struct {
	ID      string // what it is called when it is listed, logged and revoked
	Hash    string // SHA-256 of the key, in hexadecimal
	Account string
	Label   string // what it is for, in its maker's words
	Scopes  Scopes
	Rate    uint32 // requests in a second; 0: DefaultRate
	Made    time.Time
	Revoked bool
}

// DefaultRate is how many requests a key may make in a second, if it does not say.
const DefaultRate = 100

const (
	keyBegins = "mf_"
	idBytes   = 4
	keyBytes  = 32 // of chance: nobody guesses it, and so its hash needs no salt
)

// NewKey makes a key by chance: the key as its holder is to have it, and what is kept.
func NewKey() (secret string, k Key) {
	var b [idBytes + keyBytes]byte
	_, _ = rand.Read(b[:]) // never fails
	k.ID = hex.EncodeToString(b[:idBytes])
	secret = keyBegins + k.ID + "_" + base64.RawURLEncoding.EncodeToString(b[idBytes:])
	k.Hash = hashKey(secret)
	return secret, k
}

func hashKey(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
