package cli_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailfate/pipeline/app/cli"
)

func TestUnmatchedUsage(t *testing.T) {
	for line, want := range map[string]struct {
		code int
		says string
	}{
		"unmatched lisst":                                      {2, "lisst"},
		"unmatched list":                                       {2, "--data"},
		"unmatched list --data d --limit 0":                    {2, "--limit"},
		"unmatched list --data d --kind none":                  {2, "--kind"},
		"unmatched list --data d --source ';DROP'":             {2, "--source"},
		"unmatched list --data d --since soon":                 {2, "--since"},
		"unmatched show --data d":                              {2, "arg"},
		"unmatched show --data d 17":                           {2, "mailfate unmatched list"},
		"unmatched attach --data d 0000000000000001":           {2, "arg"},
		"unmatched attach --data d 0000000000000001 <>":        {2, "the message id is empty"},
		"unmatched attach --clickhouse h:1 0000000000000001 m": {2, "nowhere to publish"},
		"unmatched list --data " + t.TempDir() + "/no":         {1, "find data directory"},
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), strings.Fields(line), &out, &errOut)
		if said := errOut.String(); code != want.code || !strings.Contains(said, want.says) || out.Len() > 0 {
			t.Errorf("%s: exit %d, want %d with %q:\n%s", line, code, want.code, want.says, said)
		}
	}
}

// report is a feedback report, written by hand after RFC 5965.
func report(id, recipient, about string) string {
	named := ""
	if recipient != "" {
		named = "Original-Rcpt-To: " + recipient + "\n"
	}
	return "From: fbl@isp.example\nTo: fbl@shop.example\nSubject: \x1b[31mred\nMessage-ID: <" + id + "@isp.example>\n" +
		"Received: from a by b; Sun, 22 Nov 2026 12:00:00 +0000\nDate: Sun, 22 Nov 2026 12:00:00 +0000\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nabuse\n" +
		"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: \x1b]0;x\x07fbl/1\nVersion: 1\n" +
		"Original-Mail-From: bounce@shop.example\n" + named +
		"\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" + about + ">\nSubject: \x1b[2J'; DROP TABLE unmatched; --\n\n--b--\n"
}

// TestUnmatched has a person find the messages of reports that name a wrong one,
// or whose recipient was taken out or made a hash.
func TestUnmatched(t *testing.T) {
	dir := t.TempDir()
	data, sent, mails := filepath.Join(dir, "d"), filepath.Join(dir, "platform.ndjson"), filepath.Join(dir, "reports")
	var log strings.Builder
	for _, m := range [][2]string{{"m1", "ann@example.org"}, {"m2", "bob@example.org"}, {"both", "ann@example.org"}, {"both", "bob@example.org"}, {"other", "eve@example.org"}} {
		fmt.Fprintf(&log, `{"time":"2026-11-22T11:00:00Z","event":"delivered","message_id":%q,"recipient":%q,"sender":"b@shop.example"}`+"\n", m[0], m[1])
	}
	files := map[string]string{
		sent:                                  log.String(),
		filepath.Join(mails, "new", "wrong"):  report("r1", "ann@example.org", "wrong"),
		filepath.Join(mails, "new", "redact"): report("r2", "redacted@example.org", "both"),
		filepath.Join(mails, "new", "hashed"): report("r3", fmt.Sprintf("%x", sha256.Sum256([]byte("bob@example.org"))), "unknown"),
	}
	for _, folder := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(mails, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	replay(t, "--data", data, "platform:"+sent, "arf:"+mails)
	says := func(args ...string) string {
		t.Helper()
		code, out, errOut := output(t, mailfate(t, append([]string{"unmatched"}, append(args, "--data", data)...)...))
		if code != 0 || !fitForTerminal(out) {
			t.Fatalf("%v: exit %d, %q\n%s", args, code, out, errOut)
		}
		return out
	}
	type one struct {
		ID, File, Said, Subject string
		MessageID               string `json:"message_id"`
		Offset                  *int64
		Candidates              []struct {
			MessageID string `json:"message_id"`
			Recipient string
		}
	}
	var list []one
	if err := json.Unmarshal([]byte(says("list", "--json", "--kind", "complained", "--since", "2026-11-22")), &list); err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	wanted := map[string]string{"wrong": "m1 ann@example.org", "both": "both bob@example.org", "unknown": "m2 bob@example.org"}
	for _, l := range list {
		var u one
		if err := json.Unmarshal([]byte(says("show", "--json", l.ID)), &u); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(u.File, mails) || u.Offset == nil || !strings.Contains(u.Subject, "DROP TABLE") {
			t.Errorf("%s was read at %q, and is about %q", u.MessageID, u.File, u.Subject)
		}
		found := false
		for _, c := range u.Candidates {
			found = found || c.MessageID+" "+c.Recipient == wanted[u.MessageID]
		}
		if !found {
			t.Errorf("%s: no candidate %s among %+v", u.MessageID, wanted[u.MessageID], u.Candidates)
		}
		if out := says("show", l.ID); !strings.Contains(out, "DROP TABLE unmatched") || !strings.Contains(out, u.File) {
			t.Errorf("show says\n%s", out)
		}
		id, to, _ := strings.Cut(wanted[u.MessageID], " ")
		for range 2 {
			if out := says("attach", l.ID, "<"+id+">", "--recipient", to); !strings.Contains(out, "is attached to "+id+", "+to) {
				t.Errorf("attach says %s", out)
			}
		}
	}
	redacted := list[slices.IndexFunc(list, func(u one) bool { return u.MessageID == "both" })].ID
	code, _, errOut := output(t, mailfate(t, "unmatched", "attach", "--data", data, redacted, "both"))
	if code != 1 || !strings.Contains(errOut, "--recipient") {
		t.Errorf("who is meant is not said: exit %d, %s", code, errOut)
	}
	code, _, errOut = output(t, mailfate(t, "unmatched", "attach", "--data", data, list[0].ID, "nobody's"))
	if code != 1 || !strings.Contains(errOut, "is not known to have been sent") {
		t.Errorf("a message that is not known: exit %d, %s", code, errOut)
	}
	once := replay(t, "--data", data, "platform:"+sent)
	if out := says("list"); out != "nothing is unmatched\n" {
		t.Errorf("list says\n%s", out)
	}
	if out := says("list", "--settled"); strings.Count(out, "complained") != 3 {
		t.Errorf("of the settled, list says\n%s", out)
	}
	for _, l := range list {
		code, _, errOut := output(t, mailfate(t, "unmatched", "attach", "--data", data, l.ID, "other"))
		if code != 1 || !strings.Contains(errOut, "is attached to message") || !strings.Contains(errOut, "cannot be taken back") {
			t.Errorf("of another message as well: exit %d, %s", code, errOut)
		}
	}
	says("attach", list[0].ID, strings.Fields(wanted[list[0].MessageID])[0], "--recipient", strings.Fields(wanted[list[0].MessageID])[1])
	if again := replay(t, "--data", data, "platform:"+sent); again.Digest != once.Digest {
		t.Error("to attach it again changed something")
	}
	code, out, errOut := output(t, mailfate(t, "sql", "--data", data, "SELECT message_id || ' ' || recipient || ' ' || status AS told FROM mail.messages ORDER BY ALL"))
	for _, w := range []string{"m1 ann@example.org complained", "m2 bob@example.org complained", "both bob@example.org complained", "both ann@example.org delivered"} {
		if !strings.Contains(out, w) {
			t.Errorf("not %q: exit %d\n%s%s", w, code, out, errOut)
		}
	}
}
