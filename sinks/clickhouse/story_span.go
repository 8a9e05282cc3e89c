package clickhouse

import (
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// storyHours is how many hours of a story are looked into one by one.
const storyHours = 200

// storySpan is when a message's events and changes were. Whoever names hours and days
// has ClickHouse read few rows of few parts.
type storySpan struct {
	known       uint64
	first, last time.Time
	hours       []uint32 // seconds since 1970 of their starts
	allHours    bool     // else there may be more than those between first and last
}

// span reads when it happened.
func (r *storyReader) span() error {
	s := &r.when
	row := r.db.conn.QueryRow(r.ctx, query("story_span"), r.id(), r.any(), r.account(), clickhouse.Named("most", storyHours))
	if err := row.Scan(&s.known, &s.first, &s.last, &s.hours, &s.allHours); err != nil {
		return fmt.Errorf("look for the message: %w", err)
	}
	return nil
}

// at adds when it happened to the values of a query.
func (r *storyReader) at(values ...any) []any {
	s := &r.when
	all := !s.allHours || len(s.hours) > storyHours
	hours, days := []uint32{0}, []uint32{0} // a list must not be empty
	if !all {
		hours = s.hours
	}
	for _, h := range hours {
		days = append(days, h/uint32((24*time.Hour).Seconds()))
	}
	return append(values, clickhouse.Named("first", s.first.UnixMilli()), clickhouse.Named("last", s.last.UnixMilli()),
		clickhouse.Named("all", all), clickhouse.Named("hours", hours), clickhouse.Named("days", days))
}
