package exim

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
)

// TestFasterThanEximstats measures us beside Exim's own program, by the processor
// time that each takes for the same log:
//
//	MAILFATE_EXIMSTATS=/usr/sbin/eximstats go test ./sources/mta/exim -run Eximstats -v
func TestFasterThanEximstats(t *testing.T) {
	eximstats := os.Getenv("MAILFATE_EXIMSTATS")
	if eximstats == "" {
		t.Skip("MAILFATE_EXIMSTATS is not set: it names the program to compare with")
	}
	log := large(t, "exim-4.98.log", 1000)
	name := filepath.Join(t.TempDir(), "mainlog")
	if err := os.WriteFile(name, log, 0o600); err != nil {
		t.Fatal(err)
	}
	peer := exec.Command("perl", eximstats, name)
	out, err := peer.Output()
	if err != nil {
		t.Fatalf("run eximstats: %v", err)
	}
	if !strings.Contains(string(out), "Received") {
		t.Fatalf("eximstats says %q", out)
	}
	theirs := peer.ProcessState.UserTime() + peer.ProcessState.SystemTime()

	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, lines := cpu(t), 0
	p, kinds := New(Options{}), map[schemas.Kind]int{}
	emit := func(e *schemas.Event) { kinds[e.Kind]++ }
	for line := range bytes.Lines(log) {
		lines++
		if r := p.Line(sources.Line{Data: bytes.TrimSuffix(line, []byte{'\n'})}, emit); r.Outcome == sources.Unparsed {
			t.Fatalf("unparsed: %s", line)
		}
	}
	ours := cpu(t) - before
	perSecond := func(d time.Duration) float64 { return float64(lines) / d.Seconds() }
	t.Logf("%d lines, %v: ours %.0f lines/s, eximstats %.0f lines/s, ratio %.1f", lines, kinds, perSecond(ours), perSecond(theirs), theirs.Seconds()/ours.Seconds())
	if ours*8 > theirs {
		t.Error("less than 8 times as fast")
	}
}

// cpu is the processor time of this process.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
