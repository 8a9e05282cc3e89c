package imap_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"mailfate/sources/tail"
)

// FuzzServer has a server answer one command after the other by what stands between
// bytes 0, and then go away.
func FuzzServer(f *testing.F) {
	login := "$ OK [CAPABILITY IMAP4rev1 UIDPLUS] in\r\n\x00"
	opened := login + "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n$ OK [READ-ONLY] x\r\n\x00"
	found := opened + "* SEARCH 1 2\r\n$ OK x\r\n\x00"
	for _, seed := range []string{
		"", "$ NO x\r\n", login + "* BYE x\r\n", opened + "* ESEARCH (TAG \"$\") UID ALL 1:3\r\n$ OK x\r\n\x00",
		found + "* 1 FETCH (UID 1 BODY[]<0> {3}\r\nabc)\r\n* 2 FETCH (UID 2 BODY[]<0> \"x\")\r\n$ OK x\r\n",
		found + "* 1 FETCH (FLAGS (\\Seen) UID 1 BODY[] NIL)\r\n$ OK x\r\n",
		found + "* 2 FETCH (UID 2 BODYSTRUCTURE ((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1) \"mixed\") BODY[] ~{3}\r\nabc)\r\n$ OK x\r\n",
		found + "* 0 EXPUNGE\r\n* 1 FETCH (UID 1 BODY[] {99}\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		answers := bytes.Split(said, []byte{0})
		n := 0
		o := options(liar(t, func(w io.Writer, tag, _ string) bool {
			if n == len(answers) {
				return false
			}
			_, err := tagged{w, tag}.Write(answers[n])
			n++
			return err == nil && n < len(answers)
		}, func(io.Writer, string, string) bool { return false }))
		o.MaxMail, o.Patience, o.MaxWait = 1000, 50*time.Millisecond, time.Microsecond
		b := open(t, o, nil)
		for end := time.Now().Add(20 * time.Second); b.next() != tail.Idle; {
			if time.Now().After(end) {
				t.Fatal("there is no end")
			}
		}
		for _, m := range b.got {
			if len(m) > o.MaxMail {
				t.Errorf("a mail of %d bytes", len(m))
			}
		}
		closeSoon(t, b.r)
	})
}
