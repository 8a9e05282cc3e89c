// Command mailfate says what became of every message. See the README.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"mailfate/pipeline/app/cli"
	"mailfate/pipeline/embedded"
)

func main() {
	embedded.MaybeChild()
	// The first signal ends ctx and gives the second one back its usual effect,
	// which is to end the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
