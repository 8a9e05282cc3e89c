//go:build !linux

package child

import "syscall"

// attributes put the child into its own process group. It outlives a parent
// that was killed: only Linux can prevent that.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
