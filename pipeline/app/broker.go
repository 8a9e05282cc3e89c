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
	if opts.Logger == nil {
		opts.Logger = o.Logger
	}
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
// there. Then that is returned too, for the caller to stop.
func dial(ctx context.Context, o Options) (*kafkalog.Client, *embedded.Broker, error) {
	var own *embedded.Broker
	if len(o.Kafka.Brokers) == 0 {
		if err := FindData(o.Dir); err != nil {
			return nil, nil, err
		}
		broker, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Dir: filepath.Join(o.Dir, "kafka"), Logger: o.Logger})
		var locked *embedded.LockedError
		switch {
		case err == nil:
			own = broker
			o.Kafka.Brokers = []string{broker.Addr()}
		case !errors.As(err, &locked):
			return nil, nil, err
		}
	}
	client, err := dialRunning(o)
	if err != nil && own != nil {
		err = errors.Join(err, own.Stop())
	}
	return client, own, err
}
