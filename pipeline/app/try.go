package app

import (
	"context"
	"errors"

	"mailfate/pipeline/kafkalog"
	"mailfate/sinks/clickhouse"
)

// TryKafka asks the cluster that the options name who it is.
func TryKafka(ctx context.Context, o Options) error {
	client, err := kafkalog.Dial(o.Kafka)
	if err != nil {
		return err
	}
	_, err = client.ClusterID(ctx)
	return errors.Join(err, client.Close())
}

// TryClickHouse asks the server that the options name whether it is there.
func TryClickHouse(ctx context.Context, o Options) error {
	db, err := clickhouse.Open(o.ClickHouse)
	if err != nil {
		return err
	}
	return errors.Join(db.Ping(ctx), db.Close())
}
