package imap_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dovecot is a real server with one user, of the name and password user and secret.
type dovecot struct {
	t    *testing.T
	dir  string // of its Maildir
	addr string
	mail int
}

// settings of a Dovecot 2.3 that lives in a directory of its own.
const settings = `
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
ssl = no
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
  args = uid=65534 gid=65534 home=%[1]s/mail
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[2]s
  }
  inet_listener imaps {
    port = 0
  }
}
service stats {
}
`

func startDovecot(t *testing.T) *dovecot {
	t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		if _, apt := exec.LookPath("apt-get"); apt != nil {
			t.Skip("NOT TESTED with a real IMAP server: there is neither dovecot nor apt-get here")
		}
		t.Fatal("these tests need Dovecot: make dovecot")
	}
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED with a real IMAP server: Dovecot's processes are started by root")
	}
	home, err := os.MkdirTemp("", "mailfate-dovecot") // short, for the sockets in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	d := &dovecot{t: t, dir: home + "/mail", addr: freeAddress(t)}
	_, port, _ := net.SplitHostPort(d.addr)
	for _, sub := range []string{"cur", "new", "tmp"} {
		d.must(os.MkdirAll(filepath.Join(d.dir, sub), 0o777))
	}
	d.must(os.Chmod(home, 0o755))
	d.own()
	d.must(os.WriteFile(home+"/dovecot.conf", fmt.Appendf(nil, settings, home, port), 0o644))
	var out bytes.Buffer
	cmd := exec.Command(program, "-F", "-c", home+"/dovecot.conf")
	cmd.Stderr = &out
	d.must(cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		if t.Failed() {
			log, _ := os.ReadFile(home + "/log")
			t.Logf("Dovecot: %s…%s", out.String(), log[max(len(log)-2000, 0):])
		}
	})
	for end := time.Now().Add(20 * time.Second); ; {
		conn, err := net.Dial("tcp", d.addr)
		if err == nil {
			_ = conn.Close()
			return d
		}
		select {
		case <-ended:
			t.Fatalf("Dovecot has ended: %s", out.String())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatal("Dovecot does not listen")
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (d *dovecot) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// own gives the mailbox to the user.
func (d *dovecot) own() {
	d.must(filepath.Walk(d.dir, func(path string, _ os.FileInfo, err error) error {
		if err == nil {
			err = os.Chown(path, 65534, 65534)
		}
		return err
	}))
}

// deliver puts mails into the mailbox, as a delivery agent does.
func (d *dovecot) deliver(mails ...string) {
	d.t.Helper()
	for _, m := range mails {
		d.mail++
		name := fmt.Sprintf("%d.M%06dP1.host", 1795318085+d.mail, d.mail)
		tmp := filepath.Join(d.dir, "tmp", name)
		d.must(os.WriteFile(tmp, []byte(strings.ReplaceAll(m, "\r\n", "\n")), 0o600))
		d.must(os.Chown(tmp, 65534, 65534))
		d.must(os.Rename(tmp, filepath.Join(d.dir, "new", name)))
	}
}

// renumber makes the server forget the numbers that it gave.
func (d *dovecot) renumber() {
	d.t.Helper()
	for _, name := range []string{"dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"} {
		if err := os.Remove(filepath.Join(d.dir, name)); err != nil && !os.IsNotExist(err) {
			d.t.Fatal(err)
		}
	}
	list := fmt.Sprintf("3 V%d N1\n", time.Now().Unix()+1000)
	path := filepath.Join(d.dir, "dovecot-uidlist")
	d.must(os.WriteFile(path, []byte(list), 0o600))
	d.must(os.Chown(path, 65534, 65534))
}

// count returns how many mails are in a folder.
func (d *dovecot) count(folder string) int {
	n := 0
	for _, sub := range []string{"new", "cur"} {
		entries, _ := os.ReadDir(filepath.Join(d.dir, folder, sub))
		n += len(entries)
	}
	return n
}
