// Package cli is mailfate's command line: flags in, package app called, text or
// JSON out. Everything that takes longer than parsing a flag is in app.
//
// Run is called by main with the arguments and a context that ends with the
// first signal. It returns the exit code: 0 done, 1 failed, 2 wrong usage or
// configuration, 141 nobody reads the output any more, which is not worth a word.
// Errors are printed once, here, and name the thing, the place and the remedy.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitUnread = 128 + int(syscall.SIGPIPE) // as a shell says it of who dies of that
)

// usageError is an error of the command line or of the configuration.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// env is what a command talks to.
type env struct {
	out, err io.Writer
	flags    flags
	follows  bool // the command goes on until it is stopped, and says how it is doing
}

// memoryLimit is where the garbage collector begins to work harder instead of
// letting the heap grow. GOMEMLIMIT in the environment replaces it.
const memoryLimit = 640 << 20

// Run executes one command line.
func Run(ctx context.Context, args []string, out, errOut io.Writer) int {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	e := &env{out: out, err: errOut}
	root := e.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		e.fail(err)
		return exitUsage
	case unread(err):
		return exitUnread
	}
	e.fail(err)
	return exitFailed
}

// fail says what went wrong, one line for each thing.
func (e *env) fail(err error) {
	fmt.Fprintf(e.err, "mailfate: %s\n", strings.ReplaceAll(says(err), "\n", "\nmailfate: "))
}

// unread reports whether an error says only that nobody reads stdout any more.
func unread(err error) bool {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return !slices.ContainsFunc(joined.Unwrap(), func(e error) bool { return !unread(e) })
	}
	var file *fs.PathError
	return errors.As(err, &file) && file.Path == os.Stdout.Name() && errors.Is(file, syscall.EPIPE)
}

func (e *env) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "mailfate",
		Short: "What became of every message",
		Long: "mailfate follows mail from the sending platform to the reader and says what became\n" +
			"of every message: accepted, deferred, delivered, bounced and why, opened, clicked,\n" +
			"unsubscribed, complained about. Its answers are in ClickHouse.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see %s --help", inOurWords(err), cmd.CommandPath())}
	})
	e.flags.common(root.PersistentFlags())
	root.AddCommand(e.replay(), e.run(), e.parse(), e.link(), e.classify(), e.report(), e.explain(), e.sql(), e.schema(), e.serve(), e.key(), e.migrate(), e.retention(), e.refold(), e.dead(), e.unmatched(), e.statuses(), e.checkConfig(), e.version())
	wrapUsage(root)
	return root
}

// inOurWords says of a flag's number what is wrong with it, where Go would name the
// function that read it.
func inOurWords(err error) error {
	var value *pflag.InvalidValueError
	var number *strconv.NumError
	if !errors.As(err, &value) || !errors.As(err, &number) {
		return err
	}
	want := "a whole number"
	switch kind := value.GetFlag().Value.Type(); {
	case kind == "bool":
		want = "true or false"
	case strings.HasPrefix(kind, "float"):
		want = "a number"
	case strings.HasPrefix(kind, "uint"):
		want = "a whole number from 0"
	}
	if errors.Is(number, strconv.ErrRange) {
		want += ", and not so large a one"
	}
	return fmt.Errorf("--%s %q cannot be: want %s", value.GetFlag().Name, value.GetValue(), want)
}

// wrapUsage makes wrong arguments errors of usage, of a command and all below it.
func wrapUsage(c *cobra.Command) {
	for _, below := range c.Commands() {
		wrapUsage(below)
	}
	check := c.Args
	if check == nil {
		return
	}
	c.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; see %s --help", wrongArgs(cmd, args, err), cmd.CommandPath())}
		}
		return nil
	}
}

// wrongArgs says what a command wants, where cobra counts.
func wrongArgs(cmd *cobra.Command, args []string, err error) error {
	_, wants, _ := strings.Cut(cmd.Use, " ")
	switch {
	case cmd.HasAvailableSubCommands():
		return err
	case wants != "":
		return fmt.Errorf("%d arguments; want %s", len(args), wants)
	}
	return fmt.Errorf("%q: %s takes flags, and no arguments", args[0], cmd.CommandPath())
}

// optional is the argument that may be left out: "" if it is.
func optional(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// logger writes text to a terminal, JSON elsewhere.
func (e *env) logger() *slog.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: durationsAsText}
	if e.flags.verbose || e.follows {
		opts.Level = slog.LevelInfo
	}
	if isTerminal(e.err) {
		return slog.New(slog.NewTextHandler(e.err, opts))
	}
	return slog.New(slog.NewJSONHandler(e.err, opts))
}

func durationsAsText(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
