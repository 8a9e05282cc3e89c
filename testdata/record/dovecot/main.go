// Command dovecot records what comes back of letters that a real Dovecot does not
// take, for the tests of sources/feedback: refusals over LMTP, of which a real
// Postfix writes the notice, and the mails that Dovecot writes itself: when its
// local agent finds a mailbox full, and when a Sieve script refuses or answers.
//
//	go run ./testdata/record/dovecot -notices DIR     # as root, on a Debian
//
// It needs the packages postfix, dovecot-lmtpd and dovecot-sieve, and names those
// that are missing. Both programs run with configurations, queues and sockets in a
// temporary folder and listen on no port; what was started is stopped. Ids and
// stamps differ from run to run.
//
// Nothing in mailfate calls it, and no test runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"mailfate/testdata/record/notices"
)

func main() {
	mails := flag.String("notices", "sources/feedback/testdata/recorded", "folder for the notices")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := record(ctx, *mails); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// programs are what a recording runs, each with the Debian package that brings it.
var programs = map[string]string{
	"/usr/sbin/postfix":     "postfix",
	lda:                     "dovecot-core",
	"/usr/lib/dovecot/lmtp": "dovecot-lmtpd",
	"/usr/lib/dovecot/modules/lib90_sieve_plugin.so": "dovecot-sieve",
}

func checkPrograms() error {
	if os.Geteuid() != 0 {
		return errors.New("start recording: needs root, for Postfix and Dovecot")
	}
	var missing []string
	for path, name := range programs {
		if _, err := os.Stat(path); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("find programs: missing; run: apt-get install --no-install-recommends %s", strings.Join(missing, " "))
	}
	return nil
}

// record plays all letters twice: to a Dovecot that looks for room before it takes
// a letter, and to one that does so after.
func record(ctx context.Context, mails string) error {
	if err := checkPrograms(); err != nil {
		return err
	}
	for name, early := range map[string]bool{"early": true, "late": false} {
		if err := recordSet(ctx, mails, name, early); err != nil {
			return fmt.Errorf("record %s: %w", name, err)
		}
	}
	return nil
}

func recordSet(ctx context.Context, mails, name string, early bool) (err error) {
	dir, err := os.MkdirTemp("", "dovecot")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	h, err := furnish(dir, early)
	if err != nil {
		return err
	}
	if err := errors.Join(h.start(ctx), h.play(ctx), h.stop()); err != nil {
		return errors.Join(err, h.logs())
	}
	folder, err := notices.NewFolder(mails, "dovecot-"+name)
	if err != nil {
		return err
	}
	return errors.Join(folder.KeepDelivered(filepath.Join(dir, "returned/new/*")), folder.KeepDelivered(filepath.Join(dir, "own/*")))
}
