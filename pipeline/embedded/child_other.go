//go:build !linux || !amd64

package embedded

import (
	"fmt"
	"os"
)

// canHost says that this platform has no libchdb.so.
const canHost = false

func hostChild([]string) int {
	fmt.Fprintln(os.Stderr, childName+": libchdb.so is for linux/amd64 only")
	return 1
}
