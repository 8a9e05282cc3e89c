package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// generate writes a log of so many lines.
func generate(ctx context.Context, path string, recordings []string, lines int) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(generator(ctx, recordings, lines, out).Run(), out.Close())
}

func generator(ctx context.Context, recordings []string, lines int, out io.Writer) *exec.Cmd {
	args := []string{"run", "./testdata/generate", "-lines", strconv.Itoa(lines)}
	for _, r := range recordings {
		args = append(args, filepath.Join("testdata", filepath.FromSlash(r)))
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	return cmd
}

// ours measures how a file is read, in a process of its own.
func (b *bench) ours(ctx context.Context, f *format, path string) (best result, err error) {
	for run := range b.runs {
		r, err := readBy(ctx, f.kind+":"+path, nil)
		if err != nil {
			return r, err
		}
		if run == 0 || r.seconds < best.seconds {
			best = r
		}
	}
	return best, nil
}

// piped measures how a log is read that is never in a file.
func (b *bench) piped(ctx context.Context, f *format) (r result, err error) {
	from, to, err := os.Pipe()
	if err != nil {
		return r, err
	}
	writer := generator(ctx, f.recordings, b.memory, to)
	if err = errors.Join(writer.Start(), to.Close()); err != nil {
		return r, errors.Join(err, from.Close())
	}
	r, err = readBy(ctx, f.kind+":-", from)
	return r, errors.Join(err, from.Close(), writer.Wait())
}

// readBy has a process read a log.
func readBy(ctx context.Context, argument string, in *os.File) (r result, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, self, readCommand, argument)
	cmd.Stderr = os.Stderr
	if in != nil {
		cmd.Stdin = in
	}
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("read %s: %w", argument, err)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, fmt.Errorf("read %s: %w", argument, err)
	}
	r.seconds = worked(cmd)
	return r, nil
}

// theirs measures a script of Perl's, and returns the seconds that it worked.
func (b *bench) theirs(ctx context.Context, script, path string) (best float64, err error) {
	for run := range b.runs {
		cmd := exec.CommandContext(ctx, "perl", script, path)
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("run %s: %w", script, err)
		}
		if s := worked(cmd); run == 0 || s < best {
			best = s
		}
	}
	return best, nil
}

// worked is how long all cores together worked for a command that has ended.
func worked(cmd *exec.Cmd) float64 {
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
}
