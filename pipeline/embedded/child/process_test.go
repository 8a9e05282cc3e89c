package child

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// sh starts a shell script and returns when it has printed a line.
func sh(t *testing.T, script string) *Process {
	t.Helper()
	cmd := exec.Command("sh", "-c", script) //nolint:noctx // a child outlives contexts
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestStop(t *testing.T) {
	p := sh(t, "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done")
	for range 2 { // again: nothing to do
		if err := p.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := p.Exit(); err.Error() != "exit status 0" {
		t.Error(err)
	}
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Errorf("%v, want nothing: it has ended", err)
	}
}

func TestStopKillsWhoDoesNotEnd(t *testing.T) {
	p := sh(t, "trap '' TERM; echo ready; while :; do sleep 0.01; done")
	reason := errors.New("too slow")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	if err := p.Stop(ctx); !errors.Is(err, reason) {
		t.Errorf("%v, want the reason", err)
	}
	<-p.Done()
	if err := p.Exit(); !strings.Contains(err.Error(), "killed") {
		t.Error(err)
	}
}

func TestNoProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	if _, err := Start(exec.Command(path)); err == nil || !strings.Contains(err.Error(), path) { //nolint:noctx // a child outlives contexts
		t.Errorf("%v, want that %s is named", err, path)
	}
}

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if got := Tail(path, 4); got != "" {
		t.Errorf("%q of no log", got)
	}
	if err := os.WriteFile(path, []byte("first\xff\xfeend\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Tail(path, 5); got != "�end" {
		t.Errorf("%q", got)
	}
}
