// Command bench measures how fast logs are read, beside other programs that read
// them, on the same files, and prints a table in Markdown. Its files are recorded
// logs, repeated with other times, queue ids and messages (testdata/generate).
//
//	go run ./testdata/bench
//	go run ./testdata/bench -mails sources/feedback/testdata
//
// With -mails it measures how mails that came back are read and replies judged,
// beside Sisimai on the same ones; with MAILFATE_LIST=1 each mail is listed, too.
//
// A core's speed is lines by the seconds that all cores together have worked, as
// the kernel counts them: so other programs on the machine matter little. Of
// several runs the best counts. Perl's scripts come from Debian's packages, which
// are unpacked and not installed; without apt their columns stay empty.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == readCommand {
		if err := read(os.Args[2]); err != nil {
			log.Fatal(err)
		}
		return
	}
	if len(os.Args) >= 3 && os.Args[1] == returnedCommand {
		if err := readReturned(os.Args[2], os.Args[3:]); err != nil {
			log.Fatal(err)
		}
		return
	}
	b := bench{}
	flag.IntVar(&b.lines, "lines", 1_000_000, "how many lines of each format")
	flag.IntVar(&b.memory, "memory", 10_000_000, "how many lines of Postfix for the measure of memory; 0 leaves it out")
	flag.IntVar(&b.runs, "runs", 3, "how often each program runs")
	flag.StringVar(&b.mails, "mails", "", "measure how the mails below this folder are read, not logs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := b.run(ctx)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

// bench is one measurement of everything.
type bench struct {
	lines, memory, runs int
	dir, mails          string
}

// A format is a kind of log, with recordings of it.
type format struct {
	name       string
	kind       string // as the command line spells it
	recordings []string
	peer       peer
}

var formats = []format{
	{"Postfix", "postfix", []string{"replay/mail.log"}, peer{"pflogsumm", "pflogsumm", "usr/sbin/pflogsumm"}},
	{"Exim", "exim", []string{"mta/exim/exim-4.98.log"}, peer{"eximstats", "exim4-base", "usr/sbin/eximstats"}},
	{"sendmail", "sendmail", []string{"mta/sendmail/default.log"}, peer{}},
	{"PowerMTA", "powermta", []string{"mta/powermta/defaults.csv"}, peer{}},
	{"KumoMTA", "kumomta", []string{"mta/kumomta/records.ndjson"}, peer{}},
}

func (b *bench) run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "mailfate-bench-")
	if err != nil {
		return err
	}
	b.dir = dir
	measure := b.table
	if b.mails != "" {
		measure = b.returnedTable
	}
	return errors.Join(measure(ctx), os.RemoveAll(dir))
}

// table measures and prints all rows.
func (b *bench) table(ctx context.Context) error {
	fmt.Println("| format | lines | event / context / ignored / unparsed | lines/s per core | peak memory | peer | its lines/s per core | ratio |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for i := range formats {
		if err := b.format(ctx, &formats[i]); err != nil {
			return fmt.Errorf("measure %s: %w", formats[i].name, err)
		}
	}
	if b.memory > 0 {
		if err := b.long(ctx, &formats[0]); err != nil {
			return err
		}
	}
	b.notes()
	return nil
}

// notes says what the table's figures are.
func (b *bench) notes() {
	fmt.Printf("\nOf %d runs the best counts. The samples of PowerMTA and KumoMTA are few lines, written by hand; some are damaged on purpose, so that a share is unparsed.\n", b.runs)
	if b.memory > 0 {
		fmt.Println("The last row measures memory: a long log, read once.")
	}
}

// format prints one format's row.
func (b *bench) format(ctx context.Context, f *format) error {
	path := filepath.Join(b.dir, f.kind+".log")
	return errors.Join(b.row(ctx, f, path), os.Remove(path))
}

func (b *bench) row(ctx context.Context, f *format, path string) error {
	if err := generate(ctx, path, f.recordings, b.lines); err != nil {
		return err
	}
	ours, err := b.ours(ctx, f, path)
	if err != nil {
		return err
	}
	fmt.Print(ours.row(f.name))
	script, err := f.peer.script(ctx, b.dir)
	if err != nil {
		fmt.Printf(" %s: %v | | |\n", f.peer.name, err)
		return nil
	}
	if script == "" {
		fmt.Println(" none | | |")
		return nil
	}
	seconds, err := b.theirs(ctx, script, path)
	if err != nil {
		return err
	}
	speed := float64(b.lines) / seconds
	fmt.Printf(" %s | %s | %.1f |\n", f.peer.name, count(speed), ours.speed()/speed)
	return nil
}

// long prints the row of a log that is too long for a file.
func (b *bench) long(ctx context.Context, f *format) error {
	ours, err := b.piped(ctx, f)
	if err != nil {
		return fmt.Errorf("measure memory: %w", err)
	}
	fmt.Println(ours.row(f.name), "| | |")
	return nil
}
