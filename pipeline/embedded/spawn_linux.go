package embedded

import "syscall"

// childAttributes puts the child into its own process group, so that Ctrl-C in
// a terminal reaches only us, who must drain before the server may go; and has
// the kernel kill it when the thread that started it ends (see process.run).
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
