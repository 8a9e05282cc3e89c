// Command exim records the log of a real Exim, for the tests of its reader: it
// hands letters over to it, plays the servers that it delivers to, and writes
// down in truth files what became of each letter, counted from what it sent and
// answered, never from a log.
//
//	go run ./testdata/record/exim       # as root, on a Debian with apt
//
// Exim is not installed: its packages, and all that they need, are unpacked into
// a temporary folder that becomes Exim's root folder, so that it finds its own
// configuration, queue and users there. All servers are on loopback addresses,
// and what was started is stopped. Ids and stamps differ from run to run; who
// gets what and what becomes of it does not.
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

// A set is one recording.
type set struct {
	name  string
	suite string // of Debian, which decides Exim's version
	zone  string
	lines []string // of configuration, on how to log
	// syslog is whether the log goes there, and not to a file.
	syslog bool
}

var sets = []set{
	{name: "exim-4.96", suite: "bookworm", zone: "UTC"},
	{name: "exim-4.98", suite: "trixie", zone: "UTC"},
	{
		name: "exim-4.98-all", suite: "trixie", zone: "Europe/Berlin",
		lines: []string{"log_selector = +all", "log_timezone = true"},
	},
	{name: "exim-4.96-syslog", suite: "bookworm", zone: "UTC", syslog: true},
	{
		name: "exim-4.98-syslog-all", suite: "trixie", zone: "UTC", syslog: true,
		lines: []string{"log_selector = +all", "syslog_timestamp = false"},
	},
}

func main() {
	out := flag.String("out", "testdata/mta/exim", "folder of the recordings")
	mails := flag.String("notices", "", "folder for the notices that it writes; empty keeps none")
	only := flag.String("only", "", "record those only whose names hold this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, s := range sets {
		if !strings.Contains(s.name, *only) {
			continue
		}
		if err := record(ctx, s, *out, *mails); err != nil {
			fmt.Fprintf(os.Stderr, "record %s: %v\n", s.name, err)
			os.Exit(1)
		}
	}
}

func record(ctx context.Context, s set, out, mails string) (err error) {
	dir, err := os.MkdirTemp("", "exim")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	root := filepath.Join(dir, "root")
	if err := unpack(ctx, s.suite, dir, root); err != nil {
		return err
	}
	far, err := startServer(ctx)
	if err != nil {
		return err
	}
	if far.notes, err = notices.NewFolder(mails, s.name); err != nil {
		return err
	}
	e, err := startExim(ctx, s, root, far)
	if err != nil {
		return err
	}
	if err := errors.Join(play(ctx, e), e.stop()); err != nil {
		return err
	}
	t, err := far.truth(letters)
	if err != nil {
		return err
	}
	return e.keep(filepath.Join(out, s.name), t)
}
