package faults

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"golang.org/x/sync/errgroup"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/process"
	"mailfate/pipeline/store"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
	"mailfate/sinks/intake"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
)

// The roles of a part.
const (
	processor = "processor"
	sink      = "sink"
	source    = "source"
)

// part is a copy of the test binary that does one role of the program, or
// several, with the program's own packages.
type part struct {
	Roles                    []string
	Broker, Server, Database string
	Dir, Log                 string
	Partitions               int
	Disk                     string        // what is wrong with it from the beginning
	Skew                     time.Duration // how wrong the clock is
}

// runPart does what a part is for until it is asked to end.
func runPart(text string) int {
	var p part
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := p.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "part ends:", err)
		return 1
	}
	return 0
}

func (p *part) run(ctx context.Context) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{p.Broker}, MaxRecordBytes: schemas.MaxRecord, Logger: log})
	if err != nil {
		return err
	}
	defer client.Close()
	all, ctx := errgroup.WithContext(ctx)
	if slices.Contains(p.Roles, sink) {
		all.Go(func() error { return p.sink(ctx, client, log) })
	}
	d := &disk{}
	d.set(p.Disk)
	go d.listen()
	for _, role := range []string{processor, source} {
		if !slices.Contains(p.Roles, role) {
			continue
		}
		s, err := store.Open(filepath.Join(p.Dir, "state", role), store.Options{
			FS: errorfs.Wrap(vfs.Default, errorfs.InjectorFunc(d.fail)), Cache: role == processor, FlushAfter: 100 * time.Millisecond, Logger: log,
		})
		if err != nil {
			return err
		}
		defer func() {
			if err := s.Close(); err != nil {
				log.Error("store not closed", "error", err)
			}
		}()
		all.Go(func() error {
			if role == source {
				return p.source(ctx, client, s)
			}
			now := func() time.Time { return time.Now().Add(p.Skew) }
			return process.New(process.Options{Client: client, Store: s, Logger: log, Now: now}).Run(ctx)
		})
	}
	return all.Wait()
}

func (p *part) sink(ctx context.Context, client *kafkalog.Client, log *slog.Logger) error {
	db, err := clickhouse.Open(clickhouse.Options{Addresses: []string{p.Server}, Database: p.Database, Logger: log})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	group, err := db.Group(ctx)
	if err != nil {
		return err
	}
	in := db.Writer(intake.Options{Every: 100 * time.Millisecond})
	return in.Run(ctx, client, group, clickhouse.Topics()...)
}

func (p *part) source(ctx context.Context, client *kafkalog.Client, s *store.Store) error {
	src, err := logSource(p.Log)
	if err != nil {
		return err
	}
	stream, err := publish.New(publish.Options{
		Name: src.Name(), Reader: tail.Open(src.Set, tail.Options{Follow: true}), Parser: src.Parser, Store: s,
		Log: client.NewPublisher(), Partitions: p.Partitions, DeadPartitions: p.Partitions, UnparsedPartitions: p.Partitions,
		CheckpointEvery: 100 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	return stream.Follow(ctx)
}

// disk is what is wrong with a part's disk. It is told over standard input.
type disk struct {
	mode  atomic.Pointer[string]
	steps atomic.Int64
}

// What a disk may do. A kill is followed by the number of the operation before
// which the process dies.
const (
	diskWell  = ""
	diskFull  = "full"
	diskFsync = "fsync"
	diskKill  = "kill before "
)

func (d *disk) set(mode string) {
	d.mode.Store(&mode)
	d.steps.Store(0)
}

// listen hears what is wrong. Standard input ends with the test, and then so does
// the part.
func (d *disk) listen() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		d.set(lines.Text())
	}
	os.Exit(1)
}

// fail is asked before every operation on a file.
func (d *disk) fail(op errorfs.Op) error {
	mode := *d.mode.Load()
	if mode == diskWell {
		return nil
	}
	write := op.Kind == errorfs.OpFileWrite || op.Kind == errorfs.OpFileWriteAt
	fsync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo
	switch {
	case mode == diskFull && (write || op.Kind == errorfs.OpCreate || op.Kind == errorfs.OpFilePreallocate):
		return syscall.ENOSPC
	case mode == diskFsync && fsync:
		return errors.Join(errors.New("fsync"), syscall.EIO)
	}
	if n, ok := strings.CutPrefix(mode, diskKill); ok && (write || fsync) {
		if fmt.Sprint(d.steps.Add(1)) == n {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	return nil
}
