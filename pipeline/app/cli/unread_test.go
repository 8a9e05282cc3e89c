package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestNobodyReads has commands print to a pipe that nobody reads: they end without
// a word, and leave nothing behind.
func TestNobodyReads(t *testing.T) {
	line := `{"time":"2026-11-22T03:25:18.710Z","event":"received","message_id":"m@a.example","recipient":"r@b.example"}` + "\n"
	path := "platform:" + write(t, filepath.Join(t.TempDir(), "events"), []byte(line))
	for _, args := range [][]string{{"replay", path}, {"parse", path}, {"statuses"}} {
		read, unread, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		read.Close()
		var errOut bytes.Buffer
		cmd := mailfate(t, args...)
		temp := t.TempDir()
		cmd.Env = append(os.Environ(), "TMPDIR="+temp)
		cmd.Stdout, cmd.Stderr = unread, &errOut
		err = cmd.Run()
		unread.Close()
		if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGPIPE) || args[0] != "parse" && errOut.Len() > 0 {
			t.Errorf("%v: exit %d, %v\n%s", args, code, err, errOut.String())
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("%v leaves %v, %v", args, left, err)
		}
	}
}
