package apachekafka

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

//go:embed pom.xml
var pom []byte

// collectTime bounds what Maven does, which may download 43 MB.
const collectTime = 5 * time.Minute

// collectJars returns a directory with the jars of pom.xml, and makes it when it
// is not there. Of several processes that want it, one does so and the others
// wait: Maven's own cache does not like to be written by two.
func collectJars(ctx context.Context) (jars string, err error) {
	for _, program := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("find %s: %w; run make java, or install a Java runtime, 17 or newer, and Maven", program, err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() // no HOME
	}
	jars = filepath.Join(cache, "mailfate", fmt.Sprintf("apachekafka-%x", sha256.Sum256(pom))[:24])
	if err := os.MkdirAll(filepath.Dir(jars), 0o700); err != nil {
		return "", fmt.Errorf("make cache directory: %w", err)
	}
	unlock, err := lock(jars + ".lock")
	if err != nil {
		return "", fmt.Errorf("lock cache directory: %w", err)
	}
	defer unlock()
	if _, err := os.Stat(jars); err == nil {
		return jars, nil
	}
	own, err := os.MkdirTemp(filepath.Dir(jars), "collecting-")
	if err != nil {
		return "", fmt.Errorf("make cache directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(own) }() // there only if something failed
	if err := collect(ctx, own); err != nil {
		return "", err
	}
	if err := os.Rename(own, jars); err != nil {
		return "", fmt.Errorf("put jars in place: %w", err)
	}
	return jars, nil
}

// lock waits for the file's lock, which ends with the process at the latest.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

func collect(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, collectTime)
	defer cancel()
	file := filepath.Join(dir, "pom.xml")
	if err := os.WriteFile(file, pom, 0o600); err != nil {
		return fmt.Errorf("write pom.xml: %w", err)
	}
	out, err := exec.CommandContext(ctx, "mvn", "-B", "-q", "-f", file, "dependency:copy-dependencies", "-DoutputDirectory="+dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("collect Apache Kafka's jars with mvn: %w\n%s", err, out)
	}
	return nil
}
