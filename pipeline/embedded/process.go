package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
)

// process is a child that dies with its parent.
type process struct {
	cmd      *exec.Cmd
	stdin    *os.File // the end that we hold: closing it tells the child to stop
	stdout   *os.File
	stopping atomic.Bool
	done     chan struct{}
	err      error // how it ended; set before done closes
}

// startProcess starts cmd with pipes as its standard input and output.
func startProcess(cmd *exec.Cmd) (*process, error) {
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make pipe: %w", err), inRead.Close(), inWrite.Close())
	}
	cmd.Stdin, cmd.Stdout = inRead, outWrite
	cmd.SysProcAttr = childAttributes()
	p := &process{cmd: cmd, stdin: inWrite, stdout: outRead, done: make(chan struct{})}
	started := make(chan error)
	go p.run(started)
	err = <-started
	_ = inRead.Close() // the child has its own
	_ = outWrite.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", cmd.Path, err), inWrite.Close(), outRead.Close())
	}
	return p, nil
}

// run keeps one thread for the child's whole life, because the kernel ties the
// parent-death signal to the thread that forked and the Go runtime ends idle
// threads as it likes. The thread is never unlocked, so it ends with run.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	p.err = p.cmd.Wait()
	close(p.done)
}

// discardOutput reads on, so that the child never waits for a reader.
func (p *process) discardOutput() {
	go func() {
		_, _ = io.Copy(io.Discard, p.stdout) // ends when the child does
		_ = p.stdout.Close()
	}()
}

// stop asks the child to end, by sig where that is not zero and by closing its
// standard input, and kills it when ctx ends first. It waits for its end.
func (p *process) stop(ctx context.Context, sig syscall.Signal) error {
	if !p.stopping.Swap(true) {
		if sig != 0 {
			_ = p.cmd.Process.Signal(sig) // it may have ended already
		}
		_ = p.stdin.Close()
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		_ = p.cmd.Process.Kill()
		<-p.done
		return fmt.Errorf("stop %s (process %d): killed, it did not end in time: %w", p.cmd.Args[0], p.cmd.Process.Pid, context.Cause(ctx))
	}
	return nil
}
