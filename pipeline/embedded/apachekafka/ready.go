package apachekafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	// readyPoll is how often a starting broker is asked.
	readyPoll = 50 * time.Millisecond
	// askTime bounds one question.
	askTime = time.Second
)

// waitReady returns when the broker at addr belongs to the cluster and has a
// leader for its metadata, or when ended is closed.
func waitReady(ctx context.Context, addr, cluster string, ended <-chan struct{}) error {
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		err := ready(ctx, addr, cluster)
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return errors.New("the broker ended before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("wait for the broker: %w: %w", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

func ready(ctx context.Context, addr, cluster string) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.RequestRetries(0), kgo.DialTimeout(askTime), kgo.RequestTimeoutOverhead(askTime))
	if err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	defer client.Close()
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{} // none; nil would be all
	res, err := req.RequestWith(ctx, client)
	switch {
	case err != nil:
		return fmt.Errorf("ask for metadata: %w", err)
	case res.ClusterID == nil || *res.ClusterID != cluster:
		return errors.New("somebody else listens there")
	case len(res.Brokers) != 1 || res.ControllerID < 0:
		return errors.New("no broker is registered yet")
	}
	return nil
}
