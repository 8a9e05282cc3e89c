package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"mailfate/pipeline/app/cli"
)

func TestRefoldExitCodes(t *testing.T) {
	for line, want := range map[string]struct {
		code int
		says string
	}{
		"refold":         {2, "--data"},
		"refold surplus": {2, "surplus"},
		"refold --data " + filepath.Join(t.TempDir(), "none"): {1, "find data directory"},
		"refold --brokers nonsense":                           {2, "host:port"},
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), strings.Fields(line), &out, &errOut)
		if said := errOut.String(); code != want.code || !strings.Contains(said, want.says) || out.Len() > 0 {
			t.Errorf("%s: exit %d, want %d with %q:\n%s", line, code, want.code, want.says, said)
		}
	}
}

// TestRefoldWhileItRuns orders refolds, two at once, from a mailfate that follows
// a log, and one from none.
func TestRefoldWhileItRuns(t *testing.T) {
	f := newFollower(t)
	want := replay(t, "--data", f.data, "postfix:"+write(t, filepath.Join(t.TempDir(), "mail.log"), f.rest[:1<<20]))
	address, err := os.ReadFile(filepath.Join(f.data, "kafka", "port"))
	if err != nil {
		t.Fatal(err)
	}
	said := f.startAndListen("following")
	<-said
	f.grow(1 << 20) // the same again
	looked := fmt.Sprintf("looked at %d messages, changed 0\n", want.Messages)
	json := fmt.Sprintf("{\n  \"looked\": %d,\n  \"changed\": 0\n}\n", want.Messages)
	var all sync.WaitGroup
	for _, c := range []struct {
		args       []string
		says, adds string
	}{
		{[]string{"refold", "--data", f.data}, looked, "that it was started with"},
		{[]string{"refold", "--json", "--data", f.data}, json, "that it was started with"},
		{[]string{"refold", "--brokers", "127.0.0.1:" + strings.TrimSpace(string(address))}, looked, ""},
	} {
		cmd := mailfate(t, c.args...)
		all.Go(func() {
			if code, out, errOut := output(t, cmd); code != 0 || out != c.says || !strings.Contains(errOut, c.adds) {
				t.Errorf("%v: exit %d, %q, want %q\n%s", c.args, code, out, c.says, errOut)
			}
		})
	}
	all.Wait()
	if err := f.signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code, out, errOut := output(t, mailfate(t, "refold", "--data", f.data)); code != 0 || out != looked || strings.Contains(errOut, "that it was started with") {
		t.Errorf("exit %d, %q, want %q\n%s", code, out, looked, errOut)
	}
	if code, out, errOut := output(t, mailfate(t, "report", "--digest", "--data", f.data)); code != 0 || out != want.Digest+"\n" {
		t.Errorf("exit %d, digest %s, want %s\n%s", code, out, want.Digest, errOut)
	}
}
