package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	// root is where everything that a recording needs lives: a file system in memory that only the sandbox sees.
	root = "/srv"
	// hostName is the machine's, without and with its domain.
	hostName = "mail"
	fullName = hostName + ".mailfate.example"
	// sandboxMark is set, to the folder of the unpacked programs, in the process that runs inside the namespaces.
	sandboxMark = "MAILFATE_RECORD_SENDMAIL"
)

// packages are sendmail and what it needs beyond a minimal Debian.
var packages = []string{
	"sendmail-bin", "sendmail-cf", "libwrap0", "liblockfile1", "libsasl2-2", "libdb5.3", "libldap-2.5-0", "libnsl2", "m4", "libsigsegv2",
}

// unpacked is a path below the folder of the unpacked programs.
func unpacked(path string) string { return filepath.Join(os.Getenv(sandboxMark), path) }

// unpack downloads the packages and unpacks them into a folder, without installing them.
func unpack(ctx context.Context, dir string) error {
	download := exec.CommandContext(ctx, "apt-get", append([]string{"download", "-q", "-q"}, packages...)...)
	download.Dir = dir
	if out, err := download.CombinedOutput(); err != nil {
		return fmt.Errorf("download packages: %w: %s; run apt-get update first", err, out)
	}
	debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		return fmt.Errorf("find packages: %w", err)
	}
	for _, deb := range debs {
		if out, err := exec.CommandContext(ctx, "dpkg-deb", "-x", deb, dir).CombinedOutput(); err != nil {
			return fmt.Errorf("unpack %s: %w: %s", deb, err, out)
		}
	}
	// A program with rights of its own does not look for libraries beside it.
	if err := os.Chmod(filepath.Join(dir, "usr/libexec/sendmail/sendmail"), 0o755); err != nil {
		return fmt.Errorf("take rights from sendmail: %w", err)
	}
	return nil
}

// enterSandbox runs this program again as the first process of new namespaces and waits for it. When it dies, the kernel
// ends everything in them.
func enterSandbox(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return errors.New("start sandbox: needs root, for its namespaces and for sendmail")
	}
	dir, err := os.MkdirTemp("", "sendmail")
	if err != nil {
		return fmt.Errorf("make folder for packages: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := errors.Join(os.Chmod(dir, 0o755), unpack(ctx, dir)); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), sandboxMark+"="+dir)
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

// furnishSandbox gives the namespaces a host name, a network that ends in this process, the accounts that sendmail wants
// and a /dev for a log socket.
func furnishSandbox() error {
	if err := syscall.Sethostname([]byte(hostName)); err != nil {
		return fmt.Errorf("set host name: %w", err)
	}
	if err := errors.Join(
		mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE), mount("proc", "/proc", "proc", 0), mount("tmpfs", root, "tmpfs", 0),
	); err != nil {
		return err
	}
	for path, text := range map[string]string{
		"resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
		"hosts":       "127.0.0.1 localhost\n" + ownAddr + " " + fullName + " " + hostName + "\n",
		"passwd": account("root", 0) + account("daemon", 1) + account("mail", 8) + account("smmsp", submitUser) +
			account("anna", 1001) + account("news", 1002) + account("later", 1003) + account("broken", 1004),
		"group": "root:x:0:\ndaemon:x:1:\nmail:x:8:\nsmmsp:x:" + strconv.Itoa(submitUser) + ":\n",
	} {
		mine := filepath.Join(root, path)
		if err := errors.Join(os.WriteFile(mine, []byte(text), 0o644), mount(mine, "/etc/"+path, "", syscall.MS_BIND)); err != nil {
			return err
		}
	}
	commands := []string{"link set lo up"}
	for _, net := range []string{ownAddr, mxAddr, strangerAddr} {
		commands = append(commands, "addr add "+net+"/24 dev lo")
	}
	for _, c := range commands {
		if out, err := exec.Command("ip", strings.Fields(c)...).CombinedOutput(); err != nil {
			return fmt.Errorf("run ip %s: %w: %s", c, err, out)
		}
	}
	return furnishDev()
}

// submitUser is the user and group that letters of local programs are kept by.
const submitUser = 25

// account is a line of /etc/passwd.
func account(name string, id int) string {
	return fmt.Sprintf("%s:x:%d:%d::/srv:/bin/sh\n", name, id, id)
}

func mount(from, to, kind string, flags uintptr) error {
	if err := syscall.Mount(from, to, kind, flags, ""); err != nil {
		return fmt.Errorf("mount %s: %w", to, err)
	}
	return nil
}

// furnishDev replaces /dev, because the C library's syslog knows no other socket than /dev/log.
func furnishDev() error {
	dev := filepath.Join(root, "dev")
	if err := os.Mkdir(dev, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", dev, err)
	}
	for name, minor := range map[string]int{"null": 3, "zero": 5, "random": 8, "urandom": 9} {
		path := filepath.Join(dev, name)
		if err := errors.Join(syscall.Mknod(path, syscall.S_IFCHR|0o666, 1<<8|minor), os.Chmod(path, 0o666)); err != nil {
			return fmt.Errorf("make %s: %w", path, err)
		}
	}
	return mount(dev, "/dev", "", syscall.MS_BIND)
}
