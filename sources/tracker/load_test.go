package tracker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources/tracker/spool"
)

// loadDir names, in the environment of a child, the spool of the tracker that it is.
const loadDir = "TRACKER_LOAD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(loadDir); dir != "" {
		if err := serveLoad(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveLoad is a tracker in a process of its own, until its standard input ends. It
// prints where it listens.
func serveLoad(dir string) error {
	sp, err := spool.Open(spool.Options{Dir: dir})
	if err != nil {
		return err
	}
	k, err := loadKeys()
	if err != nil {
		return err
	}
	t := New(Options{Keys: k, Spool: sp})
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() { _ = t.Serve(l) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
	return errors.Join(t.Shutdown(context.Background()), sp.Close())
}

// BenchmarkLoad hits a tracker in another process over keep-alive connections, as many
// requests as connections at a time, and prints what is usual and what is slow. The
// machine's load stands beside it, for who asks shares its processors, and so does what
// the tracker itself took of them.
func BenchmarkLoad(b *testing.B) {
	for _, bench := range []struct {
		name  string
		kind  schemas.Kind
		conns int
	}{
		{"pixel/32", schemas.Opened, 32},
		{"pixel/64", schemas.Opened, 64},
		{"click/64", schemas.Clicked, 64},
		{"click/256", schemas.Clicked, 256},
	} {
		b.Run(bench.name, func(b *testing.B) {
			dir := b.TempDir()
			addr, stop := startLoad(b, dir)
			request := []byte("GET " + sign(b, bench.kind) + " HTTP/1.1\r\nHost: click.shop.example\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0\r\nAccept: image/avif,image/webp,*/*\r\n\r\n")
			conns := make([]net.Conn, bench.conns)
			for i := range conns {
				var err error
				if conns[i], err = (&net.Dialer{}).DialContext(b.Context(), "tcp", addr); err != nil {
					b.Fatal(err)
				}
			}
			b.ResetTimer()
			took := shootAll(b, conns, request)
			b.StopTimer()
			for _, conn := range conns {
				_ = conn.Close()
			}
			cpu := stop()
			slices.Sort(took)
			at := func(share float64) float64 {
				return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "hits/s")
			b.ReportMetric(at(0.5), "ms-p50")
			b.ReportMetric(at(0.99), "ms-p99")
			b.ReportMetric(at(0.999), "ms-p99.9")
			b.ReportMetric(float64(cpu.Nanoseconds())/1000/float64(b.N), "cpu-µs/hit")
			b.ReportMetric(loadOfMachine(), "load")
		})
	}
}

// startLoad starts that process; stop ends it and returns how much of the processors it took.
func startLoad(b *testing.B, dir string) (addr string, stop func() time.Duration) {
	b.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), os.Args[0])
	cmd.Env = append(os.Environ(), loadDir+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	stop = func() time.Duration {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	addr, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(addr), stop
}

// shootAll makes b.N requests over the connections, and returns how long each took.
func shootAll(b *testing.B, conns []net.Conn, request []byte) []time.Duration {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	failed := make(chan error, len(conns))
	for _, conn := range conns {
		go func() {
			answer := make([]byte, 4096)
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					failed <- nil
					return
				}
				began := time.Now()
				if _, err := conn.Write(request); err != nil {
					failed <- err
					return
				}
				n, err := conn.Read(answer) // small answers come whole
				if err != nil || !strings.HasPrefix(string(answer[:min(n, 12)]), "HTTP/1.1 200") && !strings.HasPrefix(string(answer[:min(n, 12)]), "HTTP/1.1 307") {
					failed <- fmt.Errorf("%q: %w", answer[:n], err)
					return
				}
				took[i] = time.Since(began)
			}
		}()
	}
	for range conns {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	return took
}

// loadOfMachine is how many processes wanted to run in the last minute; 0: not known.
func loadOfMachine() float64 {
	b, err := os.ReadFile(filepath.Join("/proc", "loadavg"))
	if err != nil {
		return 0
	}
	one, _, _ := strings.Cut(string(b), " ")
	load, _ := strconv.ParseFloat(one, 64)
	return load
}
