// Command generate writes a long log for measurements: recorded ones again and
// again, each time later, of other messages under other queue ids.
//
//	go run ./testdata/generate -lines 1000000 testdata/replay/mail.log > big.log
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
)

func main() {
	lines := flag.Int("lines", 1_000_000, "how many lines to write")
	flag.Parse()
	recorded := []string{"testdata/replay/mail.log"}
	if flag.NArg() > 0 {
		recorded = flag.Args()
	}
	if err := run(recorded, *lines); err != nil {
		log.Fatal(err)
	}
}

func run(paths []string, lines int) error {
	r := recording{ids: map[string]bool{}}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r.add(string(text))
	}
	if len(r.lines) == 0 {
		return fmt.Errorf("read %q: no lines", paths)
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	if err := r.repeat(out, lines); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return out.Flush()
}
