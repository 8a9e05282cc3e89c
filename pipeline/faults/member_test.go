package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// restartAfter is how long a supervisor waits before it starts again what ended
// by itself.
const restartAfter = 200 * time.Millisecond

// member is one process of the pipeline, and a supervisor that starts it again
// whenever it ends by itself.
type member struct {
	name    string
	roles   []string // none: all
	program string   // the real program; "": a part
	dir     string
	log     string // that it follows; may be empty
	cfg     part
	kafka   *proxy
	server  *proxy
	bury    func(groups map[string]string) // tells the groups that it is dead; nil: they find out
	kills   *atomic.Int64                  // counts processes that were killed with kill -9

	mu      sync.Mutex
	cmd     *exec.Cmd
	in      io.WriteCloser
	wanted  bool
	ended   chan struct{}
	exits   int      // by itself
	mended  int      // times that the operator did what an error asked for
	reasons []string // its last words, each once
}

func (m *member) has(role string) bool { return len(m.roles) == 0 || slices.Contains(m.roles, role) }

// state is what a process keeps on disk, in one directory for each role that does.
func (m *member) state(role ...string) string {
	return filepath.Join(append([]string{m.dir, "state"}, role...)...)
}

func (m *member) stderr() string { return filepath.Join(m.dir, "stderr") }

// start starts the process, and keeps it running until kill or stop.
func (m *member) start() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wanted = true
	if m.cmd != nil {
		return nil
	}
	if groups := m.kafka.forget(); m.bury != nil {
		m.bury(groups)
	}
	return m.launch()
}

func (m *member) launch() error {
	cmd, err := m.command()
	if err != nil {
		return err
	}
	stderr, err := os.OpenFile(m.stderr(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer stderr.Close() // the process has its own
	cmd.Stderr = stderr
	began, err := stderr.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if m.in, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	m.cmd, m.ended = cmd, make(chan struct{})
	go m.watch(cmd, m.ended, began)
	return nil
}

func (m *member) command() (*exec.Cmd, error) {
	if m.program == "" {
		m.cfg.Broker, m.cfg.Server = m.kafka.addr(), m.server.addr()
		text, err := json.Marshal(m.cfg)
		return exec.Command(os.Args[0], partArg, string(text)), err
	}
	config := filepath.Join(m.dir, "mailfate.yaml")
	text := fmt.Sprintf("data: %s\nkafka:\n  brokers: ['%s']\nclickhouse:\n  addresses: ['%s']\n  database: %s\n",
		m.dir, m.kafka.addr(), m.server.addr(), m.cfg.Database)
	if m.log != "" {
		text += fmt.Sprintf("sources:\n  - type: postfix\n    paths: ['%s*']\n    stream: 'log:%s'\n", m.log, filepath.Base(filepath.Dir(m.log)))
	}
	err := os.WriteFile(config, []byte(text), 0o600)
	args := []string{"run", "--config", config}
	if len(m.roles) > 0 {
		args = append(args, "--role", strings.Join(m.roles, ","))
	}
	return exec.Command(m.program, args...), err
}

// watch waits for the end, and begins anew when nobody asked for it.
func (m *member) watch(cmd *exec.Cmd, ended chan struct{}, began int64) {
	_ = cmd.Wait() // how it ended is on its standard error
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cmd = nil
	if how, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && how.Signal() == syscall.SIGKILL {
		m.kills.Add(1)
	}
	close(ended)
	if !m.wanted {
		return
	}
	m.exits++
	m.listen(began)
	time.AfterFunc(restartAfter, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.wanted && m.cmd == nil {
			_ = m.launch()
		}
	})
}

// listen hears why a process ended, and does as an operator would what its last
// words ask for.
func (m *member) listen(began int64) {
	text, err := os.ReadFile(m.stderr())
	if err != nil || int(began) > len(text) {
		return
	}
	words := lastWords(text[began:])
	if !slices.Contains(m.reasons, words) && len(m.reasons) < 20 {
		m.reasons = append(m.reasons, words)
	}
	if strings.Contains(words, "remove it to have it built again") {
		m.mended++
		_ = os.RemoveAll(m.state()) // the next start says it if it could not be
	}
}

// lastWords is the last line, or a panic's first ones.
func lastWords(text []byte) string {
	if at := bytes.Index(text, []byte("panic: ")); at >= 0 {
		return string(text[at:min(len(text), at+1500)])
	}
	text = bytes.TrimRight(text, "\n")
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}

// kill is kill -9; it returns when the process is gone.
func (m *member) kill() { m.end(syscall.SIGKILL, 0) }

// stop asks it to end, and insists after a while.
func (m *member) stop() { m.end(syscall.SIGTERM, 15*time.Second) }

func (m *member) end(sig syscall.Signal, patience time.Duration) {
	m.mu.Lock()
	m.wanted = false
	cmd, ended := m.cmd, m.ended
	m.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(sig) // it may be gone
	if patience > 0 {
		select {
		case <-ended:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
		}
	}
	<-ended
}

// strike is kill -9 by a proxy, which must not wait; start is then as after kill.
func (m *member) strike() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wanted = false
	if m.cmd != nil {
		_ = m.cmd.Process.Kill()
	}
}

// gone waits for a process that was struck.
func (m *member) gone() {
	m.mu.Lock()
	cmd, ended := m.cmd, m.ended
	m.mu.Unlock()
	if cmd != nil {
		<-ended
	}
}

// signal sends a signal to the process, if there is one.
func (m *member) signal(sig syscall.Signal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cmd != nil {
		_ = m.cmd.Process.Signal(sig)
	}
}

// disk tells the process, and those that follow it, what is wrong with its disk.
func (m *member) disk(mode string, lasting bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cfg.Disk = ""
	if lasting {
		m.cfg.Disk = mode
	}
	if m.cmd != nil {
		_, _ = fmt.Fprintln(m.in, mode) // it may be gone
	}
}

// close ends the member for good.
func (m *member) close() {
	m.signal(syscall.SIGCONT)
	m.kill()
	m.kafka.close()
	m.server.close()
}
