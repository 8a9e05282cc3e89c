package apachekafka

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed pom.xml
var pom []byte

// collectJars returns a directory with the jars of pom.xml. Several processes
// may do it at once: each collects into a directory of its own, and the first
// to be ready puts it in place.
func collectJars(ctx context.Context) (string, error) {
	for _, program := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("find %s: %w; run make java, or install a Java runtime, 17 or newer, and Maven", program, err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() // no HOME
	}
	cache = filepath.Join(cache, "mailfate")
	jars := filepath.Join(cache, fmt.Sprintf("apachekafka-%x", sha256.Sum256(pom))[:24])
	if _, err := os.Stat(jars); err == nil {
		return jars, nil
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", fmt.Errorf("make cache directory: %w", err)
	}
	own, err := os.MkdirTemp(cache, "collecting-")
	if err != nil {
		return "", fmt.Errorf("make cache directory: %w", err)
	}
	defer os.RemoveAll(own)
	if err := collect(ctx, own); err != nil {
		return "", err
	}
	if err := os.Rename(own, jars); err != nil {
		if _, there := os.Stat(jars); there != nil { // nobody else was first either
			return "", fmt.Errorf("put jars in place: %w", err)
		}
	}
	return jars, nil
}

func collect(ctx context.Context, dir string) error {
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
