package imap_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailfate/sources/tail"
)

// script is what a lying server says to a command, and whether it goes on.
type script func(w io.Writer, tag, command string) (on bool)

// ordinary is what a server says that has three mails and the mailbox of that
// UIDVALIDITY.
func ordinary(validity int) script {
	return func(w io.Writer, tag, command string) bool {
		switch {
		case strings.HasPrefix(command, "EXAMINE"), strings.HasPrefix(command, "SELECT"):
			fmt.Fprintf(w, "* 3 EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n* OK [UIDNEXT 4] x\r\n", validity)
		case strings.HasPrefix(command, "UID SEARCH"):
			_, _ = io.WriteString(w, "* SEARCH 1 2 3\r\n")
		case strings.HasPrefix(command, "UID FETCH"):
			for n := 1; n <= 3; n++ {
				fmt.Fprintf(w, "* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n", n, n, len(mail(n)), mail(n))
			}
		}
		fmt.Fprintf(w, "%s OK [CAPABILITY IMAP4rev1 UIDPLUS] done\r\n", tag)
		return true
	}
}

// to answers one command otherwise, with the tag for $; what is said may go on for
// ever.
func to(command string, say func(w io.Writer)) script {
	usual := ordinary(7)
	return func(w io.Writer, tag, given string) bool {
		if !strings.HasPrefix(given, command) {
			return usual(w, tag, given)
		}
		say(tagged{w, tag})
		return true
	}
}

type tagged struct {
	io.Writer
	tag string
}

func (w tagged) Write(p []byte) (int, error) {
	if _, err := w.Writer.Write(bytes.ReplaceAll(p, []byte("$"), []byte(w.tag))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// liar is a server of a script for each connection, the last for all that follow.
func liar(t testing.TB, scripts ...script) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	serve := func(conn net.Conn, answer script) {
		defer conn.Close()
		_, _ = io.WriteString(conn, "* OK [CAPABILITY IMAP4rev1 UIDPLUS] ready\r\n")
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			tag, command, _ := strings.Cut(lines.Text(), " ")
			if !answer(conn, tag, command) {
				return
			}
		}
	}
	go func() {
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn, scripts[min(n, len(scripts)-1)])
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

// said is what says one thing.
func said(text string) func(io.Writer) {
	return func(w io.Writer) { _, _ = io.WriteString(w, text) }
}

// endless is what says one thing, and then another for ever.
func endless(text, again string) func(io.Writer) {
	return func(w io.Writer) { said(text)(w); forever(w, again) }
}

func TestHostileServers(t *testing.T) {
	for name, answer := range map[string]script{
		"an endless literal":                to("UID FETCH", endless("* 1 FETCH (UID 1 BODY[]<0> {9223372036854775807}\r\n", "x")),
		"4 GB announced":                    to("UID FETCH", endless("* 1 FETCH (UID 1 BODY[]<0> {4294967296}\r\n", "x")),
		"a literal that does not come":      to("UID FETCH", said("* 1 FETCH (UID 1 BODY[]<0> {100}\r\nabc")),
		"an endless line":                   to("UID FETCH", endless("* OK ", "x")),
		"an endless string":                 to("UID FETCH", endless(`* 1 FETCH (ENVELOPE ("`, "x")),
		"an endless literal in a list":      to("EXAMINE", endless("* LIST () NIL {4294967296}\r\n", "x")),
		"endless chatter":                   to("UID FETCH", endless("", "* 5 EXISTS\r\n")),
		"endless mails of others":           to("UID FETCH", endless("", "* 9 FETCH (UID 9 BODY[] {3}\r\nabc)\r\n")),
		"deep nesting":                      to("UID FETCH", endless("* 1 FETCH (BODYSTRUCTURE ", "(")),
		"deep nesting where a list is due":  to("UID SEARCH", endless("* 1 FETCH (BODYSTRUCTURE ", "(")),
		"deep nesting behind a mail":        to("UID FETCH", endless("* 1 FETCH (UID 1 BODY[]<0> {3}\r\nabc BODYSTRUCTURE ", "(")),
		"deep nesting between strings":      to("UID SEARCH", endless(`* 1 FETCH (BODYSTRUCTURE (`, `("a" "b" ("c" NIL) NIL NIL "7bit" 1 NIL (")))" ("a" `)),
		"deep nesting of what nobody asked": to("UID SEARCH", endless("* ESEARCH UID X ", "(")),
		"nonsense":                          to("UID FETCH", said("\x00\xff\r\n)(\r\n")),
		"silence":                           to("UID FETCH", said("")),
		"silence at the login":              to("LOGIN", said("")),
		"a refusal":                         to("UID FETCH", said("$ NO \x1b[31mno\r\n")),
		"a mail goes with number 0":         to("UID FETCH", said(strings.Repeat("* 0 EXPUNGE\r\n", 1000)+"$ NO\r\n")),
		"no UIDVALIDITY":                    to("EXAMINE", said("$ OK x\r\n")),
		"words in the search":               to("UID SEARCH", said("* SEARCH x y\r\n$ OK done\r\n")),
		"too many numbers":                  to("UID SEARCH", said("* SEARCH"+strings.Repeat(" 1234567890", 2<<20)+"\r\n$ OK done\r\n")),
		"a goodbye in the midst":            to("UID FETCH", said("* BYE\r\n")),
		"what comes when nothing was asked": to("UID FETCH", said("+ go on\r\n")),
	} {
		t.Run(name, func(t *testing.T) {
			o := options(liar(t, answer))
			o.MaxMail, o.Patience, o.MaxWait = 1000, 500*time.Millisecond, time.Millisecond
			if name == "too many numbers" {
				o.Patience = 20 * time.Second
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			b := open(t, o, nil)
			for b.next() != tail.Idle {
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if p := b.r.Problems(); len(p) != 1 || len(p[0].Error()) > 1000 || strings.ContainsAny(p[0].Error(), "\x1b\r\n") {
				t.Errorf("problems: %.2000q", p)
			}
			if len(b.got) > 0 && name != "deep nesting behind a mail" {
				t.Errorf("got %.100q", b.got)
			}
			// It keeps less than 1 MB; the longest answer, which may be counted, has 23 MB.
			if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 64<<20 {
				t.Errorf("%d MB of memory", used>>20)
			}
			closeSoon(t, b.r)
		})
	}
}

// closeSoon closes a reader, which must not take long.
func closeSoon(t testing.TB, r tail.Reader) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Close() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it cannot be closed")
	}
}

// TestCloseWhateverTheServerDoes closes readers while a server keeps them waiting.
func TestCloseWhateverTheServerDoes(t *testing.T) {
	for name, c := range map[string]struct {
		at  string
		say func(io.Writer)
	}{
		"silent at the login":       {"LOGIN", said("")},
		"silent in a mail":          {"UID FETCH", said("* 1 FETCH (UID 1 BODY[]<0> {100}\r\nabc")},
		"endless chatter":           {"UID FETCH", endless("", "* 5 EXISTS\r\n")},
		"deep in nested structures": {"UID FETCH", endless("* 1 FETCH (BODYSTRUCTURE ", "(")},
		"the client is deadlocked":  {"UID EXPUNGE", said(strings.Repeat("* 0 EXPUNGE\r\n", 1000) + "$ OK\r\n")},
	} {
		t.Run(name, func(t *testing.T) {
			there := make(chan struct{})
			o := options(liar(t, func(w io.Writer, tag, command string) bool {
				if strings.HasPrefix(command, c.at) {
					close(there) // the script ends with this command
				}
				return to(c.at, c.say)(w, tag, command)
			}, func(io.Writer, string, string) bool { return false }))
			o.Follow, o.MoveTo = true, "Read"
			o.Patience = time.Minute
			b := open(t, o, map[string]string{"u": "\x01\x00\x00\x00\x07\x00\x00\x00\x01"}) // one mail was read
			for waiting := true; waiting; {
				b.next()
				select {
				case <-there:
					waiting = false
				case <-time.After(time.Millisecond):
				}
			}
			closeSoon(t, b.r)
		})
	}
}

func TestAMailWithoutContentIsTold(t *testing.T) {
	b := replay(t, options(liar(t, to("UID FETCH", said("* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n* 2 FETCH (UID 2 BODY[]<0> {3}\r\nabc)\r\n$ OK done\r\n")))), nil)
	b.want([]string{"abc"})
	if p := b.r.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), "UID 1") {
		t.Errorf("problems: %v", p)
	}
}

// TestMailsOfNothingButParentheses must not look like nested lists.
func TestMailsOfNothingButParentheses(t *testing.T) {
	round := strings.Repeat("(", 30_000)
	b := replay(t, options(liar(t, to("UID FETCH", func(w io.Writer) {
		for n := 1; n <= 3; n++ {
			fmt.Fprintf(w, "* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n", n, n, len(round), round)
		}
		said("$ OK done\r\n")(w)
	}))), nil)
	b.want([]string{round, round, round})
}

func TestNumbersThatGoBackwards(t *testing.T) {
	addr := liar(t, func(w io.Writer, tag, command string) bool {
		switch {
		case strings.HasPrefix(command, "UID SEARCH"):
			_, _ = io.WriteString(w, "* SEARCH 3 2 1\r\n* SEARCH 2\r\n")
		case strings.HasPrefix(command, "UID FETCH"):
			for n := 3; n >= 1; n-- {
				fmt.Fprintf(w, "* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n", n, n, len(mail(n)), mail(n))
			}
			_, _ = io.WriteString(w, "* 2 FETCH (UID 2 BODY[]<0> {3}\r\nabc)\r\n")
		default:
			return ordinary(7)(w, tag, command)
		}
		fmt.Fprintf(w, "%s OK done\r\n", tag)
		return true
	})
	b := replay(t, options(addr), nil)
	b.want([]string{mail(3), mail(2), mail(1)})
	replay(t, options(addr), b.kept).want(nil)
}

// TestNewNumbersInTheMidst has the mailbox numbered anew under an open connection.
func TestNewNumbersInTheMidst(t *testing.T) {
	opened := 0
	var moved atomic.Bool
	addr := liar(t, func(w io.Writer, tag, command string) bool {
		if strings.HasPrefix(command, "SELECT") {
			opened++
		}
		if strings.HasPrefix(command, "UID COPY") || strings.HasPrefix(command, "UID MOVE") {
			moved.Store(true)
		}
		return ordinary(6+min(opened, 2))(w, tag, command)
	})
	o := options(addr)
	o.Follow, o.MoveTo = true, "Read"
	b := open(t, o, nil)
	b.untilMails(3)
	confirm := b.keep() // of the old numbers
	confirm()
	b.untilMails(6)
	b.want(slices.Concat(mails(1, 3), mails(1, 3)))
	if moved.Load() {
		t.Error("mails were moved by their old numbers")
	}
}

// TestMailsThatCannotBeMovedStay has the folder refused, on a connection that lasts.
func TestMailsThatCannotBeMovedStay(t *testing.T) {
	var logins, moves, opened atomic.Int32
	addr := liar(t, func(w io.Writer, tag, command string) bool {
		switch name, _, _ := strings.Cut(strings.TrimPrefix(command, "UID "), " "); name {
		case "LOGIN":
			logins.Add(1)
		case "SELECT":
			opened.Add(1)
		case "COPY":
			moves.Add(1)
			fmt.Fprintf(w, "%s NO [OVERQUOTA] it is full\r\n", tag)
			return true
		}
		return ordinary(7)(w, tag, command)
	})
	o := options(addr)
	o.Follow, o.MoveTo, o.Poll = true, "Read", time.Millisecond
	b := open(t, o, nil)
	b.untilMails(3)
	b.until("the refusal", func() bool { b.keep()(); return len(b.r.Problems()) > 0 })
	if p := b.r.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), "move read mails to Read") || !strings.Contains(p[0].Error(), "it is full") {
		t.Errorf("problems: %v", p)
	}
	seen := opened.Load()
	b.until("more looks", func() bool { return opened.Load() > seen+3 })
	if logins.Load() != 1 || moves.Load() != 1 || len(b.r.Problems()) != 1 {
		t.Errorf("%d logins and %d moves; problems: %v", logins.Load(), moves.Load(), b.r.Problems())
	}
}

// TestProgressInABatch breaks every connection off behind the second mail.
func TestProgressInABatch(t *testing.T) {
	b := replay(t, options(liar(t, func(w io.Writer, tag, command string) bool {
		if !strings.HasPrefix(command, "UID FETCH") {
			return ordinary(7)(w, tag, command)
		}
		from := 1
		_, _ = fmt.Sscanf(command, "UID FETCH %d", &from)
		fmt.Fprintf(w, "* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n", from, from, len(mail(from)), mail(from))
		return false
	})), nil)
	b.want(mails(1, 3))
}
