package embedded

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"
	"golang.org/x/sys/unix"
)

const (
	// canHost says that this platform has a libchdb.so.
	canHost = true
	// childStopLimit is how long the engine may take to end once it was told
	// to; a parent that lives kills it earlier, a parent that died cannot.
	childStopLimit = 20 * time.Second
)

// keepAlive is the engine's last query: it lasts as long as standard input is
// open. INFILE is opened by the client side, which needs no grant on files, so
// that nobody else who logs in needs to have one.
const keepAlive = `SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; ` +
	`SELECT getServerPort('http_port') AS http, getServerPort('tcp_port') AS native INTO OUTFILE '/proc/self/fd/%d' APPEND FORMAT JSONEachRow; ` +
	`INSERT INTO FUNCTION null('line String') FROM INFILE '/proc/self/fd/%d' FORMAT LineAsString`

// hostChild runs ClickHouse out of libchdb.so until standard input closes or a
// signal comes. It prints the ports as one line of JSON when they are open.
// args: the library, the configuration file.
func hostChild(args []string) int {
	if len(args) != 2 {
		return fail(errors.New("usage: " + childName + " LIBRARY CONFIG; mailfate starts it by itself"))
	}
	lib, err := openLibrary(args[0])
	if err != nil {
		return fail(err)
	}
	s, err := newStopper()
	if err != nil {
		return fail(err)
	}
	ports, portsWriter, err := os.Pipe()
	if err != nil {
		return fail(fmt.Errorf("make pipe: %w", err))
	}
	go s.announce(ports)

	query := fmt.Sprintf(keepAlive, portsWriter.Fd(), s.held.Fd())
	lib.run("clickhouse", "--config-file", args[1], "--log-level", "warning", "--query", query)
	runtime.KeepAlive(portsWriter)
	if !s.stopping() {
		return 1 // the engine has written why to standard error
	}
	return 0
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, childName+":", err)
	return 1
}

// library is the loaded engine.
type library struct {
	main func(argc int32, argv unsafe.Pointer) uintptr
}

func openLibrary(path string) (*library, error) {
	h, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, fmt.Errorf("load ClickHouse library %s: %w", path, err)
	}
	const signals, entry = "chdb_set_signal_handlers_enabled", "chdb_query_cmdline"
	for _, name := range []string{signals, entry} {
		if _, err := purego.Dlsym(h, name); err != nil {
			return nil, fmt.Errorf("load ClickHouse library %s: it is older than 26.7, install the pinned one: %w", path, err)
		}
	}
	// The engine's crash handlers would replace the Go runtime's own, and a
	// fault in Go code would then hang instead of ending the process.
	var setSignals func(on int32)
	purego.RegisterLibFunc(&setSignals, h, signals)
	setSignals(0)
	l := new(library)
	purego.RegisterLibFunc(&l.main, h, entry)
	return l, nil
}

// run is clickhouse-local's main; it returns when the last query has ended.
func (l *library) run(args ...string) {
	runtime.LockOSThread()
	var pin runtime.Pinner // the engine keeps pointers into argv
	argv := make([]*byte, len(args)+1)
	for i, a := range args {
		b := append([]byte(a), 0)
		argv[i] = &b[0]
		pin.Pin(argv[i])
	}
	pin.Pin(&argv[0])
	l.main(int32(len(args)), unsafe.Pointer(&argv[0]))
	pin.Unpin()
}

// stopper ends the keep-alive query, once, when it is time.
type stopper struct {
	held    *os.File // what the keep-alive query reads
	release *os.File // closing it ends that query

	once    sync.Once
	stopped chan struct{}
}

func newStopper() (*stopper, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	return &stopper{held: r, release: w, stopped: make(chan struct{})}, nil
}

// announce waits until the engine listens, passes its ports on and only then
// takes the signals back: by now the engine has installed its handlers.
func (s *stopper) announce(ports io.Reader) {
	line, err := bufio.NewReader(ports).ReadString('\n')
	if err != nil {
		return // the engine ended, which run's return reports
	}
	sig := make(chan os.Signal, 1)
	signal.Notify(sig, syscall.SIGTERM, syscall.SIGINT)
	go func() { <-sig; s.stop() }()
	go func() { waitHangup(os.Stdin); s.stop() }()
	fmt.Print(line)
}

func (s *stopper) stop() {
	s.once.Do(func() {
		close(s.stopped)
		_ = s.release.Close()
		time.AfterFunc(childStopLimit, func() {
			os.Exit(fail(fmt.Errorf("the engine did not stop within %v", childStopLimit)))
		})
	})
}

func (s *stopper) stopping() bool {
	select {
	case <-s.stopped:
		return true
	default:
		return false
	}
}

// waitHangup returns when the other end of a pipe is closed, which is what
// happens when the parent stops the child and also when the parent dies.
func waitHangup(f *os.File) {
	fds := []unix.PollFd{{Fd: int32(f.Fd())}} // no events: POLLHUP always comes
	for {
		_, err := unix.Poll(fds, -1)
		if err == nil || !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
