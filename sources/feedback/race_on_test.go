//go:build race

package feedback

// raced says that the race detector watches.
const raced = true
