package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// A peer is another program that reads a format: a script in a Debian package.
type peer struct{ name, of, path string }

// script unpacks the package and returns where the script is; "" without a peer.
func (p *peer) script(ctx context.Context, dir string) (string, error) {
	if p.name == "" {
		return "", nil
	}
	for _, program := range []string{"perl", "apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("no %s here", program)
		}
	}
	root := filepath.Join(dir, p.of)
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	download := exec.CommandContext(ctx, "apt-get", "download", "-qq", p.of)
	download.Dir = root
	if out, err := download.CombinedOutput(); err != nil {
		return "", fmt.Errorf("download %s: %w: %s; run apt-get update first", p.of, err, out)
	}
	packages, err := filepath.Glob(filepath.Join(root, "*.deb"))
	if err != nil || len(packages) != 1 {
		return "", errors.Join(fmt.Errorf("download %s: got %d packages", p.of, len(packages)), err)
	}
	if out, err := exec.CommandContext(ctx, "dpkg-deb", "-x", packages[0], root).CombinedOutput(); err != nil {
		return "", fmt.Errorf("unpack %s: %w: %s", p.of, err, out)
	}
	return filepath.Join(root, filepath.FromSlash(p.path)), nil
}
