package embedded

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"
)

const (
	// MaxMessageBytes is the largest record batch that the broker takes.
	MaxMessageBytes = 16 << 20
	// segmentBytes is small, because what a Retention deletes frees disk only
	// in whole segments.
	segmentBytes = 16 << 20
	// never is the broker's own compaction interval: that deletes a partition
	// before it writes it anew, and takes open transactions for committed.
	// Compact does it safely.
	never = 10 * 365 * 24 * time.Hour
	// minSession lets a group notice a dead member soon on one machine.
	minSession = time.Second
)

// BrokerOptions says where and how the broker runs.
type BrokerOptions struct {
	Dir    string       // its topics, port and lock; created when missing
	Port   int          // 0: the one used last in Dir if it is free, else any
	Sync   bool         // fsync every write: survives a power failure, much slower
	Logger *slog.Logger // nil: silent
}

// Broker speaks Kafka's protocol on this machine only. Topics must be created;
// none comes into being by being asked for, and by default none forgets.
type Broker struct {
	cluster *kfake.Cluster
	intents *intentLog
	members *members
	log     *brokerLogger
	topics  string // the directory that the cluster keeps
	lock    *os.File
	addr    string
	client  *kgo.Client // our own administrator

	compacting sync.Mutex

	stop    sync.Once
	stopErr error
	done    chan struct{} // closed when nothing runs any more
}

// StartBroker starts a broker on what the directory holds, repairing first
// what a killed one left undone. The broker survives ctx; Stop ends it.
func StartBroker(ctx context.Context, o BrokerOptions) (*Broker, error) {
	if o.Dir == "" {
		return nil, errors.New("start broker: no directory given")
	}
	lock, err := lockDir(ctx, o.Dir)
	if err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	b, err := startBroker(ctx, o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start broker in %s: %w", o.Dir, err), lock.Close())
	}
	b.lock = lock
	go b.watch()
	return b, nil
}

func startBroker(ctx context.Context, o BrokerOptions) (*Broker, error) {
	intents, err := openIntents(o.Dir)
	if err != nil {
		return nil, err
	}
	b := &Broker{intents: intents, log: newBrokerLogger(o.Logger), done: make(chan struct{}), topics: filepath.Join(o.Dir, "topics"), members: newMembers()}
	if err := b.open(ctx, o); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *Broker) open(ctx context.Context, o BrokerOptions) error {
	if err := repair(ctx, b.topics, b.intents.last(), o.Logger); err != nil {
		return err
	}
	if err := b.intents.write(intent{}); err != nil { // nothing is ending any more
		return err
	}
	l, err := listen(o.Dir, o.Port)
	if err != nil {
		return err
	}
	b.addr = l.Addr().String()
	cluster, err := kfake.NewCluster(brokerSettings(o, b.topics, listener{l, b.members, b.log}, b.log)...)
	if err != nil {
		return errors.Join(fmt.Errorf("open topics: %w", err), l.Close())
	}
	b.cluster = cluster
	b.intents.follow(cluster)
	if b.client, err = kgo.NewClient(kgo.SeedBrokers(b.addr), kgo.ClientID("mailfate-embedded")); err != nil {
		return fmt.Errorf("connect to broker: %w", err)
	}
	b.members.start(cluster, b.client)
	return rememberPort(o.Dir, l)
}

func brokerSettings(o BrokerOptions, topics string, l net.Listener, log *brokerLogger) []kfake.Opt {
	opts := []kfake.Opt{
		kfake.DataDir(topics),
		kfake.ClusterID(newClusterID()), // of a new directory; an old one keeps its own
		kfake.NumBrokers(1),
		kfake.ListenFn(func(string, string) (net.Listener, error) { return l, nil }),
		kfake.GroupMinSessionTimeout(minSession),
		kfake.MaxVersions(versions()),
		kfake.WithLogger(log),
		kfake.BrokerConfigs(map[string]string{
			"default.replication.factor":   "1",
			"group.min.session.timeout.ms": strconv.FormatInt(minSession.Milliseconds(), 10),
			"log.cleaner.backoff.ms":       strconv.FormatInt(never.Milliseconds(), 10),
			"log.retention.bytes":          "-1", // only a Retention deletes
			"log.retention.ms":             "-1",
			"log.roll.ms":                  "604800000",
			"log.segment.bytes":            strconv.Itoa(segmentBytes),
			"message.max.bytes":            strconv.Itoa(MaxMessageBytes),
		}),
	}
	if o.Sync {
		opts = append(opts, kfake.SyncWrites())
	}
	return opts
}

// versions are Kafka 3.8's, the last in which every transaction names a
// partition before it writes to it: the repair after a kill needs that.
func versions() *kversion.Versions { return kversion.V3_8_0() }

// newClusterID is random, so that what was kept for a directory that was
// deleted since is never taken for this one's.
func newClusterID() string {
	var id [11]byte
	_, _ = rand.Read(id[:]) // never fails
	return "mailfate-" + hex.EncodeToString(id[:])
}

// Addr is the broker's address, 127.0.0.1:port.
func (b *Broker) Addr() string { return b.addr }

// Stop writes everything down and frees the directory. It can be called again.
func (b *Broker) Stop() error {
	b.stop.Do(func() {
		defer close(b.done)
		b.stopErr = errors.Join(b.close(), b.lock.Close())
	})
	return b.stopErr
}

// Done is closed when the broker has stopped: when asked to, or by itself after a
// write that failed, because the disk is full, say. It has answered nobody since
// then; what it acknowledged before is there after the next start.
func (b *Broker) Done() <-chan struct{} { return b.done }

// Err says why the broker stopped by itself; nil while it runs and after Stop.
func (b *Broker) Err() error {
	if !b.log.hasFailed() {
		return nil
	}
	return fmt.Errorf("the broker in %s has stopped, because its files failed it: %w; free some space if the disk is full, and start again: what it acknowledged is there", b.topics, b.log.err)
}

// watch stops a broker that cannot write.
func (b *Broker) watch() {
	select {
	case <-b.log.failed:
		_ = b.Stop() // Err says why
	case <-b.done:
	}
}

func (b *Broker) close() error {
	if b.cluster == nil { // it never ran
		return b.intents.close()
	}
	b.members.stop()
	if b.client != nil {
		b.client.Close()
	}
	b.compacting.Lock() // one that runs ends by itself; its copies must be gone
	defer b.compacting.Unlock()
	b.cluster.Close() // tells of a failed write only in its log
	return errors.Join(b.Err(), b.intents.close())
}
