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
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	seed := flag.Uint64("seed", 20261121, "decides who gets what and what becomes of it")
	rare := flag.Bool("rare", false, "record mta/postfix alone: what a Postfix logs seldom")
	out := flag.String("out", "testdata", "folder that holds replay and replay_rfc3164")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *seed, *out, *rare); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, seed uint64, out string, rare bool) error {
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
	if err := recordSet(ctx, rfc3164Set(seed), filepath.Join(out, "replay_rfc3164")); err != nil {
		return err
	}
	return recordSet(ctx, replaySet(seed), filepath.Join(out, "replay"))
}
