package child

import "syscall"

// attributes put the child into its own process group, so that Ctrl-C in a
// terminal reaches only us, who must drain before a server may go; and have the
// kernel kill it when the thread that started it ends.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
