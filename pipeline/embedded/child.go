package embedded

import (
	"os"
	"sync/atomic"
)

// childName is argv[0] of a process that hosts ClickHouse. It is no
// environment variable because a child's own children would inherit that.
const childName = "mailfate-clickhouse"

// canBeChild is set once main has called MaybeChild. Without that call a
// re-executed program would run itself again, which would run itself again.
var canBeChild atomic.Bool

// MaybeChild must be the first thing in main. In a process that was started to
// host ClickHouse it does that and never returns; elsewhere it returns at once.
func MaybeChild() {
	if len(os.Args) > 0 && os.Args[0] == childName {
		os.Exit(hostChild(os.Args[1:]))
	}
	canBeChild.Store(true)
}
