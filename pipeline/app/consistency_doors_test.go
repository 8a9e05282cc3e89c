package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"mailfate/schemas"
	"mailfate/sinks/report"
)

// A door is one way to ask what became of messages.
type door struct {
	name string
	// ask says how much of each message's story is told. If the door sums, it
	// says of each story and step how many messages have come so far.
	ask   func(context.Context) (map[int]int, error)
	sums  bool
	shows *[storyMessages]atomic.Int64 // where what it told is noted, for others
	least *[storyMessages]atomic.Int64 // what it must know besides what has arrived

	mu            sync.Mutex
	before        map[int]int // what it told, at most
	asked, behind atomic.Int64
}

// check asks, and holds the answer against what may be told.
func (d *door) check(ctx context.Context, o *oracle) error {
	d.mu.Lock() // so that what was told before was told before
	defer d.mu.Unlock()
	least := map[int]int{}
	for i := range storyMessages {
		least[i] = int(o.arrived[i].Load())
		if d.least != nil {
			least[i] = max(least[i], int(d.least[i].Load()))
		}
	}
	got, err := d.ask(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	most := map[int]int{}
	for i := range storyMessages {
		most[i] = int(o.sent[i].Load())
	}
	d.asked.Add(1)
	asked := slices.Collect(maps.Keys(most))
	if d.sums {
		asked, least, most = sums, summed(least), summed(most)
	}
	if d.before == nil {
		d.before = map[int]int{}
	}
	for _, i := range asked {
		if got[i] < max(least[i], d.before[i]) || got[i] > most[i] {
			return fmt.Errorf("%s tells %d of %d, which is not from %d to %d; before it told %d", d.name, got[i], i, least[i], most[i], d.before[i])
		}
		d.before[i] = got[i]
		if got[i] < most[i] {
			d.behind.Add(1)
		}
		if d.shows != nil {
			raise(&d.shows[i], int64(got[i]))
		}
	}
	return nil
}

// longest is more steps than a story has.
const longest = 10

// sum names those messages of a story that have come to a step at least.
func sum(story, step int) int { return story*longest + step }

// sums are all there are.
var sums = slices.Sorted(func(yield func(int) bool) {
	for s := range stories {
		for k := range stories[s] {
			if !yield(sum(s, k+1)) {
				return
			}
		}
	}
})

func summed(each map[int]int) map[int]int {
	all := map[int]int{}
	for i, far := range each {
		for k := 1; k <= far; k++ {
			all[sum(i%len(stories), k)]++
		}
	}
	return all
}

func (a teller) get(ctx context.Context, path string, query url.Values, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.APIAddress()+path+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

func (a teller) askCheckEmail(ctx context.Context) (map[int]int, error) {
	ids := make([]string, storyMessages)
	for i := range ids {
		ids[i] = fmt.Sprintf(emailID, i)
	}
	var answer struct {
		Result struct{ Statuses []struct{ ID, Status string } }
	}
	if err := a.get(ctx, "/en/api/checkEmail", url.Values{"format": {"json"}, "email_id": {strings.Join(ids, ",")}}, &answer); err != nil {
		return nil, err
	}
	got := map[int]int{}
	for _, s := range answer.Result.Statuses {
		if err := note(got, emailID, s.ID, s.Status); err != nil {
			return nil, err
		}
	}
	return got, nil
}

// askFeed reads the feed by pages: what it has of a message is a beginning of its story.
func (a teller) askFeed(ctx context.Context) (map[int]int, error) {
	of := map[string][]string{} // statuses, the newest first
	for cursor := ""; ; {
		var page struct {
			Changes []struct {
				MessageID string `json:"message_id"`
				Status    string
			}
			Next string
		}
		if err := a.get(ctx, "/api/v1/feed", url.Values{"vocabulary": {"unisender"}, "limit": {"250"}, "cursor": {cursor}}, &page); err != nil {
			return nil, err
		}
		for _, c := range page.Changes {
			of[c.MessageID] = append(of[c.MessageID], c.Status)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	got := map[int]int{}
	for id, statuses := range of {
		for k, status := range statuses {
			reached := map[int]int{}
			if err := note(reached, storyID, id, status); err != nil {
				return nil, err
			}
			for i, far := range reached {
				if got[i] = max(got[i], far); far != len(statuses)-k {
					return nil, fmt.Errorf("message %d has the changes %q, the newest first", i, statuses)
				}
			}
		}
	}
	return got, nil
}

func (a teller) askMessageStatus(ctx context.Context) (map[int]int, error) {
	rows, err := a.db.Conn().Query(ctx, "SELECT message_id, toString(unisender) FROM message_status FINAL")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err has told
	got := map[int]int{}
	for rows.Next() {
		var id, status string
		if err := errors.Join(rows.Scan(&id, &status), note(got, storyID, id, status)); err != nil {
			return nil, err
		}
	}
	return got, rows.Err()
}

// note notes how far the story of a message is told, whose id is written so.
func note(got map[int]int, format, id, status string) error {
	var i int
	if _, err := fmt.Sscanf(id, format, &i); err != nil {
		return fmt.Errorf("message %q: %w", id, err)
	}
	if got[i] = howFar(i, status); got[i] < 0 {
		return fmt.Errorf("message %d is %q, which is not of its story", i, status)
	}
	return nil
}

// askReports counts by story and status.
func (a teller) askReports(ctx context.Context) (map[int]int, error) {
	q := &report.Question{Name: report.Overview, By: []string{"campaign"}, Vocabulary: schemas.Unisender, Limit: 1000}
	if err := q.Check(); err != nil {
		return nil, err
	}
	table, err := a.db.Ask(ctx, q)
	if err != nil {
		return nil, err
	}
	got := map[int]int{}
	for _, row := range table.Rows {
		reached := map[int]int{}
		if err := note(reached, campaign, row[0].(string), row[1].(string)); err != nil {
			return nil, err
		}
		for story, far := range reached {
			for k := 1; k <= far; k++ {
				got[sum(story, k)] += int(row[2].(uint64))
			}
		}
	}
	return got, nil
}

// checkTotals compares all that is counted with what was published.
func checkTotals(t *testing.T, a *App) {
	t.Helper()
	changes, statuses := uint64(0), map[string]uint64{}
	for i := range storyMessages {
		story := storyOf(i)
		changes += uint64(len(story))
		statuses[story[len(story)-1].status]++
	}
	var n uint64
	if err := a.db.Conn().QueryRow(t.Context(), "SELECT count() FROM status_changes FINAL WHERE unisender_before != unisender").Scan(&n); err != nil || n != changes {
		t.Errorf("%d changes, want %d: %v", n, changes, err)
	}
	if _, err := a.db.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]*report.Question{
		"status":   {Name: report.Overview, Vocabulary: schemas.Unisender, Limit: 100},
		"overview": {Name: report.Overview, Limit: 100},
	} {
		table, err := a.db.Ask(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if name == "status" {
			got := map[string]uint64{}
			for _, row := range table.Rows {
				got[row[0].(string)] = row[1].(uint64)
			}
			if fmt.Sprint(got) != fmt.Sprint(statuses) {
				t.Errorf("messages by status: %v, want %v", got, statuses)
			}
			continue
		}
		const quarter = storyMessages / 4
		for column, want := range map[string]uint64{"messages": 4 * quarter, "delivered": 3 * quarter, "bounced": quarter, "opened": quarter, "complained": quarter} {
			if at := slices.Index(table.Columns, column); at < 0 || table.Rows[0][at].(uint64) != want {
				t.Errorf("%s in the overview: %v, want %d", column, table.Rows[0], want)
			}
		}
	}
}
