package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"mailfate/pipeline/app"
	"mailfate/schemas"
	"mailfate/sinks/terminal"
	"mailfate/sources/shape"
)

// shapesOf is what was not understood of one stream, as it is printed as JSON.
type shapesOf struct {
	Stream   string      `json:"stream"`
	Lines    uint64      `json:"lines"`
	Unparsed uint64      `json:"unparsed"`
	Shapes   []shapeLine `json:"shapes"`
}

type shapeLine struct {
	Shape    string     `json:"shape"`
	Lines    uint64     `json:"lines"`
	Share    float64    `json:"share"` // of the stream's lines
	First    *time.Time `json:"first,omitempty"`
	Last     *time.Time `json:"last,omitempty"`
	Examples []string   `json:"examples"`
}

// doShapes prints what was not understood of sources.
func (e *env) doShapes(args []string, asJSON bool) error {
	set, err := e.setup()
	if err != nil {
		return err
	}
	srcs, err := set.find(args)
	if err != nil {
		return err
	}
	all := make([]shapesOf, 0, len(srcs))
	var errs []error
	for i := range srcs {
		table := shape.NewTable(srcs[i].Name(), set.rawExamples())
		n, err := app.Parse(&srcs[i], func(*schemas.Event) error { return nil }, table)
		errs = append(errs, err)
		e.warn(&srcs[i], &n)
		all = append(all, newShapesOf(srcs[i].Name(), n.Lines, table.Ranked()))
	}
	if asJSON {
		return errors.Join(append(errs, printJSON(e.out, all))...)
	}
	out := bufio.NewWriter(e.out)
	for _, s := range all {
		s.print(out)
	}
	return errors.Join(append(errs, out.Flush())...)
}

func newShapesOf(stream string, lines uint64, ranked []schemas.Unparsed) shapesOf {
	s := shapesOf{Stream: stream, Lines: lines, Shapes: []shapeLine{}}
	for _, u := range ranked {
		s.Unparsed += u.Lines
		line := shapeLine{Shape: u.Shape, Lines: u.Lines, Share: float64(u.Lines) / float64(max(lines, 1)), First: instant(u.First), Last: instant(u.Last)}
		for _, example := range u.Examples {
			line.Examples = append(line.Examples, string(example))
		}
		s.Shapes = append(s.Shapes, line)
	}
	return s
}

// instant is a time in ms since 1970 UTC, nil for one that is not known.
func instant(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}

// print prints the shapes as a table, each with its first example.
func (s *shapesOf) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %d of %d lines not understood, %s\n", terminal.Visible(s.Stream), s.Unparsed, s.Lines, numberOf(len(s.Shapes), "shape"))
	if len(s.Shapes) == 0 {
		return
	}
	width := len(strconv.FormatUint(s.Shapes[0].Lines, 10)) // the most frequent has the longest count
	for _, l := range s.Shapes {
		fmt.Fprintf(w, "%*d  %7.3f %%  %s\n", width, l.Lines, 100*l.Share, terminal.Visible(l.Shape))
		if len(l.Examples) > 0 {
			fmt.Fprintf(w, "%*s  %9s  %s\n", width, "", "as in", terminal.Visible(l.Examples[0]))
		}
	}
}

// numberOf counts things, of which one is told in the singular.
func numberOf(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
