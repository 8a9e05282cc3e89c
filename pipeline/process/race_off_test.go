//go:build !race

package process

// raced says that the race detector watches, which needs memory of its own.
const raced = false
