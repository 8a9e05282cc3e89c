// Command generate writes a long mail log for measurements: the recorded one
// again and again, each time from another host, later, with other message ids.
//
//	go run ./testdata/generate -lines 1000000 > big.log
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

func main() {
	lines := flag.Int("lines", 1_000_000, "how many lines to write")
	from := flag.String("from", "testdata/replay/mail.log", "the recorded log, with RFC 3339 stamps")
	flag.Parse()
	recorded, err := os.ReadFile(*from)
	if err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	if err := generate(out, bytes.SplitAfter(recorded, []byte("\n")), *lines); err != nil {
		log.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

// generate writes n lines. Each pass over the recording is later by its length.
func generate(out *bufio.Writer, recorded [][]byte, n int) error {
	first, _, _ := bytes.Cut(recorded[0], []byte(" "))
	start, err := time.Parse(time.RFC3339Nano, string(first))
	if err != nil {
		return fmt.Errorf("read first stamp: %w", err)
	}
	last := start
	for pass, shift := 0, time.Duration(0); n > 0; pass, shift = pass+1, shift+last.Sub(start) {
		for _, line := range recorded {
			if n == 0 {
				return nil
			}
			stamp, rest, ok := bytes.Cut(line, []byte(" "))
			if !ok {
				continue
			}
			at, err := time.Parse(time.RFC3339Nano, string(stamp))
			if err != nil {
				return fmt.Errorf("read stamp: %w", err)
			}
			if last = at; pass > 0 {
				rest = bytes.Replace(rest, []byte(" "), fmt.Appendf(nil, "-%d ", pass), 1)
				rest = bytes.Replace(rest, []byte("message-id=<"), fmt.Appendf(nil, "message-id=<%d.", pass), 1)
			}
			fmt.Fprintf(out, "%s %s", at.Add(shift).Format("2006-01-02T15:04:05.000000-07:00"), rest)
			n--
		}
	}
	return nil
}
