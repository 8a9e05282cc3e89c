package main

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"text/template"
)

//go:embed config
var configs embed.FS

// writeConfig fills in one of the embedded configurations.
func writeConfig(path, name string, data any) error {
	t, err := template.ParseFS(configs, "config/"+name)
	if err != nil {
		return fmt.Errorf("read configuration %s: %w", name, err)
	}
	var text bytes.Buffer
	if err := t.Execute(&text, data); err != nil {
		return fmt.Errorf("fill in configuration %s: %w", name, err)
	}
	return writeFile(path, text.Bytes())
}

// writeFile writes a file and the folders above it.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder of %s: %w", path, err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// program is one that runs in the background.
type program struct {
	name string
	cmd  *exec.Cmd
	done chan error
}

// start runs a program in the background, with a time zone.
func start(zone string, name string, args ...string) (*program, error) {
	p := &program{name: name, cmd: exec.Command(name, args...), done: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), "TZ="+zone, "POSTLOG_HOSTNAME="+hostName)
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	return p, nil
}

// stop asks the program to end and waits until it has.
func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	<-p.done //nolint:errcheck // it was asked to end
	return nil
}
