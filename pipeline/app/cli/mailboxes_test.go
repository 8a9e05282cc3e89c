package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"mailfate/sources/imap/dovecottest"
)

// mailboxes are the four ways on which reports arrive.
type mailboxes struct {
	t      *testing.T
	server *dovecottest.Server
	listen string
	dir    string // with box.mbox, a directory of mails, and data
	config string
	left   [4][]string // reports that were not yet delivered, by way
}

const (
	overIMAP = iota
	overLMTP
	inMbox
	inDirectory
)

// newMailboxes deals the recorded reports out.
func newMailboxes(t *testing.T) *mailboxes {
	t.Helper()
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailboxes{t: t, server: dovecottest.Start(t), listen: free.Addr().String(), dir: t.TempDir()}
	free.Close()
	if err := os.Mkdir(filepath.Join(m.dir, "mails"), 0o700); err != nil {
		t.Fatal(err)
	}
	log, err := filepath.Abs(filepath.Join(recorded, "mail.log"))
	if err != nil {
		t.Fatal(err)
	}
	m.config = write(t, filepath.Join(m.dir, "mailfate.yaml"), fmt.Appendf(nil, `
data: %[1]s/data
sources:
  - {type: postfix, paths: [%[2]s]}
  - {type: arf, paths: [%[1]s/box.mbox]}
  - {type: arf, paths: [%[1]s/mails]}
  - {type: arf, listen: 'lmtp://%[3]s'}
  - type: arf
    imap: {address: '%[4]s', user: %[5]s, password_env: MAILFATE_TEST_PASSWORD, move_to: Read, tls: {ca: %[6]s}}
`, m.dir, log, m.listen, m.server.TLSAddr, dovecottest.User, m.server.CA))
	found, err := filepath.Glob(filepath.Join(recorded, "reports", "*", "*"))
	if err != nil || len(found) < 30 {
		t.Fatalf("%d reports, %v", len(found), err)
	}
	for i, path := range found {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m.left[i%4] = append(m.left[i%4], string(content))
	}
	return m
}

func (m *mailboxes) command(args ...string) *exec.Cmd {
	cmd := mailfate(m.t, append(args, "--config", m.config)...)
	cmd.Env = append(os.Environ(), "MAILFATE_TEST_PASSWORD="+dovecottest.Password)
	return cmd
}

// deliver delivers one more report on one of the ways. The listener may be away: it
// is asked again, as an MTA does.
func (m *mailboxes) deliver(way int) {
	m.t.Helper()
	if len(m.left[way]) == 0 {
		return
	}
	mail := m.left[way][0]
	var err error
	switch way {
	case overIMAP:
		m.server.Deliver(mail)
	case overLMTP:
		if err := m.lmtp(mail); err != nil {
			return
		}
	case inMbox:
		var file *os.File
		if file, err = os.OpenFile(filepath.Join(m.dir, "box.mbox"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			_, err = fmt.Fprintf(file, "From fbl@example.com Sun Nov 22 03:27:36 2026\n%s\n", mail)
			file.Close()
		}
	case inDirectory:
		err = os.WriteFile(filepath.Join(m.dir, "mails", fmt.Sprint(len(m.left[way]), ".eml")), []byte(mail), 0o600)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	m.left[way] = m.left[way][1:]
}

// listens reports whether the program takes mails.
func (m *mailboxes) listens() bool {
	conn, err := net.DialTimeout("tcp", m.listen, time.Second)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

func (m *mailboxes) lmtp(mail string) error {
	conn, err := net.DialTimeout("tcp", m.listen, time.Second)
	if err != nil {
		return err
	}
	c := smtp.NewClientLMTP(conn)
	defer c.Close()
	return c.SendMail("", []string{"fbl@mailfate.example"}, strings.NewReader(strings.ReplaceAll(mail, "\n", "\r\n")))
}

// done reports whether all was delivered and taken away from where it was.
func (m *mailboxes) done() bool {
	spooled, _ := filepath.Glob(filepath.Join(m.dir, "data", "spool", "*", "new", "*"))
	return len(slices.Concat(m.left[:]...)) == 0 && m.server.Count("") == 0 && len(spooled) == 0
}

// became returns what became of all messages, and how many feedback events there
// are.
func became(t *testing.T, data string) (messages, feedback string) {
	t.Helper()
	ask := func(query string) string {
		code, out, errOut := output(t, mailfate(t, "sql", "--data", data, query))
		if code != 0 {
			t.Fatalf("exit %d: %s", code, errOut)
		}
		return out
	}
	return ask("SELECT message_id, recipient, status, netcore, unisender, complained_at IS NOT NULL, suspicious FROM mail.messages ORDER BY ALL"),
		ask("SELECT kind, reason, match, confidence, count() FROM mail.events FINAL WHERE source = 'arf' GROUP BY ALL ORDER BY ALL")
}

// TestMailboxesAreReadOnceThroughKills delivers reports over IMAP and LMTP, to an mbox
// file and a directory, while what reads them is killed again and again. In the end
// it is as if all had been in one Maildir.
func TestMailboxesAreReadOnceThroughKills(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	m := newMailboxes(t)
	const kills = 6
	for round := range kills + 1 {
		var errOut bytes.Buffer
		cmd := m.command("run")
		cmd.Stderr = &errOut
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		end := time.NewTimer(2 * time.Minute)
		delivery := time.NewTicker(60 * time.Millisecond)
		up := false
	alive:
		for round < kills || !m.done() {
			select {
			case <-delivery.C:
			case <-end.C:
				break alive
			}
			if !up && m.listens() {
				up = true
				if round < kills {
					end.Reset(time.Duration(50+r.IntN(2000)) * time.Millisecond)
				}
			}
			if up && (round == kills || len(slices.Concat(m.left[:]...)) > 4*(kills-round)) {
				m.deliver(r.IntN(4))
			}
		}
		if !up {
			t.Errorf("round %d: nobody takes mails\n%s", round, errOut.String())
		}
		delivery.Stop()
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("it ended by itself: %v\n%s", err, errOut.String())
		}
		_ = cmd.Wait()
		if round == kills && !m.done() {
			t.Fatalf("%d are left on the server, %d were not delivered\n%s", m.server.Count(""), len(slices.Concat(m.left[:]...)), errOut.String())
		}
	}
	code, out, errOut := output(t, m.command("replay", "--json"))
	var got summary
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil {
		t.Fatalf("replay: exit %d, %v\n%s", code, err, errOut)
	}
	data := filepath.Join(t.TempDir(), "data")
	want := replay(t, "--data", data, "testdata/replay/mail.log", "testdata/replay/reports")
	gotMessages, gotFeedback := became(t, filepath.Join(m.dir, "data"))
	wantMessages, wantFeedback := became(t, data)
	if gotMessages != wantMessages || gotFeedback != wantFeedback || got.Messages != want.Messages {
		t.Errorf("%d messages, want %d; feedback\n%s\nwant\n%s", got.Messages, want.Messages, gotFeedback, wantFeedback)
	}
	if n := m.server.Count(".Read"); n < 8 {
		t.Errorf("%d mails were moved", n)
	}
}
