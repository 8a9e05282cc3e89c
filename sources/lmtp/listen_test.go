package lmtp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"mailfate/sources"
	"mailfate/sources/lmtp"
	"mailfate/sources/tail"
)

func listen(t *testing.T, url string) (l *lmtp.Listener, dir string) {
	t.Helper()
	return listenLogging(t, url, slog.DiscardHandler)
}

func listenLogging(t *testing.T, url string, log slog.Handler) (l *lmtp.Listener, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "spool")
	l, err := lmtp.Listen(url, dir, slog.New(log))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l, dir
}

func waiting(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func send(t *testing.T, url, addr, mail string) error {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	client := smtp.NewClient
	if strings.HasPrefix(url, "lmtp") {
		client = smtp.NewClientLMTP
	}
	c := client(conn)
	defer c.Close()
	return c.SendMail("fbl@provider.example", []string{"reports+a@shop.example", "b@shop.example"}, strings.NewReader(mail))
}

func TestAMailIsStreamedAndThenRemoved(t *testing.T) {
	for _, url := range []string{"lmtp://127.0.0.1:0", "smtp://[::1]:0"} {
		t.Run(url, func(t *testing.T) {
			l, dir := listen(t, url)
			if err := send(t, url, l.Addr().String(), "Subject: x\r\n\r\n.body\r\n"); err != nil {
				t.Fatal(err)
			}
			if n := len(waiting(t, dir)); n != 1 {
				t.Fatalf("%d mails", n)
			}
			r := tail.Open(tail.Set{Path: dir, Maildir: true, Own: true}, tail.Options{Follow: true})
			defer r.Close()
			var got string
			for r.Next(func(line sources.Line) { got += string(line.Data) }) != tail.Idle {
			}
			lines := strings.Split(got, "\r\n")
			if len(lines) != 8 || lines[0] != "Return-Path: <fbl@provider.example>" || lines[1] != "Delivered-To: reports+a@shop.example" ||
				lines[2] != "Delivered-To: b@shop.example" || !strings.HasPrefix(lines[3], "Received: from ") || lines[6] != ".body" {
				t.Errorf("got %q", lines)
			}
			if err := r.Changes(func([]byte, []byte) error { return nil }); err != nil {
				t.Fatal(err)
			}
			confirm := r.(tail.Keeper).Keep()
			if n := len(waiting(t, dir)); n != 1 {
				t.Error("removed before what was made of it is kept")
			}
			confirm()
			if n := len(waiting(t, dir)); n != 0 {
				t.Errorf("%d mails are left", n)
			}
		})
	}
}

func TestWhatCannotBeStoredIsPutOff(t *testing.T) {
	l, dir := listen(t, "smtp://127.0.0.1:0")
	if err := os.RemoveAll(filepath.Join(dir, "tmp")); err != nil {
		t.Fatal(err)
	}
	err := send(t, "smtp", l.Addr().String(), "Subject: x\r\n\r\n")
	if err == nil || !strings.Contains(err.Error(), "451") && !strings.Contains(err.Error(), "stored") {
		t.Errorf("got %v", err)
	}
}

func TestTooLong(t *testing.T) {
	for name, mail := range map[string]string{
		"mail": strings.Repeat(strings.Repeat("y", 70)+"\r\n", 300_000),
		"line": strings.Repeat("y", 3<<20),
	} {
		for _, url := range []string{"lmtp://127.0.0.1:0", "smtp://127.0.0.1:0"} {
			t.Run(name+" "+url, func(t *testing.T) {
				l, dir := listen(t, url)
				err := send(t, url, l.Addr().String(), "Subject: x\r\n\r\n"+mail)
				var said *smtp.SMTPError
				if answered := errors.As(err, &said); err == nil || answered && (said.Code != 552 || said.EnhancedCode != smtp.EnhancedCode{5, 3, 4}) || !answered && name == "mail" {
					t.Errorf("answered %v", err) // who goes on with a line is cut off, and may not read why
				}
				if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) > 0 || len(waiting(t, dir)) > 0 {
					t.Errorf("left: %v", left)
				}
			})
		}
	}
}

// say writes to a server and returns the codes of n replies.
func say(t *testing.T, conn *textproto.Conn, text string, n int) (codes []int) {
	t.Helper()
	if _, err := io.WriteString(conn.W, text); err != nil || conn.W.Flush() != nil {
		t.Fatal("the server does not listen")
	}
	for range n {
		code, _, err := conn.ReadResponse(0)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
	}
	return codes
}

// begin connects and goes as far as the mail, for one recipient.
func begin(t *testing.T, l *lmtp.Listener) *textproto.Conn {
	t.Helper()
	conn, err := textproto.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	say(t, conn, "LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@shop.example>\r\n", 4)
	return conn
}

func TestLongLinesAreTaken(t *testing.T) {
	mail := "Subject: x\r\n\r\n" + strings.Repeat("y", 100<<10) + "\r\n"
	for name, command := range map[string]string{
		"DATA":        mail + ".\r\n",
		"BDAT":        fmt.Sprintf("BDAT %d LAST\r\n%s", len(mail), mail),
		"BDAT, parts": fmt.Sprintf("BDAT 50000\r\n%sBDAT %d LAST\r\n%s", mail[:50000], len(mail)-50000, mail[50000:]),
	} {
		t.Run(name, func(t *testing.T) {
			l, dir := listen(t, "lmtp://127.0.0.1:0")
			conn := begin(t, l)
			if name == "DATA" {
				say(t, conn, "DATA\r\n", 1)
			}
			for _, code := range say(t, conn, command, strings.Count(command, "BDAT")+strings.Count(command, "\r\n.\r\n")) {
				if code != 250 {
					t.Errorf("answered %d", code)
				}
			}
			found := waiting(t, dir)
			if len(found) != 1 {
				t.Fatalf("%d mails", len(found))
			}
			if got, err := os.ReadFile(found[0]); err != nil || !strings.HasSuffix(string(got), mail) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
}

// TestWhoGoesAway has clients end before their mail does.
func TestWhoGoesAway(t *testing.T) {
	for leave, replies := range map[string]int{
		"BDAT 5\r\nhelloRSET\r\n":     2,
		"BDAT 5\r\nhello":             1,
		"BDAT 5\r\nhelloBDAT 9\r\nhe": 1,
		"DATA\r\nhello":               1,
	} {
		t.Run(leave, func(t *testing.T) {
			var log bytes.Buffer
			l, dir := listenLogging(t, "lmtp://127.0.0.1:0", slog.NewTextHandler(&log, nil))
			conn := begin(t, l)
			say(t, conn, leave, replies)
			conn.Close()
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(log.String(), "level=ERROR") || len(waiting(t, dir)) > 0 {
				t.Errorf("%d mails, logged:\n%s", len(waiting(t, dir)), log.String())
			}
		})
	}
}

func TestURLs(t *testing.T) {
	for url, want := range map[string]bool{
		"lmtp://127.0.0.1:24": true, "smtp://localhost:25": true, "smtp://[::1]:25": true,
		"lmtp://0.0.0.0:24": false, "lmtp://mx.example.com:24": false, "http://127.0.0.1:1": false, "lmtp://127.0.0.1": false, "lmtp://:24": false, "": false,
	} {
		if _, _, err := lmtp.ParseURL(url); (err == nil) != want {
			t.Errorf("%q: %v", url, err)
		}
	}
}
