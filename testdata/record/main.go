// Command record makes the recorded part of mailfate's test data: it sends letters through a real Postfix to scripted SMTP
// servers, requests their links from a real nginx, writes complaints and platform events about them, and writes down in
// the truth files what became of each, counted from what it sent, answered and requested, never from a log.
//
//	go run ./testdata/record            # as root, on a Debian with the packages it names when they are missing
//
// It runs in Linux namespaces of its own (network, mounts, processes, host name), so it needs no free port, touches no
// configuration of the machine, and nothing that it starts outlives it. It guarantees that they agree with what the
// SMTP servers saw, or it fails. Stamps, queue ids and process ids differ from run to run; who gets what, and what becomes
// of it, depends on -seed only.
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
	"syscall"

	"mailfate/testdata/record/notices"
)

func main() {
	seed := flag.Uint64("seed", 20261121, "decides who gets what and what becomes of it")
	rare := flag.Bool("rare", false, "record mta/postfix alone: what a Postfix logs seldom")
	out := flag.String("out", "testdata", "folder that holds replay and replay_rfc3164")
	mails := flag.String("notices", "", "record the small set alone, and keep the notices that Postfix writes in this folder")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *seed, *out, *mails, *rare); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, seed uint64, out, mails string, rare bool) error {
	if !insideSandbox() {
		if err := checkPrograms(); err != nil {
			return err
		}
		return enterSandbox(ctx)
	}
	if err := furnishSandbox(); err != nil {
		return err
	}
	if rare {
		return recordRare(ctx, filepath.Join(out, "mta/postfix"))
	}
	notes, err := notices.NewFolder(mails, "postfix")
	if err != nil {
		return err
	}
	small := rfc3164Set(seed)
	if err := errors.Join(recordSet(ctx, small, filepath.Join(out, "replay_rfc3164")), notes.KeepDelivered(filepath.Join(root, small.name, "*", "mail", "*", "new", "*"))); err != nil || notes != nil {
		return err
	}
	return recordSet(ctx, replaySet(seed), filepath.Join(out, "replay"))
}
