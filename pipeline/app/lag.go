package app

import (
	"context"
	"log/slog"
	"time"

	"mailfate/pipeline/process"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

const (
	// lagEvery is how often a process that follows says how far behind it is.
	lagEvery = time.Minute
	// lagLook is how often it looks.
	lagLook = 5 * time.Second
)

// follower is a role whose group reads topics.
type follower struct {
	role, group string
	topics      []string
	working     func() bool // it has begun, as far as that can be known
	since, told time.Time   // since when it is behind; when that was last said
	caughtUp    bool        // was said, and not that it is behind since
}

// tellLag says when a role of this process has caught up, and by how much it is
// behind when it has been so for a while.
func (a *App) tellLag(ctx context.Context) {
	var all []*follower
	if a.roles.Have(RoleProcessor) {
		all = append(all, &follower{role: "processor", group: process.Group, topics: []string{schemas.TopicEvents}, working: a.processor.Working})
	}
	if a.roles.Have(RoleSink) {
		all = append(all, &follower{role: "sink", group: a.sinkGroup, topics: clickhouse.Topics(), working: func() bool { return true }})
	}
	tick := time.NewTicker(lagLook)
	defer tick.Stop()
	for {
		for _, f := range all {
			records, err := a.lag(ctx, f.group, f.topics)
			if err == nil && f.working() { // else whoever needs Kafka says so
				f.tell(a.log, records, time.Now())
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (f *follower) tell(log *slog.Logger, records int64, now time.Time) {
	switch {
	case records == 0 && !f.caughtUp:
		log.Info("caught up", "role", f.role)
		f.caughtUp, f.since = true, time.Time{}
	case records == 0:
		f.since = time.Time{}
	case f.since.IsZero():
		f.since, f.told = now, now
	case now.Sub(f.told) >= lagEvery:
		log.Info("is behind", "role", f.role, "records", records, "for", now.Sub(f.since).Round(time.Second))
		f.caughtUp, f.told = false, now
	}
}

// lag is how many offsets a group, whoever its members are, has yet to read; 0 when
// they hold no records.
func (a *App) lag(ctx context.Context, group string, topics []string) (lag int64, err error) {
	for _, topic := range topics {
		ends, err := a.client.EndOffsets(ctx, topic)
		if err != nil {
			return 0, err
		}
		read, err := a.client.ReadBy(ctx, group, topic, byPartition(ends))
		if err != nil {
			return 0, err
		}
		if read {
			continue
		}
		starts, err := a.client.StartOffsets(ctx, topic)
		if err != nil {
			return 0, err
		}
		committed, err := a.client.CommittedOffsets(ctx, group, topic)
		if err != nil {
			return 0, err
		}
		for p, end := range ends {
			lag += max(end-max(committed[p], starts[p]), 0)
		}
	}
	return lag, nil
}

func byPartition(offsets []int64) map[int]int64 {
	by := make(map[int]int64, len(offsets))
	for p, offset := range offsets {
		by[p] = offset
	}
	return by
}
