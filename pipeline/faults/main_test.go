package faults

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var (
	seedFlag    = flag.Uint64("faults.seed", 0, "seed of a run to repeat; 0 takes another one each time")
	runsFlag    = flag.Int("faults.runs", 0, "runs of each fault, and of mixtures; 0 is the short part")
	eventsFlag  = flag.Int("faults.events", 600, "events of a run, at least")
	brokersFlag = flag.String("faults.brokers", "embedded,apache", "kinds of broker to run on")
	tableFlag   = flag.String("faults.table", "", "file to add the table of faults to, as Markdown")
)

var startOfTest = time.Now()

// A copy of this program, told so by its first argument, is a part of a pipeline.
const (
	partArg   = "mailfate-part"
	brokerArg = "mailfate-broker"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case partArg:
			os.Exit(runPart(os.Args[2]))
		case brokerArg:
			os.Exit(runBroker(os.Args[2]))
		}
	}
	code := m.Run()
	shared.stop()
	if err := shared.fates(); err != nil {
		fmt.Println("ClickHouse ended by itself, and was started again:", err)
	}
	table.print(os.Stdout)
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// built is the directory that program made; "" as long as nobody asked for it.
var built string

// program builds the real program once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "mailfate-faults-program-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "mailfate")
	build := exec.Command("go", "build", "-o", path, "mailfate")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("build: %w\n%s", err, out))
	}
	return path, nil
})
