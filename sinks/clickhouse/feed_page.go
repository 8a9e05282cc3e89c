package clickhouse

import (
	"context"
	"time"

	"mailfate/sinks/api"
)

const (
	// spare is how many more rows than changes are looked for: some are older versions.
	spare = 16
	// indexedSpan is the first span where an index finds what is asked for: few rows,
	// but for words that many addresses have.
	indexedSpan = 48 * hour
	// pageGrows is by how much a span grows in which there was too little.
	pageGrows = 16
)

// page is a page of the feed that is being read. First it is found where it lies,
// among all versions of all changes, which takes no merging; then what is there is
// read as it is true. Every true change that fits is among the rows that fit.
type page struct {
	db    *DB
	query feedQuery
	list  []api.Change
	n     int // how many there are to be
}

func (p *page) read(ctx context.Context) error {
	from, to, err := p.db.feedSpan(ctx, &p.query)
	if err != nil {
		return err
	}
	width := firstSpan
	if p.query.indexed() {
		width = indexedSpan
	}
	for to > from && len(p.list) < p.n {
		p.query.From, p.query.To = max(from, floor(max(0, to-width), hour)), to
		end, err := p.find(ctx)
		switch {
		case err != nil:
			return err
		case end != nil: // there may be more in the span
			p.query.Below, to = end, end.Time.UnixMilli()+1
		default:
			to = p.query.From
			width *= pageGrows
		}
	}
	return nil
}

// indexed reports whether an index finds what is asked for.
func (q *feedQuery) indexed() bool {
	f := q.Filter
	return f.MessageID != "" || f.Any.Words != nil || f.Sender.Words != nil || f.Recipient.Words != nil
}

// find adds what fits in the span; end says how far it came, if not to its beginning.
func (p *page) find(ctx context.Context) (end *api.Position, err error) {
	most := p.n - len(p.list) + spare
	text, err := made(feedTexts, "feed_candidates", &p.query)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Time      time.Time `ch:"time"`
		Key       uint64    `ch:"key"`
		MessageID string    `ch:"message_id"`
	}
	if err := p.db.conn.Select(asking(ctx, pageTime, most), &rows, text, p.query.values(most)...); err != nil || len(rows) == 0 {
		return nil, err
	}
	q := p.query
	first, last := rows[0], rows[len(rows)-1]
	q.From, q.To = last.Time.UnixMilli(), first.Time.UnixMilli()+1
	if len(rows) == most {
		end = &api.Position{Time: last.Time, Key: last.Key}
		q.Above = end
	}
	for _, r := range rows {
		q.Among = append(q.Among, r.MessageID)
	}
	left := p.n - len(p.list)
	return end, p.db.feedRows(asking(ctx, pageTime, left, ofChanges), &q, left, func(c *api.Change) error {
		p.list = append(p.list, *c)
		return nil
	})
}
