package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const recorded = "../../../testdata/replay"

// program builds mailfate once for all tests: what is killed here is the real
// thing, in a process of its own.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "mailfate-test-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "mailfate")
	build := exec.Command("go", "build", "-o", path, "mailfate")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	// A test may run it as another user, in a directory of that user's.
	return path, os.Chmod(dir, 0o755)
})

// built is the directory that program made; "" as long as nobody asked for it.
var built string

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built) // in the temporary directory, if it cannot be removed
	}
	os.Exit(code)
}

// mailfate returns a command that runs the program from the module's root.
func mailfate(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the whole program on the real parts")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Dir = root
	return cmd
}

// output runs the program to its end and returns its exit code and output.
func output(t *testing.T, cmd *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errOut.String()
}

type summary struct {
	Messages uint64
	Digest   string
	Sources  map[string]struct{ Lines, Unparsed uint64 }
}

func replay(t *testing.T, args ...string) summary {
	t.Helper()
	code, out, errOut := output(t, mailfate(t, append([]string{"replay", "--json"}, args...)...))
	var s summary
	if err := json.Unmarshal([]byte(out), &s); code != 0 || err != nil {
		t.Fatalf("replay %v: exit %d, %v\n%s", args, code, err, errOut)
	}
	return s
}

var replayedOnce sync.Once

// replayed returns where testdata/replay was replayed to, once for all tests that only
// read it.
func replayed(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(filepath.Dir(mailfate(t).Path), "replayed")
	replayedOnce.Do(func() { replay(t, "--data", dir, "testdata/replay") })
	return dir
}

// follower is a `mailfate run` on a log that a test lets grow.
type follower struct {
	t         *testing.T
	log, data string
	rest      []byte // what is still to be written
	cmd       *exec.Cmd
	errOut    bytes.Buffer
	listened  chan struct{} // closed when errOut has all that was listened to
}

func newFollower(t *testing.T) *follower {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(recorded, "mail.log"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f := &follower{t: t, log: filepath.Join(dir, "mail.log"), data: filepath.Join(dir, "data"), rest: content}
	f.grow(0)
	return f
}

// grow appends the next n bytes to the log, which may end within a line.
func (f *follower) grow(n int) {
	f.t.Helper()
	n = min(n, len(f.rest))
	file, err := os.OpenFile(f.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := file.Write(f.rest[:n]); err != nil {
		f.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		f.t.Fatal(err)
	}
	f.rest = f.rest[n:]
}

func (f *follower) start() {
	f.t.Helper()
	f.cmd = mailfate(f.t, "run", "--data", f.data, "postfix:"+f.log)
	f.cmd.Stderr = &f.errOut
	if err := f.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
}

// signal sends a signal and waits for the end.
func (f *follower) signal(s syscall.Signal) error {
	f.t.Helper()
	if err := f.cmd.Process.Signal(s); err != nil {
		f.t.Fatalf("it ended by itself: %v\n%s", err, f.errOut.String())
	}
	return f.cmd.Wait()
}

// TestKilledFollower kills a follower again and again while its log grows. What
// is in ClickHouse in the end is what an undisturbed replay puts there.
func TestKilledFollower(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	f := newFollower(t)
	const kills = 10
	piece := len(f.rest) / (3 * kills)
	for range kills {
		f.start()
		life := time.NewTimer(time.Duration(300+r.IntN(1500)) * time.Millisecond)
		growing := time.NewTicker(100 * time.Millisecond)
	alive:
		for {
			select {
			case <-growing.C:
				f.grow(piece / 5 * (1 + r.IntN(2)))
			case <-life.C:
				break alive
			}
		}
		growing.Stop()
		_ = f.signal(syscall.SIGKILL) // it cannot end well
	}
	f.grow(len(f.rest))
	got := replay(t, "--data", f.data, "postfix:"+f.log)
	want := replay(t, "postfix:"+f.log)
	if got.Digest != want.Digest || got.Messages != want.Messages {
		t.Errorf("after %d kills %d messages, digest %s; undisturbed %d, %s", kills, got.Messages, got.Digest, want.Messages, want.Digest)
	}
	if got.Sources["postfix:"+f.log].Lines != want.Sources["postfix:"+f.log].Lines {
		t.Errorf("after %d kills %v, undisturbed %v", kills, got.Sources, want.Sources)
	}
}

// TestTerminatedFollower asks a follower to end: it does within ten seconds,
// without an error, whatever it is doing, and nothing is lost.
func TestTerminatedFollower(t *testing.T) {
	f := newFollower(t)
	for _, until := range []string{"schema migrated", "following", "following", "following"} {
		said := f.startAndListen(until)
		f.grow(1 << 20)
		<-said
		began := time.Now()
		if err := f.signal(syscall.SIGTERM); err != nil {
			<-f.listened
			t.Fatalf("end: %v\n%s", err, f.errOut.String())
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v to end", took)
		}
	}
	f.grow(len(f.rest))
	got, want := replay(t, "--data", f.data, "postfix:"+f.log), replay(t, "postfix:"+f.log)
	if got.Digest != want.Digest {
		t.Errorf("digest %s, want %s", got.Digest, want.Digest)
	}
}

// startAndListen starts the follower; the channel is closed when it has said
// word on stderr, or has ended.
func (f *follower) startAndListen(word string) <-chan struct{} {
	f.t.Helper()
	f.cmd = mailfate(f.t, "run", "-v", "--data", f.data, "postfix:"+f.log)
	pipe, err := f.cmd.StderrPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	said, listened := make(chan struct{}), make(chan struct{})
	f.listened = listened
	f.errOut.Reset()
	go func() {
		defer close(listened)
		heard := false
		for lines := bufio.NewScanner(io.TeeReader(pipe, &f.errOut)); lines.Scan(); {
			if !heard && strings.Contains(lines.Text(), word) {
				heard = true
				close(said)
			}
		}
		if !heard {
			close(said)
		}
	}()
	return said
}

// TestRotatedSetAsArguments names a rotated set as a shell does, in any order.
func TestRotatedSetAsArguments(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(recorded, "mail.log"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	half := bytes.LastIndexByte(content[:len(content)/2], '\n') + 1
	older := write(t, filepath.Join(dir, "mail.log.1"), content[:half])
	newer := write(t, filepath.Join(dir, "mail.log"), content[half:])
	want := replay(t, write(t, filepath.Join(t.TempDir(), "mail.log"), content))
	for _, args := range [][]string{{newer, older}, {older, newer}, {dir}} {
		if got := replay(t, args...); got.Digest != want.Digest {
			t.Errorf("%v: %d messages, digest %s, want %d, %s", args, got.Messages, got.Digest, want.Messages, want.Digest)
		}
	}
}

func write(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestGarbage feeds what is no log. Each is a clear error that names the file,
// or counted; never a crash.
func TestGarbage(t *testing.T) {
	dir := t.TempDir()
	log, err := os.ReadFile(filepath.Join(recorded, "mail.log"))
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	huge := filepath.Join(dir, "huge")
	if err := errors.Join(write1(huge), os.Truncate(huge, 1<<30)); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(dir, "closed")
	if err := os.MkdirAll(closed, 0o000); err != nil {
		t.Fatal(err)
	}
	binary := write(t, filepath.Join(dir, "binary"), append([]byte("\x7fELF"), noise...))
	random := write(t, filepath.Join(dir, "random"), noise)
	empty := write(t, filepath.Join(dir, "empty"), nil)
	cut := write(t, filepath.Join(dir, "cut.log"), log[len(log)/3+17:len(log)/2-11])
	for _, c := range []struct {
		name, arg string
		code      int
		says      string
	}{
		{"binary", binary, 1, binary},
		{"random bytes", random, 1, random},
		{"empty", empty, 2, "nothing to read"},
		{"missing", filepath.Join(dir, "missing"), 1, filepath.Join(dir, "missing")},
		{"huge line, unknown", huge, 1, huge},
		{"huge line as postfix", "postfix:" + huge, 0, ""},
		{"random bytes as postfix", "postfix:" + random, 0, ""},
		{"cut in the middle", cut, 0, ""},
		{"no permission", closed, 1, closed},
		{"unknown type", "nonsense:" + cut, 2, `"nonsense" is no type of source`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := mailfate(t, "replay", "--json", c.arg)
			if c.name == "no permission" {
				asNobody(t, cmd)
			}
			code, out, errOut := output(t, cmd)
			if code != c.code || !strings.Contains(errOut, c.says) || strings.Contains(errOut, "panic") {
				t.Errorf("exit %d, want %d with %q\n%s", code, c.code, c.says, errOut)
			}
			if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && usage.Maxrss > 1<<20 {
				t.Errorf("it took %d MB", usage.Maxrss>>10)
			}
			if c.code == 0 && !strings.Contains(out, `"digest"`) {
				t.Errorf("no report:\n%s", out)
			}
		})
	}
}

// write1 makes a file that begins with something, so that it is not all zeros.
func write1(path string) error { return os.WriteFile(path, []byte("a line that never ends"), 0o644) }

// asNobody runs the command as a user who may not read everything.
func asNobody(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cmd.Dir = "/"
	for dir := filepath.Dir(cmd.Args[len(cmd.Args)-1]); dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
