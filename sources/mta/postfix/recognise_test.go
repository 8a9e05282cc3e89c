package postfix

import (
	"testing"

	"mailfate/sources/sourcestest"
)

func TestRecognises(t *testing.T) {
	sourcestest.Recognises(t, Recognises, map[string]bool{
		"Nov 21 23:20:20 mx1 dovecot: imap\nNov 21 23:20:20 mx1 postfix/smtpd[1]: connect from a[192.0.2.1]\n": true,
		"2026-11-21T23:20:20.123456+01:00 mx1 postfix-out/relay/smtp[1]: x":                                    true,
		"2026-11-21T23:20:20Z mx1 mail/qmgr[1]: x":                                                             true,
		"Nov 21 23:20:20 mx1 sshd[1]: postfix/smtpd[1]: no\n":                                                  false,
		"Nov 21 23:20:20 mx1 some/thing[1]: no\n":                                                              false,
		`{"time":"2026-11-21T23:20:20Z","event":"received"}`:                                                   false,
		`192.0.2.1 - - [21/Nov/2026:23:20:20 +0000] "GET /o/a.gif HTTP/1.1" 200 43`:                            false,
		"":                     false,
		"\x1f\x8b\x00\n\n\xff": false,
	})
}
