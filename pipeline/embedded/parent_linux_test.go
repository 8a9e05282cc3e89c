package embedded_test

import (
	"bufio"
	"errors"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mailfate/pipeline/embedded/embeddedtest"
)

func TestClickHouseDiesWithItsParent(t *testing.T) {
	if testing.Short() {
		t.Skip("a real ClickHouse is not for -short")
	}
	dir := t.TempDir()
	parent, out := startJob(t, "clickhouse", dir, embeddedtest.Host(t))
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(pid, 0) // stays with this process even if its number is used again
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(patience.Milliseconds()))
	}
	if err != nil || n != 1 {
		t.Fatalf("the server outlived its parent: %d, %v", n, err)
	}
	startClickHouse(t, dir) // the directory is free again
}
