package imap_test

import (
	"bufio"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"mailfate/sources/tail"
)

// liar is a server that answers each command as a script says, with the tag for $;
// what is said to FETCH is written by a function, which may go on for ever.
func liar(t *testing.T, search string, fetch func(w io.Writer, tag string)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	serve := func(conn net.Conn) {
		defer conn.Close()
		_, _ = io.WriteString(conn, "* OK [CAPABILITY IMAP4rev1] ready\r\n")
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			tag, command, _ := strings.Cut(lines.Text(), " ")
			say := func(s string) { _, _ = io.WriteString(conn, strings.ReplaceAll(s, "$", tag)) }
			switch {
			case strings.HasPrefix(command, "LOGIN"):
				say("$ OK [CAPABILITY IMAP4rev1] in\r\n")
			case strings.HasPrefix(command, "EXAMINE"):
				say("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n$ OK done\r\n")
			case strings.HasPrefix(command, "UID SEARCH"):
				say("* SEARCH" + search + "\r\n$ OK done\r\n")
			case strings.HasPrefix(command, "UID FETCH"):
				fetch(conn, tag)
			default:
				say("$ OK done\r\n")
			}
		}
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return l.Addr().String()
}

// forever writes until nobody listens.
func forever(w io.Writer, text string) {
	block := strings.Repeat(text, 1000)
	for {
		if _, err := io.WriteString(w, block); err != nil {
			return
		}
	}
}

func TestHostileServers(t *testing.T) {
	for name, c := range map[string]struct {
		search string
		fetch  func(w io.Writer, tag string)
	}{
		"an endless literal": {" 1 2 3", func(w io.Writer, _ string) {
			_, _ = io.WriteString(w, "* 1 FETCH (UID 1 BODY[]<0> {9223372036854775807}\r\n")
			forever(w, "x")
		}},
		"a literal longer than was asked for": {" 1", func(w io.Writer, _ string) {
			_, _ = io.WriteString(w, "* 1 FETCH (UID 1 BODY[]<0> {1000000000}\r\n")
			forever(w, "x")
		}},
		"a literal that does not come": {" 1", func(w io.Writer, _ string) {
			_, _ = io.WriteString(w, "* 1 FETCH (UID 1 BODY[]<0> {100}\r\nabc")
		}},
		"an endless line":     {" 1", func(w io.Writer, _ string) { _, _ = io.WriteString(w, "* OK "); forever(w, "x") }},
		"an endless string":   {" 1", func(w io.Writer, _ string) { _, _ = io.WriteString(w, `* 1 FETCH (ENVELOPE ("`); forever(w, "x") }},
		"endless chatter":     {" 1", func(w io.Writer, _ string) { forever(w, "* 5 EXISTS\r\n") }},
		"nonsense":            {" 1", func(w io.Writer, _ string) { _, _ = io.WriteString(w, "\x00\xff\r\n)(\r\n") }},
		"a refusal":           {" 1", func(w io.Writer, tag string) { _, _ = io.WriteString(w, tag+" NO \x1b[31mno\r\n") }},
		"words in the search": {" x y", nil},
		"too many numbers":    {strings.Repeat(" 1234567890", 4<<20), nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(liar(t, c.search, c.fetch))
			o.MaxMail, o.Patience, o.MaxWait = 1000, 500*time.Millisecond, time.Millisecond
			if name == "too many numbers" {
				o.Patience = 20 * time.Second
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			b := open(t, o, nil)
			for b.next() != tail.Idle {
			}
			runtime.ReadMemStats(&after)
			if p := b.r.Problems(); len(p) != 1 || len(p[0].Error()) > 1000 || strings.ContainsAny(p[0].Error(), "\x1b\r\n") {
				t.Errorf("problems: %.2000q", p)
			}
			if len(b.got) > 0 {
				t.Errorf("got %.100q", b.got)
			}
			if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 200<<20 {
				t.Errorf("%d MB of memory", used>>20)
			}
		})
	}
}

func TestAMailWithoutContentIsTold(t *testing.T) {
	addr := liar(t, " 1 2", func(w io.Writer, tag string) {
		_, _ = io.WriteString(w, "* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n* 2 FETCH (UID 2 BODY[]<0> {3}\r\nabc)\r\n"+tag+" OK done\r\n")
	})
	b := replay(t, options(addr), nil)
	b.want([]string{"abc"})
	if p := b.r.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), "UID 1") {
		t.Errorf("problems: %v", p)
	}
}
