package api

import (
	"net/http"
	"sync"
)

// How many answers may be under way that take long: live streams and downloads, in
// all and with one key. Each download is a query that reads much.
const (
	maxSeats          = 4096
	maxSeatsOf        = 1024
	maxDownloads      = 4
	maxDownloadsOfOne = 2
)

var errSeats = &failure{"too many listen or download at the moment, or too many with this api_key; try again later", "retry_later", http.StatusServiceUnavailable}

// seats counts the answers that take long. Make it with newSeats.
type seats struct {
	most  int
	mu    sync.Mutex
	all   taken
	ofKey map[string]taken
}

// taken is how many seats are, and how many of them by downloads.
type taken struct{ all, downloads int }

func newSeats() seats { return seats{most: maxSeats, ofKey: map[string]taken{}} }

// take takes a seat until it is given back, for a download or to listen.
func (p *seats) take(who caller, download bool) (leave func(), err error) {
	key := ""
	if who.key != nil {
		key = who.key.ID
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	of := p.ofKey[key]
	if p.all.all >= p.most || of.all >= maxSeatsOf || download && (p.all.downloads >= maxDownloads || of.downloads >= maxDownloadsOfOne) {
		return nil, errSeats
	}
	p.add(key, 1, download)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.add(key, -1, download)
	}, nil
}

func (p *seats) add(key string, n int, download bool) {
	of := p.ofKey[key]
	for _, h := range []*taken{&p.all, &of} {
		h.all += n
		if download {
			h.downloads += n
		}
	}
	if p.ofKey[key] = of; of.all == 0 {
		delete(p.ofKey, key)
	}
}
