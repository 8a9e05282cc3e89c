package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/schemas"
	"mailfate/sinks/terminal"
	"mailfate/sources/platform"
)

// aboutCounters is what help says of the names in the counters.
const aboutCounters = "Of the counters, lines_with_events, context (needed to understand other lines), ignored and\n" +
	"unparsed (each by rule) add up to lines; events may be more, as a line may tell of several. cut: lines\n" +
	"that were longer than a line may be. torn: files whose last line has no end yet, which is not read.\n" +
	"provisional: messages named after their queue id, as the log does not tell their Message-ID.\n" +
	"forgotten: queue ids that there was no room for in memory (max_open)."

func (e *env) parse() *cobra.Command {
	var countOnly, shapes, asJSON bool
	c := &cobra.Command{
		Use:   "parse [TYPE:]PATH…",
		Short: "Print the events of files, mailboxes or directories, without Kafka",
		Long: "parse prints each event as one line of JSON in the field names of the platform format,\n" +
			"and what was made of the lines on stderr. With --shapes it says instead what was not\n" +
			"understood: lines by what they have in common, the most frequent first.\n\n" +
			aboutCounters,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			app.OnlyParse()
			switch {
			case shapes && countOnly:
				return usageError{errors.New("--shapes and --count are two questions: ask one")}
			case shapes:
				return e.doShapes(args, asJSON)
			case asJSON:
				return usageError{errors.New("--json is for --shapes: events and counters are JSON always")}
			}
			return e.doParse(args, countOnly)
		},
	}
	e.flags.settings(c.Flags())
	e.flags.reading(c.Flags())
	c.Flags().BoolVar(&shapes, "shapes", false, "print which lines were not understood, by shape")
	c.Flags().BoolVar(&asJSON, "json", false, "with --shapes: as one JSON document")
	c.Flags().BoolVar(&countOnly, "count", false, "print only the counters, as JSON on stdout")
	return c
}

func (e *env) doParse(args []string, countOnly bool) error {
	set, err := e.setup()
	if err != nil {
		return err
	}
	srcs, err := set.find(args)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(e.out, 1<<20)
	var line []byte
	show := func(ev *schemas.Event) error {
		line = append(platform.AppendJSON(line[:0], ev), '\n')
		_, err := out.Write(terminal.JSON(line))
		return err
	}
	if countOnly {
		show = func(*schemas.Event) error { return nil }
	}
	counts := map[string]app.ParseCounts{}
	var errs []error
	for i := range srcs {
		n, err := app.Parse(&srcs[i], show, nil)
		e.warn(&srcs[i], &n)
		counts[srcs[i].Name()] = n
		errs = append(errs, err)
	}
	errs = append(errs, out.Flush(), e.printCounts(counts, countOnly))
	return errors.Join(errs...)
}

// warn says what looks like a mistake of whoever named the source's type.
func (e *env) warn(src *app.Source, n *app.ParseCounts) {
	if n.Warning != "" {
		fmt.Fprintf(e.err, "%s: %s\n", terminal.Visible(src.Name()), terminal.Visible(n.Warning))
	}
}

func (e *env) printCounts(counts map[string]app.ParseCounts, onOut bool) error {
	w := io.Writer(e.err)
	if onOut {
		w = e.out
	}
	if err := printJSON(w, counts); err != nil {
		return fmt.Errorf("print counters: %w", err)
	}
	return nil
}
