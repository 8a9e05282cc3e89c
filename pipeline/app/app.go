package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/embedded"
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/process"
	"mailfate/pipeline/status"
	"mailfate/pipeline/store"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
	"mailfate/sinks/file"
	"mailfate/sinks/intake"
	"mailfate/sources/publish"
)

// DefaultPartitions is how many partitions topics are made with: enough for
// two cores to be busy while one partition waits for its transaction.
const DefaultPartitions = 4

// checkpointCache is what the sources' store may keep in memory: it has a few keys
// for each stream.
const checkpointCache = 16 << 20

// Options says what to connect to. What is not named is started here.
type Options struct {
	Roles       Roles              // what this process does; 0: everything
	Dir         string             // state, checkpoints, and what the embedded parts keep
	Kafka       kafkalog.Options   // without Brokers: an embedded broker
	Partitions  int                // for topics that are made; 0: as they are, else DefaultPartitions
	Replication int                // for topics that are made; 0: 1
	ClickHouse  clickhouse.Options // without Addresses: an embedded server
	File        string             // also write statuses and changes there as JSON lines; "-": standard output
	Timers      status.Timers
	Replies     *classify.Rules      // why deliveries failed; nil: the embedded rules
	Life        time.Duration        // how long a message is kept in mind; 0: 31 days
	Keep        clickhouse.Keep      // for how many days rows stay in ClickHouse; zero: for ever
	KeepEvery   time.Duration        // how often a sink that follows looks for older ones; 0: an hour
	Now         func() time.Time     // the processor's wall clock; nil: time.Now
	Steady      time.Duration        // how long that runs evenly before lives end by it; 0: an hour; negative: no time
	Wait        bool                 // for a Kafka or ClickHouse that is away at the start, until it is there
	Accounts    []clickhouse.Account // what is tracked; none: as it was
	RawExamples bool                 // keep lines that are not understood as they were read
	Tracker     *TrackerOptions      // nil: hits are answered elsewhere
	API         string               // where a sink answers questions, host:port; "": nowhere
	Look        Look                 // for what comes while Follow reads; nil: nothing does
	LookEvery   time.Duration        // 0: 3 s
	Metrics     string               // where Follow tells figures, host:port; "": nowhere
	Library     string               // see embedded.ClickHouseOptions
	Executable  string               // likewise
	Logger      *slog.Logger
}

// App is a running mailfate.
type App struct {
	opts        Options
	log         *slog.Logger
	client      *kafkalog.Client
	roles       Roles
	broker      *embedded.Broker   // nil: a cluster
	db          *Database          // nil: no sink
	states      *store.Store       // nil: no processor
	checkpoints *store.Store       // nil: no source
	tracker     *hitTracker        // nil: not its role
	api         *API               // nil: questions are answered elsewhere
	processor   *process.Processor // nil: not its role
	sink        *intake.Intake     // nil: not its role
	sinkGroup   string
	file        *intake.Intake // nil: none
	rollups     rollups
	retention   retention
	health      processHealth
	gate        publish.Gate
	partitions  int

	parts *errgroup.Group // what runs until stop or the first failure
	ctx   context.Context // ends with it
	stop  context.CancelFunc
	undo  []func(context.Context) error // in the order in which things were started
}

// New starts or connects everything; nothing flows yet.
func New(ctx context.Context, o Options) (*App, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	a := &App{opts: o, roles: o.roles(), log: o.Logger}
	if err := a.connect(ctx); err != nil {
		return nil, errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	return a, nil
}

func (a *App) connect(ctx context.Context) error {
	if err := a.openStores(); err != nil {
		return err
	}
	if err := a.openFile(); err != nil {
		return err
	}
	if err := a.openTracker(ctx); err != nil {
		return err
	}
	// The broker and the database start side by side: together they are most of
	// the time until the first line can be read.
	side, sideCtx := errgroup.WithContext(ctx)
	if a.roles.Have(RoleSink) {
		side.Go(func() error { return a.await(sideCtx, "ClickHouse", a.openDatabase) })
	}
	side.Go(func() error { return a.openKafka(sideCtx) })
	if err := side.Wait(); err != nil { // the first error, which is the cause of any other
		return err
	}
	return a.openAPI(ctx)
}

// openStores opens what is kept on this machine: the processor's states, which are
// a cache of mail.status, and the sources' checkpoints. Damage to one leaves the
// other as it is.
func (a *App) openStores() (err error) {
	if !a.opts.needsDir() {
		return nil
	}
	if err := os.MkdirAll(a.opts.Dir, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	if a.roles.Have(RoleProcessor) {
		a.states, err = a.openStore("processor", store.Options{Cache: true})
	}
	if err == nil && a.opts.needsCheckpoints() {
		a.checkpoints, err = a.openStore("source", store.Options{CacheBytes: checkpointCache})
	}
	return err
}

func (a *App) openStore(role string, opts store.Options) (*store.Store, error) {
	opts.Logger = a.log
	s, err := store.Open(filepath.Join(a.opts.Dir, "state", role), opts)
	if err == nil {
		a.undo = append(a.undo, func(context.Context) error { return s.Close() })
	}
	return s, err
}

func (a *App) openDatabase(ctx context.Context) error {
	db, err := OpenDatabase(ctx, a.opts)
	if err != nil {
		return err
	}
	if len(a.opts.Accounts) > 0 {
		err = db.SetAccounts(ctx, a.opts.Accounts)
	}
	if err == nil {
		err = db.JudgeReplies(ctx)
	}
	if err == nil {
		a.sinkGroup, err = db.Group(ctx)
	}
	if err != nil {
		return errors.Join(err, db.Close(context.WithoutCancel(ctx)))
	}
	a.db = db
	return nil
}

func (a *App) openFile() error {
	if a.opts.File == "" {
		return nil
	}
	sink, err := file.Open(a.opts.File)
	if err != nil {
		return err
	}
	a.undo = append(a.undo, func(context.Context) error { return sink.Close() })
	a.file = sink.Writer(intake.Options{Logger: a.log, Compaction: -1})
	return nil
}

func (a *App) openKafka(ctx context.Context) error {
	opts := a.opts.Kafka
	if len(opts.Brokers) == 0 {
		broker, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Dir: filepath.Join(a.opts.Dir, "kafka"), Logger: a.log})
		if err != nil {
			return err
		}
		a.broker = broker
		a.undo = append(a.undo, func(context.Context) error { return broker.Stop() })
		opts.Brokers = []string{broker.Addr()}
	}
	opts.MaxRecordBytes = schemas.MaxRecord
	opts.Logger = a.log
	var err error
	if a.client, err = kafkalog.Dial(opts); err != nil {
		return err
	}
	a.undo = append(a.undo, func(context.Context) error { return a.client.Close() })
	return a.await(ctx, "Kafka", a.ensureTopics)
}

// clusterKey is where it is remembered which Kafka the checkpoints are of. No
// checkpoint's key begins like this.
var clusterKey = []byte("cluster")

// checkCluster forgets how far streams were read when that was told to another
// Kafka, or to one that was made anew: they are read again, which is exact.
func (a *App) checkCluster(ctx context.Context, checkpoints *store.Store) error {
	id, err := a.client.ClusterID(ctx)
	if err != nil {
		return err
	}
	before, found, err := checkpoints.Get(clusterKey)
	if err != nil || found && string(before) == id {
		return err
	}
	if found {
		a.log.Warn("another Kafka than before: all streams are read again from their beginning", "cluster", id, "before", string(before))
		if err := publish.ForgetAll(checkpoints); err != nil {
			return err
		}
	}
	b := checkpoints.NewBatch()
	b.Set(clusterKey, []byte(id))
	return b.Commit(true)
}

// Start lets events flow until Close, as far as this process has a part in it.
func (a *App) Start() {
	ctx, stop := context.WithCancel(context.Background())
	a.parts, a.ctx = errgroup.WithContext(ctx)
	a.stop = stop
	if a.roles.Have(RoleProcessor) {
		a.processor = process.New(process.Options{
			Client: a.client, Store: a.states, Timers: a.opts.Timers, Replies: a.opts.Replies, Life: a.opts.Life, Now: a.opts.Now, Steady: a.opts.Steady, Logger: a.log,
		})
		a.parts.Go(func() error { return a.processor.Run(a.ctx) })
	}
	if a.roles.Have(RoleSink) {
		a.startSink()
	}
	if a.tracker != nil {
		a.parts.Go(a.watchTracker)
	}
	if a.api != nil {
		a.parts.Go(func() error { return a.api.Wait(a.ctx) })
	}
	if a.broker != nil {
		a.keepSmall()
		a.parts.Go(a.watchBroker)
	}
}

func (a *App) startSink() {
	a.sink = a.db.Writer(intake.Options{Logger: a.log, Compaction: a.compaction()})
	a.parts.Go(func() error {
		return a.sink.Run(a.ctx, a.client, a.sinkGroup, clickhouse.Topics()...)
	})
	if a.file != nil {
		a.parts.Go(func() error { return a.file.Run(a.ctx, a.client, file.Group, schemas.TopicStatus) })
	}
	if a.db.server != nil {
		a.parts.Go(a.watchServer)
	}
}

// compaction is the least time that a superseded snapshot stays in the log. The
// embedded broker knows no such time, so the sink never relies on having read all.
func (a *App) compaction() time.Duration {
	if a.broker != nil {
		return -1
	}
	return 0
}

// watchServer ends everything when the embedded server dies: a restart finds
// all that it had acknowledged, and the rest is still in the log.
func (a *App) watchServer() error {
	select {
	case <-a.db.server.Done():
		return fmt.Errorf("embedded ClickHouse ended: %w", a.db.server.Err())
	case <-a.ctx.Done():
		return nil
	}
}

// watchBroker ends everything when the embedded broker cannot write.
func (a *App) watchBroker() error {
	select {
	case <-a.broker.Done():
		return a.broker.Err()
	case <-a.ctx.Done():
		return nil
	}
}

// keepSmall has the embedded broker delete what everybody has read, and holds
// sources back while the rest is too much.
func (a *App) keepSmall() {
	retention := a.broker.NewRetention(embedded.RetentionOptions{
		Positions: a.readByAll, Topics: []string{schemas.TopicEvents, schemas.TopicStatus}, Logger: a.log,
	})
	a.gate = retention
	a.parts.Go(func() error { return retention.Run(a.ctx) })
	a.parts.Go(func() error { return a.broker.KeepCompact(a.ctx, schemas.TopicStatus, schemas.TopicUnparsed) })
}

// readByAll returns up to where the processor and the sink have both read
// mail.events for good.
func (a *App) readByAll() embedded.Positions {
	read := make(map[int32]int64)
	for i, group := range []string{process.Group, a.sinkGroup} {
		offsets, err := a.client.CommittedOffsets(a.ctx, group, schemas.TopicEvents)
		if err != nil {
			return nil
		}
		for p := range a.partitions {
			offset, committed := offsets[p]
			if before, ok := read[int32(p)]; i == 0 || ok && (!committed || offset < before) {
				read[int32(p)] = offset
			}
		}
	}
	return embedded.Positions{schemas.TopicEvents: read}
}

// NativeAddress and HTTPAddress say where the embedded ClickHouse listens; ""
// when it is not embedded.
func (a *App) NativeAddress() string {
	if a.db == nil || a.db.server == nil {
		return ""
	}
	return a.db.server.Native()
}

// HTTPAddress says where the embedded ClickHouse answers HTTP; "" when it is
// not embedded.
func (a *App) HTTPAddress() string {
	if a.db == nil || a.db.server == nil {
		return ""
	}
	return a.db.server.HTTP()
}

// Done is closed when a part has failed or Close has begun.
func (a *App) Done() <-chan struct{} { return a.ctx.Done() }

// Close stops what runs, in reverse order, and returns why something failed.
func (a *App) Close(ctx context.Context) error {
	var errs []error
	if a.parts != nil {
		a.stop()
		errs = append(errs, a.parts.Wait())
		a.parts = nil
	}
	if a.api != nil {
		errs = append(errs, a.api.Close(ctx))
		a.api = nil
	}
	if a.db != nil {
		errs = append(errs, a.db.Close(ctx))
		a.db = nil
	}
	for i := len(a.undo) - 1; i >= 0; i-- {
		errs = append(errs, a.undo[i](ctx))
	}
	a.undo = nil
	return errors.Join(errs...)
}
