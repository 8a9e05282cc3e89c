package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed *.mc.txt
var configs embed.FS

// deliver is the local mailer: it keeps what it is given, and fails for one person the first time.
const deliver = `#!/bin/sh
for person; do :; done # -f sender person
case "$person" in
later) if [ ! -e /srv/later ]; then touch /srv/later; exit 75; fi;;
broken) exit 70;;
esac
letter=$(mktemp /srv/letters/XXXXXXXX)
cat >"$letter"
id=$(sed -n 's/^Message-I[Dd]: <\(.*\)>/\1/p' "$letter" | head -n 1)
echo "$id $person" >>/srv/delivered
`

const aliases = `postmaster: root
mailer-daemon: postmaster
list: anna, listed@mx.example, unlisted@mx.example
owner-list: anna
pipe: "|/bin/cat >/dev/null"
short: anna
`

const access = `From:held@stranger.example	QUARANTINE:looked at first
From:banned@stranger.example	REJECT
To:trash@mailfate.example	DISCARD
`

func environment() []string {
	return append(os.Environ(), "TZ=UTC", "LD_LIBRARY_PATH="+unpacked("usr/lib/x86_64-linux-gnu")+":"+unpacked("lib/x86_64-linux-gnu"))
}

// command is an unpacked program, ready to run.
func command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(unpacked(program), args...)
	cmd.Env = environment()
	return cmd
}

func sendmail(args ...string) *exec.Cmd { return command("usr/libexec/sendmail/sendmail", args...) }

// runToEnd runs a program and waits for it.
func runToEnd(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run %s: %w: %s", strings.Join(cmd.Args, " "), err, out)
	}
	return nil
}

const (
	mainConfig   = "/srv/etc/sendmail.cf"
	submitConfig = "/srv/etc/submit.cf"
)

// configure writes everything that sendmail reads, afresh.
func configure(logLevel int) error {
	for _, dir := range []string{"etc", "mqueue", "clientmqueue"} {
		dir = filepath.Join(root, dir)
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
	}
	_ = os.Remove("/srv/later")
	_ = os.RemoveAll("/srv/letters")
	_ = os.Remove("/srv/delivered")
	if err := errors.Join(
		os.Chmod("/srv/etc", 0o755), os.Chown("/srv/clientmqueue", submitUser, submitUser), os.Chmod("/srv/clientmqueue", 0o770),
		os.WriteFile("/srv/etc/deliver", []byte(deliver), 0o755),
		os.WriteFile("/srv/etc/aliases", []byte(aliases), 0o644),
		os.Mkdir("/srv/letters", 0o777), os.Chmod("/srv/letters", 0o777),
		os.WriteFile("/srv/delivered", nil, 0o666),
		os.Chmod("/srv/delivered", 0o666), os.Chmod(root, 0o755),
		expand("sendmail.mc.txt", mainConfig, logLevel), expand("submit.mc.txt", submitConfig, logLevel),
	); err != nil {
		return fmt.Errorf("configure sendmail: %w", err)
	}
	makemap := command("usr/libexec/sendmail/makemap", "-C", mainConfig, "hash", "/srv/etc/access")
	makemap.Stdin = strings.NewReader(access)
	return errors.Join(runToEnd(makemap), runToEnd(sendmail("-C", mainConfig, "-bi")))
}

// expand makes a configuration of its macros.
func expand(name, path string, logLevel int) error {
	text, err := configs.ReadFile(name)
	if err != nil {
		return err
	}
	text = bytes.ReplaceAll(text, []byte("@LOGLEVEL@"), []byte(strconv.Itoa(logLevel)))
	dir := unpacked("usr/share/sendmail/cf") + "/"
	m4 := command("usr/bin/m4", "-D_CF_DIR_="+dir, dir+"m4/cf.m4", "-")
	m4.Stdin = bytes.NewReader(text)
	var complaints bytes.Buffer
	m4.Stderr = &complaints
	out, err := m4.Output()
	if err != nil {
		return fmt.Errorf("expand %s: %w: %s", name, err, &complaints)
	}
	return os.WriteFile(path, out, 0o644)
}

// startDaemon starts the server and waits until it listens.
func startDaemon() error {
	if err := runToEnd(sendmail("-C", mainConfig, "-L", "sm-mta", "-bd")); err != nil {
		return err
	}
	for range 100 {
		conn, err := net.Dial("tcp", "127.0.0.1:25")
		if err == nil {
			_ = conn.Close()
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("start sendmail: it does not listen")
}

// stopDaemon stops the server and waits until it has ended.
func stopDaemon() error {
	text, err := os.ReadFile("/srv/sendmail.pid")
	if err != nil {
		return fmt.Errorf("find sendmail: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return fmt.Errorf("find sendmail: %w", err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop sendmail: %w", err)
	}
	// It has gone to the background, so it is a child of the first process: this one.
	if _, err := syscall.Wait4(pid, nil, 0, nil); err != nil {
		return fmt.Errorf("wait for sendmail: %w", err)
	}
	return nil
}

func runQueue() error { return runToEnd(sendmail("-C", mainConfig, "-L", "sm-mta", "-q")) }
func runSubmitQueue() error {
	return runToEnd(sendmail("-C", submitConfig, "-Ac", "-L", "sm-msp-queue", "-q"))
}

// submit hands a letter over as local programs do.
func submit(l *letter) {
	cmd := sendmail(append([]string{"-C", submitConfig, "-Ac", "-f", l.sender, "--"}, l.addresses()...)...)
	cmd.Stdin = bytes.NewReader(l.text())
	_ = runToEnd(cmd) // where the server is down it stays in the queue, which is the point
}
