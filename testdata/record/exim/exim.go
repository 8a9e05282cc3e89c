package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
	"time"

	"mailfate/testdata/record/journal"
)

//go:embed exim.conf
var config string

// files are what a root folder needs beside the packages.
var files = map[string]string{
	"etc/passwd":          "root:x:0:0:root:/root:/bin/sh\nmail:x:8:8:mail:/var/mail:/bin/false\nDebian-exim:x:101:101::/var/spool/exim4:/bin/false\n",
	"etc/group":           "root:x:0:\nmail:x:8:\nDebian-exim:x:101:\n",
	"etc/nsswitch.conf":   "passwd: files\ngroup: files\nhosts: files\nservices: files\n",
	"etc/hosts":           "127.0.0.1 localhost out.news.example\n127.0.0.2 mx.far.example\n127.0.0.3 mx.closed.example\n127.0.0.4 mx.rude.example\n",
	"etc/resolv.conf":     "nameserver 127.0.0.1\n",
	"etc/exim-aliases":    aliases,
	"root/.keep":          "",
	"var/mail/.keep":      "",
	"var/lib/exim4/.keep": "",
}

// exim is one that runs in a root folder of its own.
type exim struct {
	root, zone string
	port       int
	log        *journal.Journal // nil when the log is a file
	daemon     *exec.Cmd
}

func startExim(ctx context.Context, s set, root string, far *server) (*exim, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	e := &exim{root: root, zone: s.zone, port: port}
	if err := e.furnish(s, far.port); err != nil {
		return nil, err
	}
	if s.syslog {
		if e.log, err = journal.Open(filepath.Join(e.root, "dev/log"), "out"); err != nil {
			return nil, err
		}
	}
	e.daemon = e.command(ctx, "-bdf")
	if err := e.daemon.Start(); err != nil {
		return nil, fmt.Errorf("start exim: %w", err)
	}
	for range 100 {
		conn, err := net.Dial("tcp", e.addr())
		if err == nil {
			return e, conn.Close()
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			break
		}
	}
	return nil, errors.Join(fmt.Errorf("exim does not listen on %s", e.addr()), e.stop())
}

func (e *exim) addr() string { return fmt.Sprintf("127.0.0.1:%d", e.port) }

// furnish writes what the root folder lacks.
func (e *exim) furnish(s set, farPort int) error {
	t, err := template.New("exim.conf").Parse(config)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	var text strings.Builder
	logTo := "/var/log/exim4/%slog"
	if s.syslog {
		logTo = "syslog"
	}
	if err := t.Execute(&text, map[string]any{"LogTo": logTo, "Lines": s.lines, "Zone": s.zone, "Port": e.port, "FarPort": farPort}); err != nil {
		return fmt.Errorf("fill in configuration: %w", err)
	}
	for path, text := range files {
		if err := write(filepath.Join(e.root, path), text); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(e.root, "etc/exim4/exim4.conf"), text.String()); err != nil {
		return err
	}
	for _, dir := range []string{"var/spool/exim4", "var/log/exim4", "tmp", "dev"} {
		path := filepath.Join(e.root, dir)
		if err := errors.Join(os.MkdirAll(path, 0o755), os.Chown(path, 101, 101)); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	if err := run(context.Background(), "cp", "-rL", "/usr/share/zoneinfo", filepath.Join(e.root, "usr/share/")); err != nil {
		return err
	}
	return errors.Join(os.Chown(filepath.Join(e.root, "var/mail"), 8, 8), e.device("null", 3), e.device("urandom", 9))
}

func (e *exim) device(name string, minor int) error {
	path := filepath.Join(e.root, "dev", name)
	if err := errors.Join(syscall.Mknod(path, syscall.S_IFCHR|0o666, 1<<8|minor), os.Chmod(path, 0o666)); err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}
	return nil
}

// command is exim's, in its root folder.
func (e *exim) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "/usr/sbin/exim4", args...)
	c.SysProcAttr = &syscall.SysProcAttr{Chroot: e.root}
	c.Dir = "/"
	c.Env = []string{"PATH=/usr/sbin:/usr/bin", "TZ=" + e.zone}
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	return c
}

// do runs exim for something short. How it ends says little: it is 1 when
// letters are left in the queue.
func (e *exim) do(ctx context.Context, input string, args ...string) (string, error) {
	c := e.command(ctx, args...)
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", fmt.Errorf("run exim %v: %w", args, err)
	}
	return string(out), nil
}

func (e *exim) stop() error {
	if err := e.daemon.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop exim: %w", err)
	}
	_ = e.daemon.Wait() // it says by which signal it ended
	return nil
}

// keep copies the log out, beside the truth.
func (e *exim) keep(name string, t *truth) error {
	log, err := e.logged()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	t.Lines = strings.Count(string(log), "\n")
	text, err := json.MarshalIndent(t, "", "\t")
	if err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return errors.Join(write(name+".log", string(log)), write(name+".truth.json", string(text)+"\n"))
}

func (e *exim) logged() ([]byte, error) {
	if e.log == nil {
		return os.ReadFile(filepath.Join(e.root, "var/log/exim4/mainlog"))
	}
	e.log.Quiet()
	return e.log.Close(), nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
