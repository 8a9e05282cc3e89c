package apachekafka

import "syscall"

// childAttributes puts the child into its own process group, away from Ctrl-C,
// and has the kernel kill it when the thread that started it ends.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
