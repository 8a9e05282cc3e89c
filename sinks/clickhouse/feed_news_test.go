package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
	"mailfate/sinks/api"
)

// start is the place of all that there is.
func start(tb testing.TB, db *DB) api.Place {
	tb.Helper()
	life, err := db.life(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return api.Place{Life: life}
}

func TestNews(t *testing.T) {
	db := migrated(t)
	next, err := db.Next(t.Context())
	if err != nil || next.Insert != 1 {
		t.Errorf("of nothing the next is %+v, %v", next, err)
	}
	if up := time.Since(time.Unix(int64(uint32(next.Life)), 0)); up < -2*time.Second || up > time.Hour {
		t.Errorf("the server is up for %v", up)
	}
	s := delivered(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s)...)
	news, err := db.News(t.Context(), next, 100)
	if err != nil || len(news) != 4 || news[0].Insert < next.Insert || news[0].Statuses[3] == "" || news[0].Subject != "Hello" || news[0].Withdrawn {
		t.Fatalf("%+v, %v", news, err)
	}
	if next, err = db.Next(t.Context()); err != nil || next.Insert != news[3].Insert+1 {
		t.Errorf("the next is %+v, %v", next, err)
	}
	if news, err := db.News(t.Context(), next, 100); err != nil || len(news) != 0 {
		t.Errorf("%d changes after the newest, %v", len(news), err)
	}
	next.Life = api.LifeOf(0, 0)
	if _, err := db.News(t.Context(), next, 100); !errors.Is(err, api.ErrAnew) {
		t.Errorf("of another life: %v", err)
	}
}

// newsReader reads news by small answers, as a hub does by great ones.
type newsReader struct {
	db   *DB
	next api.Place
	told []api.News
}

func (r *newsReader) read(ctx context.Context) error {
	const most = 37
	for {
		news, err := r.db.News(ctx, r.next, most)
		if err != nil || len(news) == 0 {
			return err
		}
		r.told = append(r.told, news...)
		last := news[len(news)-1]
		r.next = api.Place{Life: last.Life, Insert: last.Insert, Position: last.Position}
		if len(news) < most {
			r.next = api.Place{Life: last.Life, Insert: last.Insert + 1}
			return nil
		}
	}
}

// TestNewsAreAll has several sinks insert at once what happened on many days, the
// newest first, and take back some, while parts are merged: all of it is told that
// was true once it is read, and each version once.
func TestNewsAreAll(t *testing.T) {
	const sinks, inserts, messages = 4, 12, 8
	db := migrated(t)
	reader := newsReader{db: db, next: start(t, db)}
	ctx, done := context.WithCancel(t.Context())
	var work sync.WaitGroup
	for sink := range sinks {
		work.Go(func() {
			for n := range inserts {
				b := newBatch(db, classify.Default())
				for i := range messages {
					s := feedMessage(t, (inserts-n)*1000+sink*100+i, 20_000)
					b.addRows(s, true)
					if i == 0 && n > 0 { // takes back what it wrote before
						back := *feedMessage(t, (inserts-n+1)*1000+sink*100, 20_000)
						back.Revision++
						for _, c := range back.History {
							back.Withdrawn = append(back.Withdrawn, schemas.Withdrawal{Cause: c.Cause, Time: c.Time})
						}
						back.History = nil
						b.addRows(&back, true)
					}
				}
				if err := b.Write(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() {
		work.Wait()
		done()
	}()
	for ctx.Err() == nil {
		if err := reader.read(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.conn.Exec(t.Context(), "OPTIMIZE TABLE status_changes"); err != nil {
			t.Fatal(err)
		}
	}
	if err := reader.read(t.Context()); err != nil {
		t.Fatal(err)
	}
	newest, versions := map[uint64]api.News{}, map[string]int{}
	for _, n := range reader.told {
		newest[n.Key] = n
		versions[fmt.Sprint(n.Key, n.Withdrawn)]++
	}
	for version, times := range versions {
		if times != 1 {
			t.Errorf("%s was told %d times", version, times)
		}
	}
	var rows []struct {
		Key uint64 `ch:"key"`
	}
	if err := db.conn.Select(t.Context(), &rows, "SELECT cityHash64(time, message_id, recipient, account, cause) AS key FROM status_changes FINAL"); err != nil {
		t.Fatal(err)
	}
	standing := 0
	for _, n := range newest {
		if !n.Withdrawn {
			standing++
		}
	}
	if standing != len(rows) || len(rows) != sinks*4*(inserts*messages-(inserts-1)) {
		t.Errorf("%d changes stand by what was told, %d by the table", standing, len(rows))
	}
	for _, r := range rows {
		if n, ok := newest[r.Key]; !ok || n.Withdrawn {
			t.Errorf("change %x was not told", r.Key)
		}
	}
}
