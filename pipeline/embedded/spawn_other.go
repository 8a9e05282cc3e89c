//go:build !linux

package embedded

import "syscall"

// childAttributes puts the child into its own process group. Only Linux can
// have a binary from PATH killed with its parent; elsewhere it outlives a
// parent that was killed, and the next start finds its directory locked.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
