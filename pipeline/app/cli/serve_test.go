package cli_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// serving starts a command that answers questions, and returns where.
func serving(t *testing.T, args ...string) (address string, stop func() error) {
	t.Helper()
	cmd := mailfate(t, args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			if rest, ok := strings.CutPrefix(lines.Text(), "Questions: "); ok {
				address, _, _ := strings.Cut(rest, ",")
				found <- address
			}
		}
	}()
	stop = func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		return cmd.Wait()
	}
	select {
	case address = <-found:
	case <-ended:
		t.Fatalf("%v ended: %v", args, cmd.Wait())
	}
	return address, stop
}

// served lets one process have the database of a test, so that those that ask need not
// start it each for itself.
func served(t *testing.T, dir string) (end func()) {
	t.Helper()
	_, stop := serving(t, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	return func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
}

// ask calls checkEmail with curl, as its text shows it.
func ask(t *testing.T, address, key, ids string) string {
	t.Helper()
	q := url.Values{"format": {"json"}, "api_key": {key}, "email_id": {ids}}
	out, err := exec.CommandContext(t.Context(), "curl", "-sS", address+"/en/api/checkEmail?"+q.Encode()).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestServe asks for a recorded message, with and without keys.
func TestServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	replay(t, "--data", dir, "testdata/replay")
	messageID, _ := filtered(t)

	address, stop := serving(t, "serve", "--data", dir, "--listen", "0.0.0.0:0")
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Errorf("without keys it listens at %s", address)
	}
	const known = `{"result":{"statuses":[{"id":"em_002300","status":"ok_fbl"}],"status":"ok_fbl"}}`
	if got := ask(t, address, "", "em_002300"); got != known {
		t.Errorf("without keys: %s", got)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	_, key, told := output(t, mailfate(t, "key", "add", "--data", dir, "--account", "default", "--scope", "check,read,download"))
	if strings.Contains(told, "Nothing is known") {
		t.Errorf("a key for an account with messages: %q", told)
	}
	code, other, warned := output(t, mailfate(t, "key", "add", "--data", dir, "--account", "shop", "--scope", "check,read"))
	if code != 0 || !strings.Contains(warned, "Nothing is known of account shop") || !strings.Contains(warned, "Known are default.") {
		t.Errorf("a key for an account without messages: exit %d, says %q", code, warned)
	}
	key, other = strings.TrimSpace(key), strings.TrimSpace(other)
	address, stop = serving(t, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	if got := ask(t, address, key, "em_002300"); got != known {
		t.Errorf("with a key: %s", got)
	}
	const foreign = `{"result":{"statuses":[]},"failed_email_id":[{"em_002300":"passed email_id doesn't match passed api_key"},{"x":"email_id does not exist"}]}`
	if got := ask(t, address, other, "em_002300,x"); got != foreign {
		t.Errorf("with another's key: %s", got)
	}
	if got := ask(t, address, "", "em_002300"); !strings.Contains(got, "invalid_api_key") {
		t.Errorf("without the key: %s", got)
	}
	checkPython(t, address, key)
	checkPost(t, address, key, messageID)
	checkFeed(t, dir, address, key, other)

	id, _, _ := strings.Cut(strings.TrimPrefix(key, "mf_"), "_")
	if code, _, errOut := output(t, mailfate(t, "key", "revoke", "--data", dir, id)); code != 0 {
		t.Error(errOut)
	}
	_, list, _ := output(t, mailfate(t, "key", "list", "--data", dir))
	if strings.Contains(list, key) || !strings.Contains(list, id) || !strings.Contains(list, "(revoked)") {
		t.Errorf("listed:\n%s", list)
	}
}

// checkPython asks with Python's requests.
func checkPython(t *testing.T, address, key string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "python3", "testdata/checkemail.py", address, key, "em_002300", "x")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v; make python installs what it needs", err)
	}
	if want := "em_002300 ok_fbl\n('x', 'email_id does not exist')\n"; string(out) != want {
		t.Errorf("Python is told %q", out)
	}
}

// checkPost asks by POST for what became of a message, in our own words.
func checkPost(t *testing.T, address, key, messageID string) {
	t.Helper()
	form := url.Values{"api_key": {key}, "email_id": {"<" + messageID + ">"}, "vocabulary": {"canonical"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/api/checkEmail", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var a struct{ Result struct{ Status string } }
	if err := json.Unmarshal(body, &a); err != nil || a.Result.Status == "" || strings.HasPrefix(a.Result.Status, "ok_") {
		t.Errorf("by POST: %s", body)
	}
}
