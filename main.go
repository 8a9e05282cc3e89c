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
	// Where nobody reads stdout any more (mailfate … | head) writing to it is an
	// error like any other instead of death, so that what was begun is tidied up.
	// Ignoring the signal would do that to children too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	// The first signal ends ctx and gives the second one back its usual effect,
	// which is to end the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
