package imap_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailfate/sources"
	"mailfate/sources/imap"
	"mailfate/sources/imap/dovecottest"
	"mailfate/sources/tail"
)

func mail(n int) string { return fmt.Sprintf("Subject: %d\r\n\r\nbody %d\r\n", n, n) }

func mails(from, to int) (all []string) {
	for n := from; n <= to; n++ {
		all = append(all, mail(n))
	}
	return all
}

func options(addr string) imap.Options {
	return imap.Options{Address: addr, User: dovecottest.User, Password: dovecottest.Password, MaxWait: 10 * time.Millisecond, Poll: time.Hour}
}

// box is a reader with what is kept of it.
type box struct {
	t    *testing.T
	r    tail.Reader
	got  []string
	kept map[string]string
}

func open(t *testing.T, o imap.Options, kept map[string]string) *box {
	t.Helper()
	b := &box{t: t, r: imap.Open(o), kept: kept}
	t.Cleanup(func() { _ = b.r.Close() })
	for k, v := range kept {
		if err := b.r.Load([]byte(k), []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *box) next() tail.Status {
	return b.r.Next(func(l sources.Line) { b.got = append(b.got, string(l.Data)) })
}

// until follows until done.
func (b *box) until(what string, done func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 30*time.Second)
	defer cancel()
	for !done() {
		if b.next() == tail.Idle {
			if err := b.r.Wait(ctx, 10*time.Millisecond); err != nil {
				b.t.Fatalf("%s: %v after %d mails; problems: %v", what, err, len(b.got), b.r.Problems())
			}
		}
	}
}

func (b *box) untilMails(n int) {
	b.t.Helper()
	b.until(fmt.Sprint(n, " mails"), func() bool { return len(b.got) >= n })
}

// keep takes the position and says that it is kept.
func (b *box) keep() (confirm func()) {
	b.t.Helper()
	if b.kept == nil {
		b.kept = map[string]string{}
	}
	if err := b.r.Changes(func(k, v []byte) error { b.kept[string(k)] = string(v); return nil }); err != nil {
		b.t.Fatal(err)
	}
	return b.r.(tail.Keeper).Keep()
}

func (b *box) want(all []string) {
	b.t.Helper()
	if !slices.Equal(b.got, all) {
		b.t.Errorf("got %d mails %.300q, want %d", len(b.got), b.got, len(all))
	}
}

// replay reads to the end.
func replay(t *testing.T, o imap.Options, kept map[string]string) *box {
	t.Helper()
	b := open(t, o, kept)
	for b.next() != tail.Idle {
	}
	b.keep()
	return b
}

func TestReplay(t *testing.T) {
	d := dovecottest.Start(t)
	d.Deliver(mails(1, 150)...)
	b := replay(t, options(d.Addr), nil)
	b.want(mails(1, 150))
	if c := b.r.Counts(); c.Lines != 150 || len(b.r.Problems()) > 0 {
		t.Errorf("%+v %v", c, b.r.Problems())
	}
	d.Deliver(mails(151, 152)...)
	replay(t, options(d.Addr), b.kept).want(mails(151, 152))
	if n := d.Count(""); n != 152 {
		t.Errorf("%d mails are left", n)
	}
}

func TestIdleSeesANewMail(t *testing.T) {
	d := dovecottest.Start(t)
	o := options(d.Addr)
	o.Follow = true
	d.Deliver(mail(1))
	b := open(t, o, nil)
	b.untilMails(1)
	for n := 2; n <= 3; n++ {
		d.Deliver(mail(n))
		b.untilMails(n)
	}
	b.want(mails(1, 3))
}

func TestNewNumbersReadAllAgain(t *testing.T) {
	d := dovecottest.Start(t)
	d.Deliver(mails(1, 3)...)
	b := replay(t, options(d.Addr), nil)
	d.Renumber()
	b = replay(t, options(d.Addr), b.kept)
	b.want(mails(1, 3))
	replay(t, options(d.Addr), b.kept).want(nil)
}

// TestAKillBetweenFetchAndCheckpoint begins again from what was kept last.
func TestAKillBetweenFetchAndCheckpoint(t *testing.T) {
	d := dovecottest.Start(t)
	d.Deliver(mails(1, 200)...)
	o := options(d.Addr)
	o.Follow, o.MoveTo = true, "Read"
	first := open(t, o, nil)
	first.untilMails(70)
	confirm := first.keep() // which is kept, but nobody is told of it any more
	first.untilMails(100)
	if n := d.Count(".Read"); n != 0 {
		t.Errorf("%d mails were moved before their position was kept", n)
	}
	_ = first.r.Close()
	confirm()

	second := open(t, o, first.kept)
	have := map[string]bool{}
	for _, m := range first.got[:70] {
		have[m] = true
	}
	second.until("the others", func() bool {
		for _, m := range second.got {
			have[m] = true
		}
		return len(have) == 200
	})
	if len(second.got) > 200-64 {
		t.Errorf("%d mails were handed out again", len(second.got)-130)
	}
	second.until("the end", func() bool { second.keep()(); return d.Count(".Read") == 200 && d.Count("") == 0 })
}

func TestMailsMoveWhenTheirPositionIsKept(t *testing.T) {
	d := dovecottest.Start(t)
	d.Deliver(mails(1, 3)...)
	o := options(d.Addr)
	o.Follow, o.MoveTo = true, "Done"
	b := open(t, o, nil)
	b.untilMails(3)
	d.Deliver(mail(4))
	b.untilMails(4) // so it has been back at the server
	if n := d.Count(""); n != 4 {
		t.Errorf("%d mails are left, though nothing was kept", n)
	}
	b.until("the move", func() bool { b.keep()(); return d.Count("") == 0 })
	if n := d.Count(".Done"); n != 4 {
		t.Errorf("%d mails were moved", n)
	}
	d.Deliver(mail(5))
	b.untilMails(5)
	b.want(mails(1, 5))
}

// relay stands before a server and cuts connections after some bytes of the server's.
func relay(t *testing.T, to string, after func(conn int) int64) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var n atomic.Int32
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				out, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer out.Close()
				go func() { _, _ = io.Copy(out, in) }()
				_, _ = io.CopyN(in, out, after(int(n.Add(1))))
			}()
		}
	}()
	return l.Addr().String()
}

func TestConnectionsCutInTheMiddleOfAMail(t *testing.T) {
	d := dovecottest.Start(t)
	long := "Subject: long\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 1000)
	d.Deliver(mail(1), long, mail(2))
	o := options(relay(t, d.Addr, func(n int) int64 {
		if n <= 5 {
			return int64(2000 + 10_000*n)
		}
		return 1 << 40
	}))
	o.Follow = true
	b := open(t, o, nil)
	b.until("all", func() bool { return slices.Contains(b.got, mail(2)) })
	for _, m := range b.got {
		if m != mail(1) && m != long && m != mail(2) {
			t.Errorf("a part of a mail was handed out: %.60q (%d bytes)", m, len(m))
		}
	}
	if !slices.Contains(b.got, long) {
		t.Error("the long mail is missing")
	}
}

func TestLongMailsAreCut(t *testing.T) {
	d := dovecottest.Start(t)
	d.Deliver("Subject: x\r\n\r\n" + strings.Repeat("y", 5000) + "\r\n")
	o := options(d.Addr)
	o.MaxMail = 1000
	b := replay(t, o, nil)
	if c := b.r.Counts(); len(b.got) != 1 || len(b.got[0]) != 1000 || c.Cut != 1 {
		t.Errorf("%+v, %d mails", c, len(b.got))
	}
}

func TestWrongPassword(t *testing.T) {
	d := dovecottest.Start(t)
	o := options(d.Addr)
	o.Password = "wrong"
	b := open(t, o, nil)
	for b.next() != tail.Idle {
	}
	if p := b.r.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), "check user and password") {
		t.Errorf("problems: %v", p)
	}
}

// authority trusts the server's certificate.
func authority(t *testing.T, d *dovecottest.Server) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(d.CA)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool}
}

func TestTLS(t *testing.T) {
	d := dovecottest.Start(t, "disable_plaintext_auth = yes", "login_trusted_networks =")
	d.Deliver(mails(1, 2)...)
	trusted := authority(t, d)
	for name, c := range map[string]struct {
		addr  string
		tls   *tls.Config
		start bool
		hint  string
	}{
		"from the beginning":         {d.TLSAddr, trusted, false, ""},
		"after the greeting":         {d.Addr, trusted, true, ""},
		"an unknown authority":       {d.TLSAddr, &tls.Config{}, false, "tls.ca"},
		"unknown, and after it":      {d.Addr, &tls.Config{}, true, "tls.ca"},
		"another name":               {d.Addr, &tls.Config{RootCAs: trusted.RootCAs, ServerName: "mx.example"}, true, "tls.server_name"},
		"where TLS is at once":       {d.TLSAddr, trusted, true, "it is tried again"},
		"where TLS is not yet there": {d.Addr, trusted, false, "it is tried again"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(c.addr)
			o.TLS, o.StartTLS, o.Patience = c.tls, c.start, time.Second
			b := replay(t, o, nil)
			p := b.r.Problems()
			if c.hint == "" {
				b.want(mails(1, 2))
			} else {
				b.want(nil)
			}
			if c.hint == "" && len(p) > 0 || c.hint != "" && (len(p) != 1 || !strings.Contains(p[0].Error(), c.hint)) {
				t.Errorf("problems: %v", p)
			}
		})
	}
}

// TestNothingInFrontOfTLSIsBelieved has somebody between us and the server add to
// what the server says in the open.
func TestNothingInFrontOfTLSIsBelieved(t *testing.T) {
	for _, said := range []string{"S OK\r\n* OK [CAPABILITY X] x\r\n", "S NO\r\n", "* PREAUTH\r\nS OK\r\n", "X\r\n", strings.Repeat("x", 10_000)} {
		var more atomic.Bool
		l := liar(t, func(w io.Writer, _, command string) bool {
			more.Store(more.Load() || strings.HasPrefix(command, "LOGIN"))
			_, _ = io.WriteString(w, said)
			return true
		})
		o := options(l)
		o.TLS, o.StartTLS, o.Patience = &tls.Config{}, true, 200*time.Millisecond
		b := replay(t, o, nil)
		if p := b.r.Problems(); len(p) != 1 || more.Load() {
			t.Errorf("%.40q: problems %v; said more: %v", said, p, more.Load())
		}
	}
}

// TestServersThatCannotDoAll have no MOVE, or no IDLE, or neither UIDPLUS.
func TestServersThatCannotDoAll(t *testing.T) {
	t.Run("MOVE", func(t *testing.T) {
		d := dovecottest.Start(t, "imap_capability = IMAP4rev1 LITERAL+ IDLE UIDPLUS")
		d.Deliver(mails(1, 3)...)
		o := options(d.Addr)
		o.Follow, o.MoveTo = true, "Done"
		b := open(t, o, nil)
		b.untilMails(3)
		b.until("the move", func() bool { b.keep()(); return d.Count("") == 0 })
		d.Deliver(mail(4))
		b.untilMails(4)
		b.until("the next", func() bool { b.keep()(); return d.Count(".Done") == 4 && d.Count("") == 0 })
		b.want(mails(1, 4))
	})
	t.Run("IDLE", func(t *testing.T) {
		d := dovecottest.Start(t, "imap_capability = IMAP4rev1 LITERAL+ MOVE UIDPLUS")
		d.Deliver(mail(1))
		o := options(d.Addr)
		o.Follow, o.Poll = true, 20*time.Millisecond
		b := open(t, o, nil)
		b.untilMails(1)
		d.Deliver(mail(2))
		b.untilMails(2)
		b.want(mails(1, 2))
	})
	t.Run("MOVE and UIDPLUS", func(t *testing.T) {
		d := dovecottest.Start(t, "imap_capability = IMAP4rev1 LITERAL+ IDLE")
		d.Deliver(mail(1))
		o := options(d.Addr)
		o.Follow, o.MoveTo = true, "Done"
		b := open(t, o, nil)
		b.untilMails(1)
		b.until("the refusal", func() bool {
			b.keep()()
			p := b.r.Problems()
			return len(p) == 1 && strings.Contains(p[0].Error(), "leave move_to out")
		})
		if d.Count("") != 1 {
			t.Error("the mail is gone")
		}
	})
}
