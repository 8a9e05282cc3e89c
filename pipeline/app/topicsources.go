package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"mailfate/pipeline/kafkalog"
	"mailfate/sources/imap"
	"mailfate/sources/tail"
	"mailfate/sources/topic"
)

// A part is what one stream is read from.
type part struct {
	name   string
	reader tail.Reader
}

// streamsOf returns the streams of a source: the source itself or, of a topic,
// its partitions as they are now.
func (a *App) streamsOf(ctx context.Context, src *Source, opts tail.Options) ([]part, error) {
	if src.IMAP != nil {
		o := *src.IMAP
		o.Follow = opts.Follow
		return []part{{src.Name(), imap.Open(o)}}, nil
	}
	name, ok := topic.Parse(src.Set.Path)
	if !ok {
		return []part{{src.Name(), tail.Open(src.Set, opts)}}, nil
	}
	if a.broker != nil {
		return nil, noCluster(src.Set.Path)
	}
	n, err := a.client.Partitions(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", src.Set.Path, err)
	}
	parts := make([]part, n)
	for i := range parts {
		reader := topic.Open(topic.Options{Client: a.client, Topic: name, Partition: i, Follow: opts.Follow})
		parts[i] = part{src.Name() + "/" + strconv.Itoa(i), reader}
	}
	return parts, nil
}

// CheckCluster says that an argument is a topic of a cluster when none is named.
func (o *Options) CheckCluster(arg Argument) error {
	if _, ok := topic.Parse(arg.Path); ok && len(o.Kafka.Brokers) == 0 {
		return noCluster(arg.Path)
	}
	return nil
}

func noCluster(path string) error {
	return fmt.Errorf("read %s: the broker started here has no topics of others: name a cluster with --brokers", path)
}

// TryTopics asks for the topics among the sources.
func TryTopics(ctx context.Context, o Options, srcs []Source) (err error) {
	var client *kafkalog.Client
	for i := range srcs {
		name, ok := topic.Parse(srcs[i].Set.Path)
		if !ok {
			continue
		}
		if client == nil {
			if client, err = kafkalog.Dial(o.Kafka); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, client.Close()) }()
		}
		if n, failed := client.ExistingPartitions(ctx, name); failed != nil || n == 0 {
			err = errors.Join(err, failed, fmt.Errorf("topic %s: not there", name))
		}
	}
	return err
}
