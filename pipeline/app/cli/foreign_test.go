package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/pipeline/app/cli"
)

const (
	postfixLine  = "2026-11-22T00:00:00+00:00 mx postfix/qmgr[1]: 3F2A1C0DE1: removed\n"
	sendmailLine = "2026-11-22T00:00:00+00:00 mx sendmail[1]: 5AM1x2b3012345: from=<a@a.example>, size=1, class=0, nrcpts=1, relay=localhost\n"
	eximLine     = "2026-11-22 00:00:00 1r5aBc-000001-2X <= a@a.example H=localhost [127.0.0.1] P=esmtp S=1 id=m@a.example\n"
)

// TestForeign names files wrongly, or with what is none of ours beside them.
func TestForeign(t *testing.T) {
	dir := t.TempDir()
	mixed := write(t, filepath.Join(dir, "mixed"), []byte(postfixLine+sendmailLine+eximLine+"2026-11-22T00:00:00+00:00 mx sshd[1]: hello\n"))
	nobodys := write(t, filepath.Join(dir, "sshd"), []byte("2026-11-22T00:00:00+00:00 mx sshd[1]: hello\n"))
	empty := write(t, filepath.Join(dir, "empty"), nil)
	if err := os.Mkdir(filepath.Join(dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "logs", "mail.log"), []byte(postfixLine))
	stray := write(t, filepath.Join(dir, "logs", "truth.json"), []byte("{}\n"))
	for _, c := range []struct {
		args []string
		code int
		says []string
		not  string
	}{
		{args: []string{"postfix:" + mixed}, says: []string{"3 of 4 lines are not of type postfix; they look like exim and sendmail: name the file again as exim:" + mixed + " sendmail:" + mixed}},
		{args: []string{"postfix:" + mixed, "sendmail:" + mixed, "exim:" + mixed}, not: "not of type"},
		{args: []string{"postfix:" + nobodys}, says: []string{"none of 1 lines says anything", nobodys}},
		{args: []string{filepath.Join(dir, "logs")}, says: []string{"left out", "recognise " + stray}},
		{args: []string{stray}, code: 1, says: []string{"mailfate: recognise " + stray, "TYPE:" + stray}},
		{args: []string{stray, nobodys}, code: 1, says: []string{"mailfate: recognise " + stray, "mailfate: recognise " + nobodys}},
		{args: []string{"Postfix:" + mixed}, code: 2, says: []string{"did you mean postfix?"}},
		{args: []string{empty}, code: 2, says: []string{empty}},
		{args: []string{"postfix:-", "exim:-"}, code: 2, says: []string{"named twice"}},
	} {
		var out, errOut bytes.Buffer
		if code := cli.Run(t.Context(), append([]string{"parse", "--count"}, c.args...), &out, &errOut); code != c.code {
			t.Errorf("%v: exit %d, want %d\n%s", c.args, code, c.code, errOut.String())
		}
		for _, text := range c.says {
			if !strings.Contains(errOut.String(), text) {
				t.Errorf("%v: want %q in\n%s", c.args, text, errOut.String())
			}
		}
		if c.not != "" && strings.Contains(errOut.String(), c.not) {
			t.Errorf("%v: says\n%s", c.args, errOut.String())
		}
	}
}
