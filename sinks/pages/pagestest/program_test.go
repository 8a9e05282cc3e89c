package pagestest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
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

const (
	root = "../../.."
	// endTime is how long a program may take to end when it is asked to.
	endTime = 15 * time.Second
)

// program is mailfate, with one data directory for all that is started of it.
type program struct {
	path string
	dir  string // what it keeps
	live string // a file of platform lines, which run follows
	conf string
}

// newProgram builds mailfate and replays what is recorded.
func newProgram(t *testing.T) *program {
	t.Helper()
	dir := t.TempDir()
	p := &program{
		path: filepath.Join(dir, "mailfate"),
		dir:  filepath.Join(dir, "data"),
		live: filepath.Join(dir, "live.ndjson"),
		conf: filepath.Join(dir, "mailfate.yaml"),
	}
	conf := fmt.Sprintf("data: %s\nsources: [{type: platform, paths: [%s]}]\napi: {listen: '%s'}\n", p.dir, p.live, free(t))
	if err := errors.Join(os.WriteFile(p.conf, []byte(conf), 0o600), os.WriteFile(p.live, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", p.path, "mailfate")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build mailfate: %v\n%s", err, out)
	}
	p.output(t, "replay", "--data", p.dir, "testdata/replay")
	return p
}

// free is an address at which nothing listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Dir = root
	return cmd
}

// output runs the program to its end.
func (p *program) output(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd := p.command(t.Context(), args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("mailfate %v: %v\n%s", args, err, errOut.String())
	}
	return strings.TrimSpace(out.String())
}

// run follows the live file and answers questions until the test ends; so does serve,
// which follows nothing.
func (p *program) run(t *testing.T) (address string) {
	return p.start(t, "run", "--verbose", "--config", p.conf)
}

func (p *program) serve(t *testing.T) (address string) {
	return p.start(t, "serve", "--verbose", "--data", p.dir, "--listen", "127.0.0.1:0")
}

func (p *program) start(t *testing.T, args ...string) (address string) {
	t.Helper()
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := p.command(ctx, args...)
	pipe, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	found, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			said.WriteString(lines.Text() + "\n")
			_, rest, is := strings.Cut(lines.Text(), "Questions: ")
			if is {
				address, _, _ := strings.Cut(rest, ",")
				found <- address
			}
		}
	}()
	t.Cleanup(func() {
		defer kill()
		defer time.AfterFunc(endTime, kill).Stop()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("mailfate %v ended by itself: %v", args, err)
		}
		<-ended
		if err := cmd.Wait(); err != nil {
			t.Errorf("mailfate %v: %v\n%s", args, err, said.String())
		}
	})
	select {
	case address = <-found:
		return address
	case <-ended:
		t.Fatalf("mailfate %v answers nothing:\n%s", args, said.String())
	case <-time.After(endTime):
		t.Fatalf("mailfate %v is silent", args)
	}
	return ""
}

// tell appends lines to the live file, whole ones.
func (p *program) tell(t *testing.T, lines ...string) {
	t.Helper()
	file, err := os.OpenFile(p.live, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString(strings.Join(lines, "\n") + "\n")
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}
