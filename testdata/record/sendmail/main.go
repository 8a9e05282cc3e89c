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
)

func main() {
	out := flag.String("out", "testdata/mta/sendmail", "folder to write to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string) error {
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
	}
	return nil
}
