// Package child runs servers as child processes.
//
// It guarantees that a child dies with its parent, whatever ends the parent (on
// Linux), that a signal meant for the parent's terminal does not reach it, and
// that Stop and Kill return only when it has ended. Where its output goes is the
// caller's affair; Tail reads the end of a log for an error's text.
package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// Process is a child. Its methods can be called from any goroutine.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // set before done closes
}

// Start starts cmd, which must not have been made with a context.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = attributes()
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// run keeps one thread for the child's whole life, because the kernel ties the
// parent-death signal to the thread that forked and the Go runtime ends idle
// threads as it likes. The thread is never unlocked, so it ends with run.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit says how the child ended, once Done is closed; never nil.
func (p *Process) Exit() error {
	if p.err == nil {
		return errors.New("exit status 0")
	}
	return p.err
}

// Signal does nothing to a child that has ended.
func (p *Process) Signal(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("send %v to %s: %w", sig, p, err)
	}
	return nil
}

// Kill ends the child, paused or not.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// Stop asks the child to end, and kills it when ctx ends first.
func (p *Process) Stop(ctx context.Context) error {
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.Wait(ctx)
}

// Wait waits until the child, which was asked to end, has done so, and kills it
// when ctx ends first.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("stop %s: killed, it did not end in time: %w", p, context.Cause(ctx))
	}
}

// String names the child in errors.
func (p *Process) String() string { return fmt.Sprintf("%s (process %d)", p.cmd.Args[0], p.PID()) }
