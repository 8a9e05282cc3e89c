// Command chhost does nothing but host ClickHouse for tests: a test binary
// cannot, because it has no main of ours and may be built with -race.
package main

import (
	"fmt"
	"os"

	"mailfate/pipeline/embedded"
)

func main() {
	embedded.MaybeChild()
	fmt.Fprintln(os.Stderr, "chhost: tests start this program as ClickHouse's host; it does nothing by itself")
	os.Exit(2)
}
