// Package dovecottest starts a real IMAP server for tests: Dovecot 2.3 with a
// directory of its own, on free ports of this machine, with one user. It ends with
// the test. Where there is none the test fails, and is left out with -short.
package dovecottest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The user who may log in.
const (
	User     = "user"
	Password = "secret"
)

// owner is whom the mails belong to: nobody.
const owner = 65534

// Server is a running Dovecot.
type Server struct {
	Addr    string // plain, and for STARTTLS
	TLSAddr string
	CA      string // file of the certificate, which is for localhost

	t    testing.TB
	home string
	dir  string // of its Maildir
	mail int
}

// settings of a Dovecot 2.3 that lives in a directory of its own.
const settings = `
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
disable_plaintext_auth = no
mail_location = maildir:%[1]s/mail
first_valid_uid = 1
first_valid_gid = 0
mailbox_list_index = no
maildir_very_dirty_syncs = no
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=%[4]d gid=%[4]d home=%[1]s/mail
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[2]s
  }
  inet_listener imaps {
    port = %[3]s
    ssl = yes
  }
}
%[5]s
`

// Start starts a server with some more lines of settings, and returns when it listens.
func Start(t testing.TB, more ...string) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("starts an IMAP server")
	}
	program, err := exec.LookPath("dovecot")
	if err != nil {
		t.Fatal("this test reads from Dovecot: make dovecot")
	}
	if os.Getuid() != 0 {
		t.Fatal("this test starts Dovecot, whose processes want to be started by root")
	}
	home, err := os.MkdirTemp("", "mailfate-dovecot") // short, for the sockets in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	d := &Server{t: t, home: home, dir: home + "/mail", CA: home + "/cert.pem", Addr: freeAddress(t), TLSAddr: freeAddress(t)}
	for _, sub := range []string{"cur", "new", "tmp"} {
		d.must(os.MkdirAll(filepath.Join(d.dir, sub), 0o777))
	}
	d.must(os.Chmod(home, 0o755))
	d.own()
	d.certify()
	_, port, _ := net.SplitHostPort(d.Addr)
	_, tlsPort, _ := net.SplitHostPort(d.TLSAddr)
	d.must(os.WriteFile(home+"/dovecot.conf", fmt.Appendf(nil, settings, home, port, tlsPort, owner, strings.Join(more, "\n")), 0o600))
	d.run(program)
	return d
}

// run starts the program, which ends with the test.
func (d *Server) run(program string) {
	d.t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(program, "-F", "-c", d.home+"/dovecot.conf")
	cmd.Stderr = &out
	d.must(cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	d.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		if d.t.Failed() {
			log, _ := os.ReadFile(d.home + "/log")
			d.t.Logf("Dovecot: %s…%s", out.String(), log[max(len(log)-2000, 0):])
		}
	})
	for end := time.Now().Add(20 * time.Second); ; {
		conn, err := net.Dial("tcp", d.Addr)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-ended:
			d.t.Fatalf("Dovecot has ended: %s", out.String())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(end) {
			d.t.Fatal("Dovecot does not listen")
		}
	}
}

// certify makes a certificate of its own authority.
func (d *Server) certify() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	d.must(err)
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	d.must(err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	d.must(err)
	d.must(os.WriteFile(d.CA, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	d.must(os.WriteFile(d.home+"/key.pem", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}), 0o600))
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (d *Server) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// own gives the mailbox to the user.
func (d *Server) own() {
	d.must(filepath.Walk(d.dir, func(path string, _ os.FileInfo, err error) error {
		if err == nil {
			err = os.Chown(path, owner, owner)
		}
		return err
	}))
}

// Deliver puts mails into the mailbox, as a delivery agent does.
func (d *Server) Deliver(mails ...string) {
	d.t.Helper()
	for _, m := range mails {
		d.mail++
		name := fmt.Sprintf("%d.M%06dP1.host", 1795318085+d.mail, d.mail)
		tmp := filepath.Join(d.dir, "tmp", name)
		d.must(os.WriteFile(tmp, []byte(strings.ReplaceAll(m, "\r\n", "\n")), 0o600))
		d.must(os.Chown(tmp, owner, owner))
		d.must(os.Rename(tmp, filepath.Join(d.dir, "new", name)))
	}
}

// Renumber makes the server forget the numbers that it gave.
func (d *Server) Renumber() {
	d.t.Helper()
	for _, name := range []string{"dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"} {
		if err := os.Remove(filepath.Join(d.dir, name)); err != nil && !os.IsNotExist(err) {
			d.t.Fatal(err)
		}
	}
	list := fmt.Sprintf("3 V%d N1\n", time.Now().Unix()+1000)
	path := filepath.Join(d.dir, "dovecot-uidlist")
	d.must(os.WriteFile(path, []byte(list), 0o600))
	d.must(os.Chown(path, owner, owner))
}

// Count returns how many mails are in a folder, as .Name, or "" for the inbox.
func (d *Server) Count(folder string) int {
	n := 0
	for _, sub := range []string{"new", "cur"} {
		entries, _ := os.ReadDir(filepath.Join(d.dir, folder, sub))
		n += len(entries)
	}
	return n
}
