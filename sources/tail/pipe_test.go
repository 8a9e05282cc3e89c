package tail

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"mailfate/sources"
)

// drain reads until the reader is idle.
func drain(r Reader) (lines []string, again int) {
	for {
		switch r.Next(func(l sources.Line) { lines = append(lines, string(l.Data)) }) {
		case Idle:
			return lines, again
		case Again:
			again++
		default:
		}
	}
}

func TestPipeIsReadToItsEnd(t *testing.T) {
	long := strings.Repeat("x", 3*block)
	p := newPipe(strings.NewReader("a\nb\r\n"+long+"\nno end"), Options{}.withDefaults())
	defer func() { _ = p.Close() }()
	lines, again := drain(p)
	if !slices.Equal(lines, []string{"a", "b", long, "no end"}) || again != 1 {
		t.Errorf("%d lines, again %d times: %.100q", len(lines), again, lines)
	}
	if c := p.Counts(); c.Lines != 4 || c.Bytes != uint64(len(long)+len("a\nb\r\n\nno end")) {
		t.Errorf("counts %+v", c)
	}
}

// TestPackedPipe hands a packed log in, whole and cut off, a byte at a time.
func TestPackedPipe(t *testing.T) {
	text := strings.Repeat("a line of a log\n", 20_000)
	for name, packed := range map[string]string{"gzip": gz(t, text), "zstd": zst(t, text), "xz": xzed(t, text)} {
		for cut, src := range map[bool]io.Reader{
			false: iotest.OneByteReader(strings.NewReader(packed)),
			true:  strings.NewReader(packed[:len(packed)-5]),
		} {
			p := newPipe(src, Options{}.withDefaults())
			lines, _ := drain(p)
			if !cut && (strings.Join(lines, "\n")+"\n" != text || len(p.Problems()) > 0) || cut && len(p.Problems()) != 1 {
				t.Errorf("%s, cut %v: %d lines, problems %v", name, cut, len(lines), p.Problems())
			}
			_ = p.Close()
		}
	}
}

func TestPipeIsFollowed(t *testing.T) {
	from, to := io.Pipe()
	p := newPipe(from, Options{Follow: true}.withDefaults())
	defer func() { _ = p.Close() }()
	if lines, again := drain(p); len(lines) > 0 || again != 1 {
		t.Fatalf("read %q before anything was handed in", lines)
	}
	for _, text := range []string{"first\nsec", "ond\n"} {
		go func() { _, _ = to.Write([]byte(text)) }()
		if err := p.Wait(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		lines, _ := drain(p)
		if want := strings.Fields(map[bool]string{true: "first", false: "second"}[text[0] == 'f']); !slices.Equal(lines, want) {
			t.Errorf("%q after %q", lines, text)
		}
	}
	_ = to.CloseWithError(errors.New("broken"))
	if err := p.Wait(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if lines, _ := drain(p); len(lines) > 0 || len(p.Problems()) != 1 || !strings.Contains(p.Problems()[0].Error(), "broken") {
		t.Errorf("%q, problems %v", lines, p.Problems())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Wait(ended, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait after its context has ended: %v", err)
	}
}
