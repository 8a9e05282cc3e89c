package kafkalog

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
)

const (
	// defaultTimeout bounds one request, its connection included.
	defaultTimeout = 10 * time.Second
	// defaultRetryFor outlasts a leader election and several metadata refreshes.
	defaultRetryFor = 30 * time.Second
	// metadataTTL is how long a moved leader can stay unknown to us: kafka-go does
	// not refresh its metadata when a broker says that it is not the leader.
	metadataTTL = 2 * time.Second
	// defaultBatchBytes keeps a batch, its header included, below the broker's
	// default message.max.bytes of 1,048,588.
	defaultBatchBytes = 1_000_000
	// maxBatchBytes is the largest configurable batch: brokers refuse requests
	// above 100 MiB (socket.request.max.bytes).
	maxBatchBytes = 64 << 20
)

// Options says how to reach a cluster. Only Brokers is required.
type Options struct {
	// Brokers are host:port addresses to start from.
	Brokers []string
	// TLS, if not nil, encrypts every connection.
	TLS *tls.Config
	// SASL, if not nil, authenticates every connection.
	SASL *SASL
	// ClientID names this process in the broker's logs and quotas.
	ClientID string
	// Timeout bounds one request (default 10 s).
	Timeout time.Duration
	// RetryFor bounds all attempts of one operation together (default 30 s).
	RetryFor time.Duration
	// BatchBytes limits a record batch before compression (default 1,000,000).
	BatchBytes int
	// MaxRecordBytes limits one record; a record above BatchBytes travels alone.
	// Above the default, which is BatchBytes, the topics' max.message.bytes and the
	// broker's message.max.bytes must be raised with it.
	MaxRecordBytes int
	// Logger hears of retries that may interest an operator (default: nobody).
	Logger *slog.Logger
}

// Client talks to one cluster. It is safe for concurrent use.
type Client struct {
	opts      Options
	addr      net.Addr
	mechanism sasl.Mechanism
	transport *kafka.Transport
	kafka     *kafka.Client
	log       *slog.Logger
	cancel    context.CancelFunc
}

// Dial makes a client. It checks the options and connects with the first request.
func Dial(opts Options) (*Client, error) {
	opts, err := withDefaults(opts)
	if err != nil {
		return nil, fmt.Errorf("check kafka options: %w", err)
	}
	mechanism, err := opts.SASL.mechanism()
	if err != nil {
		return nil, fmt.Errorf("check kafka options: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	transport := &kafka.Transport{
		DialTimeout: opts.Timeout,
		MetadataTTL: metadataTTL,
		ClientID:    opts.ClientID,
		TLS:         opts.TLS,
		SASL:        mechanism,
		Context:     ctx,
	}
	addr := kafka.TCP(opts.Brokers...)
	return &Client{
		opts:      opts,
		addr:      addr,
		mechanism: mechanism,
		transport: transport,
		kafka:     &kafka.Client{Addr: addr, Timeout: opts.Timeout, Transport: transport},
		log:       opts.Logger,
		cancel:    cancel,
	}, nil
}

func withDefaults(o Options) (Options, error) {
	if len(o.Brokers) == 0 {
		return o, errors.New("brokers: none given; name at least one host:port")
	}
	for _, b := range o.Brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			return o, fmt.Errorf("brokers: %q is not host:port: %w", b, err)
		}
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.RetryFor <= 0 {
		o.RetryFor = defaultRetryFor
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = defaultBatchBytes
	}
	if o.MaxRecordBytes <= 0 {
		o.MaxRecordBytes = o.BatchBytes
	}
	if o.BatchBytes > maxBatchBytes || o.MaxRecordBytes > maxBatchBytes {
		return o, fmt.Errorf("batch %d and record %d bytes: at most %d", o.BatchBytes, o.MaxRecordBytes, maxBatchBytes)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// Close ends all connections. Readers, producers and groups of the client must
// have been stopped before.
func (c *Client) Close() error {
	c.transport.CloseIdleConnections()
	c.cancel()
	return nil
}

// ClusterID returns the cluster's own id, which a state store remembers in order
// not to be used with another cluster.
func (c *Client) ClusterID(ctx context.Context) (string, error) {
	var id string
	err := c.retry(ctx, func(ctx context.Context) error {
		md, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{}})
		if err != nil {
			return err
		}
		id = md.ClusterID
		return nil
	})
	if err != nil {
		return "", &Error{Op: "read cluster id of " + c.brokers(), Partition: NoPartition, Err: err, Hint: hangUpHint(err)}
	}
	return id, nil
}

// hangUpHint explains how a broker refuses a stranger: without a word.
func hangUpHint(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the broker hung up: check TLS and SASL settings"
	}
	return ""
}

func (c *Client) brokers() string { return strings.Join(c.opts.Brokers, ",") }
