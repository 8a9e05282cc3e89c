package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/kafkalog"
)

// FindData is the error of a data directory in which no broker has kept anything.
func FindData(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "kafka")); err != nil {
		return fmt.Errorf("find data directory: %w; name the one that replay or run was given with --data", err)
	}
	return nil
}

// dialRunning connects to the cluster that the options name, else to the broker
// of another mailfate that runs on the data directory.
func dialRunning(o Options) (*kafkalog.Client, error) {
	opts := o.Kafka
	opts.Logger = o.Logger
	if len(opts.Brokers) == 0 {
		address, err := embedded.BrokerAddress(filepath.Join(o.Dir, "kafka"))
		if err != nil {
			return nil, err
		}
		opts.Brokers = []string{address}
	}
	return kafkalog.Dial(opts)
}

// dial is dialRunning, but starts the data directory's broker if nobody runs
// there. What is returned with the client ends both.
func dial(ctx context.Context, o Options) (*kafkalog.Client, func() error, error) {
	stop := func() error { return nil }
	if len(o.Kafka.Brokers) == 0 {
		if err := FindData(o.Dir); err != nil {
			return nil, nil, err
		}
		broker, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Dir: filepath.Join(o.Dir, "kafka"), Logger: o.Logger})
		var locked *embedded.LockedError
		switch {
		case err == nil:
			stop = broker.Stop
			o.Kafka.Brokers = []string{broker.Addr()}
		case !errors.As(err, &locked):
			return nil, nil, err
		}
	}
	client, err := dialRunning(o)
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return client, func() error { return errors.Join(client.Close(), stop()) }, nil
}
