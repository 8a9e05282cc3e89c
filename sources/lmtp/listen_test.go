package lmtp_test

import (
	"log/slog"
	"net"
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
	dir = filepath.Join(t.TempDir(), "spool")
	l, err := lmtp.Listen(url, dir, slog.New(slog.DiscardHandler))
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
	l, dir := listen(t, "smtp://127.0.0.1:0")
	if err := send(t, "smtp", l.Addr().String(), "Subject: x\r\n\r\n"+strings.Repeat(strings.Repeat("y", 70)+"\r\n", 300_000)); err == nil {
		t.Error("taken")
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) > 0 || len(waiting(t, dir)) > 0 {
		t.Errorf("left: %v", left)
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
