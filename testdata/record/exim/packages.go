package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// mirror is where the machine's own apt has its packages from.
func mirror(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages").Output()
	site, _, _ := strings.Cut(string(out), "\n")
	if err != nil {
		return "", fmt.Errorf("ask apt for its mirror: %w", err)
	}
	if site == "" {
		return "", errors.New("ask apt for its mirror: it knows none; run apt-get update")
	}
	return site, nil
}

// unpack fetches Exim and all that it needs from a suite of Debian with apt, as
// if nothing were installed, and unpacks it into root. apt's own files of the
// machine are left alone.
func unpack(ctx context.Context, suite, dir, root string) error {
	archives := filepath.Join(dir, "archives")
	for _, d := range []string{filepath.Join(dir, "lists", "partial"), filepath.Join(archives, "partial"), root} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return fmt.Errorf("make folder for packages: %w", err)
		}
	}
	site, err := mirror(ctx)
	if err != nil {
		return err
	}
	list, status := filepath.Join(dir, "sources.list"), filepath.Join(dir, "status")
	if err := errors.Join(write(list, "deb "+site+" "+suite+" main\n"), write(status, "")); err != nil {
		return err
	}
	options := []string{
		"-qq", "-o", "Dir::Etc::sourcelist=" + list, "-o", "Dir::Etc::sourceparts=/dev/null",
		"-o", "Dir::State::lists=" + filepath.Join(dir, "lists"), "-o", "Dir::State::status=" + status,
		"-o", "Dir::Cache::archives=" + archives, "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=",
		"-o", "APT::Install-Recommends=0", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none",
	}
	if err := run(ctx, "apt-get", append(options, "update")...); err != nil {
		return err
	}
	if err := run(ctx, "apt-get", append(options, "-y", "--download-only", "install", "exim4-daemon-heavy")...); err != nil {
		return err
	}
	packages, err := filepath.Glob(filepath.Join(archives, "*.deb"))
	if err != nil {
		return fmt.Errorf("find packages: %w", err)
	}
	for _, p := range packages {
		if err := run(ctx, "dpkg-deb", "-x", p, root); err != nil {
			return err
		}
	}
	return linkFolders(root)
}

// linkFolders completes the folders that Debian has merged into /usr.
func linkFolders(root string) error {
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		err := os.Symlink(filepath.Join("usr", name), filepath.Join(root, name))
		if err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("link /%s: %w", name, err)
		}
	}
	return nil
}

func run(ctx context.Context, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("run %s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// write writes a file, and the folders above it.
func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder of %s: %w", path, err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
