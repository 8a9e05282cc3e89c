// Package journal is a small syslog server for the programs that record logs: it
// writes what other programs say as rsyslogd's traditional file format has it.
package journal

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// Journal is a syslog server.
type Journal struct {
	path, host string

	mu   sync.Mutex
	text bytes.Buffer
	last time.Time
	conn net.Conn
}

// Open listens at a path, such as /dev/log, for what a host's programs say.
func Open(path, host string) (*Journal, error) {
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		return nil, fmt.Errorf("open up %s: %w", path, err)
	}
	j := &Journal{path: path, host: host, last: time.Now(), conn: conn}
	go j.read(conn)
	return j, nil
}

func (j *Journal) read(conn *net.UnixConn) {
	buf := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		j.take(bytes.TrimRight(buf[:n], "\x00\n"))
	}
}

// take writes one message: <22>Nov 22 06:00:00 TAG[PID]: TEXT, without its priority and with the host's name.
func (j *Journal) take(b []byte) {
	_, b, _ = bytes.Cut(b, []byte(">"))
	stamp := len("Nov 22 06:00:00")
	if len(b) <= stamp {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintf(&j.text, "%s %s%s\n", b[:stamp], j.host, b[stamp:])
	j.last = time.Now()
}

// Quiet waits until nothing was said for a while.
func (j *Journal) Quiet() {
	const while = 3 * time.Second
	for {
		j.mu.Lock()
		left := while - time.Since(j.last)
		j.mu.Unlock()
		if left <= 0 {
			return
		}
		time.Sleep(left)
	}
}

// Close ends it and returns what it wrote.
func (j *Journal) Close() []byte {
	_ = j.conn.Close()
	_ = os.Remove(j.path)
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Bytes()
}
