package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

// attachNames is how many recipients an error lists.
const attachNames = 10

// Attached is what a person's judgement came to.
type Attached struct {
	Event schemas.Event // as it was published
	Idle  bool          // nobody runs on the data directory, so it waits for who does
}

// Attach has an unmatched event belong to the message that a person found it to be
// about: it is published under that, with all that is known of it, as certain. Its
// id follows from the event's, so doing it twice counts once; of another message it
// is refused then. An account or a recipient is needed only where there are several,
// an account also where the event has another. The message has to be known.
func (db *Database) Attach(ctx context.Context, o Options, id schemas.EventID, to schemas.Identity) (a Attached, err error) {
	found, err := db.FindUnmatched(ctx, id)
	if err != nil {
		return a, err
	}
	if !found.InTrail {
		return a, fmt.Errorf("attach %v: the trail (table events) does not have it any more: read its source again first", id)
	}
	a.Event = found.Event
	if a.Event.Identity, err = db.meant(ctx, to, found.Recipient); err == nil {
		err = mayBe(&found, a.Event.Identity, to.Account != "")
	}
	if err != nil {
		return a, fmt.Errorf("attach %v: %w", id, err)
	}
	a.Event.ID, a.Event.Match, a.Event.Confidence = found.ID.Judged(), schemas.MatchPerson, schemas.ConfidenceExact
	if a.Idle, err = publishEvent(ctx, o, &a.Event); err != nil {
		return a, fmt.Errorf("attach %v: %w", id, err)
	}
	return a, nil
}

// mayBe says what speaks against an event being about a message: that it was
// attached to another, for what counts once must not count for two; and that it
// came in under another account, unless the person has named the message's.
func mayBe(found *clickhouse.Unmatched, to schemas.Identity, named bool) error {
	was, account := found.Judged, schemas.CleanAccount(found.Account)
	switch {
	case was.MessageID != "" && was != to:
		return fmt.Errorf("it is attached to message %s to %s of account %q already, where it counts: that cannot be taken back",
			strconv.Quote(was.MessageID), strconv.Quote(was.Recipient), cmp.Or(was.Account, schemas.DefaultAccount))
	case account != "" && account != to.Account && !named:
		return fmt.Errorf("it came in under account %q, and message %s is account %q's: if that is right, say so with --account",
			account, strconv.Quote(to.MessageID), cmp.Or(to.Account, schemas.DefaultAccount))
	}
	return nil
}

// meant finds whom of a message's recipients somebody means, by preference the one
// that the event itself names.
func (db *Database) meant(ctx context.Context, to schemas.Identity, named string) (schemas.Identity, error) {
	if to.Recipient == "" && named != "" {
		all, err := db.Addressed(ctx, to.MessageID, named, attachNames+1)
		if err != nil {
			return to, err
		}
		if len(all) > 0 {
			to.Recipient = named
		}
	}
	all, err := db.Addressed(ctx, to.MessageID, to.Recipient, attachNames+1)
	if err != nil {
		return to, err
	}
	all = slices.DeleteFunc(all, func(id schemas.Identity) bool {
		return to.Account != "" && id.Account != to.Account
	})
	switch len(all) {
	case 0:
		return to, fmt.Errorf("message %s is not known to have been sent to %s; mailfate explain tells what is known of it",
			strconv.Quote(to.MessageID), strings.TrimSpace(to.Account+" "+strconv.Quote(to.Recipient)))
	case 1:
		all[0].Account = schemas.CleanAccount(all[0].Account)
		return all[0], nil
	}
	var names []string
	for _, id := range all[:min(len(all), attachNames)] {
		names = append(names, strconv.Quote(id.Recipient)+" of "+strconv.Quote(id.Account))
	}
	return to, fmt.Errorf("message %s went to several: name one with --recipient, and --account if need be: %s",
		strconv.Quote(to.MessageID), strings.Join(names, ", "))
}

// publishEvent publishes one event to the cluster of the options, else to the
// broker of the data directory, whether a mailfate runs there or not.
func publishEvent(ctx context.Context, o Options, ev *schemas.Event) (idle bool, err error) {
	o.Kafka.MaxRecordBytes = schemas.MaxRecord
	client, broker, err := dial(ctx, o)
	if err != nil {
		return false, err
	}
	defer func() {
		err = errors.Join(err, client.Close())
		if broker != nil {
			err = errors.Join(err, broker.Stop())
		}
	}()
	n, err := client.ExistingPartitions(ctx, schemas.TopicEvents)
	switch {
	case err != nil:
		return false, err
	case n == 0:
		return false, fmt.Errorf("no topic %s: has mailfate run there?", schemas.TopicEvents)
	}
	value, err := schemas.NewEncoder().Event(ev)
	if err != nil {
		return false, err
	}
	partition, record := eventRecord(ev.MessageID, value, n)
	return broker != nil, client.NewPublisher().Publish(ctx, schemas.TopicEvents, partition, []kafkalog.Record{record})
}

// eventRecord is an event's record in mail.events, and where that belongs.
func eventRecord(messageID string, value []byte, partitions int) (partition int, record kafkalog.Record) {
	key := []byte(messageID)
	return kafkalog.Partition(key, partitions), kafkalog.Record{Key: key, Value: value}
}
