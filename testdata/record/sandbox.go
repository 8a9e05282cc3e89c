package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// root is where everything that a recording needs lives: a file system in memory that only the sandbox sees.
const root = "/srv"

// sandboxMark is set in the environment of the process that runs inside the namespaces.
const sandboxMark = "MAILFATE_RECORD_SANDBOX"

// programs are what a recording runs, each with the Debian package that brings it.
var programs = []struct{ path, pkg string }{
	{"/usr/sbin/postfix", "postfix"},
	{"/usr/sbin/rsyslogd", "rsyslog"},
	{"/usr/sbin/nginx", "nginx-light"},
	{"/usr/sbin/ip", "iproute2"},
	{"/usr/share/zoneinfo/Europe/Berlin", "tzdata"},
}

func checkPrograms() error {
	if os.Geteuid() != 0 {
		return errors.New("start sandbox: needs root, for its namespaces and for Postfix")
	}
	var missing []string
	for _, p := range programs {
		if _, err := os.Stat(p.path); err != nil {
			missing = append(missing, p.pkg)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("find programs: missing; run: apt-get install --no-install-recommends %s", strings.Join(missing, " "))
	}
	return nil
}

func insideSandbox() bool { return os.Getenv(sandboxMark) != "" }

// enterSandbox runs this program again as the first process of new namespaces and waits for it. When it dies, the kernel
// ends everything in them.
func enterSandbox(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), sandboxMark+"=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run sandbox: %w", err)
	}
	return nil
}

// furnishSandbox gives the namespaces a host name, a network that ends in this process, a resolver and a /dev with a log
// socket of its own.
func furnishSandbox() error {
	if err := syscall.Sethostname([]byte(hostName)); err != nil {
		return fmt.Errorf("set host name: %w", err)
	}
	if err := mountAll(); err != nil {
		return err
	}
	// Lets programs listen on every address of a local IPv6 network, as they may on IPv4.
	if err := os.WriteFile("/proc/sys/net/ipv6/ip_nonlocal_bind", []byte("1"), 0); err != nil {
		return fmt.Errorf("allow local IPv6 addresses: %w", err)
	}
	commands := []string{"link set lo up", "-6 addr add 2001:db8::1/64 dev lo nodad", "-6 route add local 2001:db8::/32 dev lo"}
	for _, net := range []string{"192.0.2.1/24", ownAddr + "/24", "203.0.113.1/24", "10.20.0.1/24"} {
		commands = append(commands, "addr add "+net+" dev lo")
	}
	for _, c := range commands {
		if out, err := exec.Command("/usr/sbin/ip", strings.Fields(c)...).CombinedOutput(); err != nil {
			return fmt.Errorf("run ip %s: %w: %s", c, err, out)
		}
	}
	return nil
}

func mountAll() error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=512m,mode=755"); err != nil {
		return fmt.Errorf("mount %s: %w", root, err)
	}
	files := map[string]string{
		"/etc/resolv.conf": "nameserver 127.0.0.1\n",
		"/etc/hosts":       "127.0.0.1 localhost\n::1 localhost\n",
	}
	for path, text := range files {
		mine := filepath.Join(root, filepath.Base(path))
		if err := os.WriteFile(mine, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", mine, err)
		}
		if err := syscall.Mount(mine, path, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount %s: %w", path, err)
		}
	}
	return mountDev()
}

// mountDev replaces /dev, because the C library's syslog knows no other socket than /dev/log.
func mountDev() error {
	dev := filepath.Join(root, "dev")
	if err := os.Mkdir(dev, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", dev, err)
	}
	for name, minor := range map[string]int{"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9} {
		path := filepath.Join(dev, name)
		if err := syscall.Mknod(path, syscall.S_IFCHR|0o666, 1<<8|minor); err != nil {
			return fmt.Errorf("make %s: %w", path, err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			return fmt.Errorf("open up %s: %w", path, err)
		}
	}
	if err := os.Symlink("/proc/self/fd", filepath.Join(dev, "fd")); err != nil {
		return fmt.Errorf("link %s/fd: %w", dev, err)
	}
	if err := syscall.Mount(dev, "/dev", "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount /dev: %w", err)
	}
	return nil
}
