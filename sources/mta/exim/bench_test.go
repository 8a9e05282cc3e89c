package exim

import (
	"bytes"
	"fmt"
	"testing"
)

// large repeats a recording with other ids and stamps.
func large(tb testing.TB, name string, times int) []byte {
	tb.Helper()
	log := readFile(tb, "../../../testdata/mta/exim/"+name)
	var out bytes.Buffer
	for i := range times {
		stamp := fmt.Appendf(nil, "2026-%02d-%02d ", 1+i/28%12, 1+i%28)
		id := fmt.Appendf(nil, "%c%c%c", 'a'+i/676%26, 'a'+i/26%26, 'a'+i%26)
		for line := range bytes.Lines(log) {
			if len(line) < len(stamp) || line[0] != '2' {
				out.Write(line)
				continue
			}
			out.Write(stamp)
			out.Write(bytes.ReplaceAll(line[len(stamp):], []byte("1xV"), id))
		}
	}
	return out.Bytes()
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"exim-4.96.log", "exim-4.98.log", "exim-4.98-all.log"} {
		b.Run(name, func(b *testing.B) { format.Bench(b, large(b, name, 200)) })
	}
}
