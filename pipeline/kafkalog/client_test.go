package kafkalog

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
)

var kafkaNotEnoughReplicas = kafka.NotEnoughReplicas

func TestDialRefusesBadOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"no brokers": {},
		"no port":    {Brokers: []string{"localhost"}},
		"too large":  {Brokers: []string{"a:1"}, MaxRecordBytes: 1 << 30},
		"mechanism":  {Brokers: []string{"a:1"}, SASL: &SASL{Mechanism: "GSSAPI"}},
	} {
		if _, err := Dial(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestClusterID(t *testing.T) {
	cluster := startCluster(t, kfake.ClusterID("the-cluster"))
	id, err := cluster.dial(t).ClusterID(testContext(t))
	if err != nil || id != "the-cluster" {
		t.Errorf("got %q, %v", id, err)
	}
}

func TestUnreachableBrokerIsTemporary(t *testing.T) {
	c, err := Dial(Options{Brokers: []string{"127.0.0.1:1"}, RetryFor: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, err = c.ClusterID(testContext(t))
	var e *Error
	if !errors.As(err, &e) || !e.Temporary() || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

// TestSecured publishes, reads and joins a group over TLS with each mechanism.
func TestSecured(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			cluster := startCluster(t, kfake.SeedTopics(1, "log"), kfake.EnableSASL(), kfake.GroupMinSessionTimeout(time.Second),
				kfake.Superuser(mechanism, "mail", "secret"), kfake.TLS(&tls.Config{Certificates: web.TLS.Certificates}))
			secure := func(password string) func(*Options) {
				return func(o *Options) {
					o.TLS = &tls.Config{RootCAs: roots}
					o.SASL = &SASL{Mechanism: mechanism, User: "mail", Password: password}
					o.RetryFor = time.Second
				}
			}
			c := cluster.dial(t, secure("secret"))
			if err := c.NewPublisher().Publish(testContext(t), "log", 0, records(0, 1)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(texts(records(0, 1)), readAll(t, c, "log", 0)); diff != "" {
				t.Error(diff)
			}
			join(t, c, "log").await(t, 1)
			_, err := cluster.dial(t, secure("wrong")).ClusterID(testContext(t))
			if err == nil || !strings.Contains(err.Error(), "check TLS and SASL") {
				t.Errorf("a wrong password: %v", err)
			}
		})
	}
}

func TestPasswordStaysOutOfTexts(t *testing.T) {
	s := &SASL{Mechanism: "PLAIN", User: "u", Password: "hunter2"}
	if text := fmt.Sprintf("%v %+v %#v %s", s, *s, *s, s); strings.Contains(text, "hunter2") {
		t.Error(text)
	}
}

func TestTemporary(t *testing.T) {
	for err, want := range map[error]bool{
		kafka.NotLeaderForPartition:    true,
		kafka.ConcurrentTransactions:   true,
		kafka.TopicAuthorizationFailed: false,
		io.EOF:                         true,
		context.Canceled:               false,
		context.DeadlineExceeded:       true,
		errors.New("anything"):         false,
		fmt.Errorf("%w: %w", ErrFenced, kafka.NetworkException): false,
		ErrCorrupt: false,
	} {
		if got := (&Error{Op: "x", Err: err}).Temporary(); got != want {
			t.Errorf("%v: temporary %v", err, got)
		}
	}
}

func TestBackoffGrowsWithinBounds(t *testing.T) {
	var b Backoff
	last := time.Duration(0)
	for range 50 {
		d := b.Next()
		if d < b.step/2 || d > b.step || b.step > maxBackoff || b.step < last {
			t.Fatalf("wait %v in step %v after %v", d, b.step, last)
		}
		last = b.step
	}
	if last != maxBackoff {
		t.Errorf("ends at %v", last)
	}
}
