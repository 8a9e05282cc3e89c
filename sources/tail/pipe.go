package tail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"mailfate/sources"
)

// Stdin is the path by which standard input is named.
const Stdin = "-"

// pipe reads what is handed in once, such as standard input, and can be read no
// second time. It has no position to come back to: what was made of an earlier
// pipe says nothing of this one, so Next says Again first, and nothing is kept.
type pipe struct {
	opts     Options
	src      io.Reader
	lines    *lines
	begun    bool
	ended    bool        // nothing more can come
	finished bool        // and all was handed out
	blocks   chan []byte // what was read; closed at the end
	free     chan []byte // what may be written over
	failed   error       // why it ended; to be read after blocks was closed
	ready    []byte      // a block that Wait has taken
	stop     chan struct{}
}

func newPipe(src io.Reader, opts Options) *pipe {
	p := &pipe{
		opts: opts, src: src, lines: newLines(opts.MaxLine),
		blocks: make(chan []byte), free: make(chan []byte, 2), stop: make(chan struct{}),
	}
	p.lines.start(Stdin, 0, nil, nil)
	return p
}

// begin reads beside the caller, who must not hang on a pipe that is silent.
func (p *pipe) begin() {
	p.begun = true
	for range cap(p.free) {
		p.free <- make([]byte, block)
	}
	go p.pump()
}

// pump reads until the end, or until its next read after Close: a read of
// standard input cannot be broken off.
func (p *pipe) pump() {
	defer close(p.blocks)
	src, closeSrc, err := unpackedPipe(p.src)
	if err != nil {
		p.failed = truncated(err)
		return
	}
	defer closeSrc()
	for {
		var b []byte
		select {
		case b = <-p.free:
		case <-p.stop:
			return
		}
		n, err := src.Read(b[:block])
		if n > 0 {
			select {
			case p.blocks <- b[:n]:
			case <-p.stop:
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				p.failed = truncated(err)
			}
			return
		}
		if n == 0 {
			p.free <- b
		}
	}
}

// Next hands out the lines of a block. Without any it waits a moment in a replay,
// whose end is the pipe's, and not at all in a follower.
func (p *pipe) Next(fn func(sources.Line)) Status {
	if !p.begun {
		p.begin()
		return Again
	}
	if p.finished {
		return Idle
	}
	if p.ready == nil && !p.ended {
		limit := p.opts.Poll
		if p.opts.Follow {
			limit = 0
		}
		_ = p.await(context.Background(), limit)
	}
	switch b := p.ready; {
	case p.ended:
		p.finished = true
		p.lines.finish(fn)
		return FileEnded
	case b == nil && p.opts.Follow:
		return Idle
	case b != nil:
		p.ready = nil
		fresh, _ := p.lines.fill(bytes.NewReader(b)) // a block fits, and memory does not fail
		p.lines.take(fresh, fn)
		p.free <- b
	}
	return More
}

// await waits for a block or the end.
func (p *pipe) await(ctx context.Context, limit time.Duration) error {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case b, more := <-p.blocks:
		p.ready, p.ended = b, !more
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// Wait waits for something to be handed in.
func (p *pipe) Wait(ctx context.Context, limit time.Duration) error {
	if p.begun && p.ready == nil && !p.finished {
		if p.ended {
			return ctx.Err()
		}
		return p.await(ctx, limit)
	}
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// Counts returns what was counted so far.
func (p *pipe) Counts() Counts { return p.lines.counts }

// Problems returns why the pipe ended, if that was no end.
func (p *pipe) Problems() []error {
	if !p.ended || p.failed == nil {
		return nil
	}
	return []error{&FileError{Op: "read", Path: "standard input", Err: p.failed, Hint: "see why the program before it failed, and run both again"}}
}

// Changes hands out nothing.
func (p *pipe) Changes(func(key, value []byte) error) error { return nil }

// Load takes nothing back.
func (p *pipe) Load([]byte, []byte) error { return nil }

// Close lets go of what waits to be taken.
func (p *pipe) Close() error {
	close(p.stop)
	return nil
}
