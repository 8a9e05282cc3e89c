//go:build !linux

package apachekafka

import "syscall"

// childAttributes puts the child into its own process group, away from Ctrl-C.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
