// Command sendmail makes testdata/mta/sendmail: it sends letters through a real sendmail to a scripted SMTP server and
// writes down its log and, counted from what it sent and answered and never from the log, what became of each.
//
//	go run ./testdata/record/sendmail        # as root, on a Debian; downloads sendmail's packages and unpacks them
//
// It installs nothing: the packages are unpacked into a temporary folder, and everything runs in Linux namespaces of its
// own (network, mounts, processes, host name) with a /dev/log of its own. Nothing that it starts outlives it.
//
// Nothing in mailfate calls it, and no test runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"mailfate/testdata/record/notices"
)

func main() {
	out := flag.String("out", "testdata/mta/sendmail", "folder to write to")
	mails := flag.String("notices", "", "folder for the notices that it writes; empty keeps none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *out, *mails); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, mails string) error {
	if os.Getenv(sandboxMark) == "" {
		return enterSandbox(ctx)
	}
	if err := furnishSandbox(); err != nil {
		return err
	}
	if err := serveNames(ctx); err != nil {
		return err
	}
	for _, s := range []set{{name: "default", logLevel: 9}, {name: "verbose", logLevel: 14}} {
		if err := s.record(ctx, filepath.Join(out, s.name)); err != nil {
			return fmt.Errorf("record %s: %w", s.name, err)
		}
		notes, err := notices.NewFolder(mails, "sendmail-"+s.name)
		if err != nil {
			return err
		}
		if err := notes.KeepDelivered("/srv/letters/*"); err != nil {
			return err
		}
	}
	return nil
}
