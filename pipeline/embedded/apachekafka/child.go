package apachekafka

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
)

// child is a process that dies with its parent.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// startChild keeps one thread for the child's whole life: the kernel ties the
// parent-death signal to the thread that forked.
func startChild(cmd *exec.Cmd) (*child, error) {
	cmd.SysProcAttr = childAttributes()
	c := &child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked, so that it ends with this
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // what it died of is in its log
			close(c.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return c, nil
}

func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// signal does nothing to a child that has ended.
func (c *child) signal(sig syscall.Signal) error {
	if c.ended() {
		return nil
	}
	if err := c.cmd.Process.Signal(sig); err != nil && !c.ended() {
		return fmt.Errorf("send %v to process %d: %w", sig, c.cmd.Process.Pid, err)
	}
	return nil
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended already
	<-c.done
}

// stop asks the child to end, and kills it when ctx ends first.
func (c *child) stop(ctx context.Context) error {
	if err := c.signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		c.kill()
		return fmt.Errorf("stop process %d: killed, it did not end in time: %w", c.cmd.Process.Pid, ctx.Err())
	}
}
