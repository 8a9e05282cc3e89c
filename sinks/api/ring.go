package api

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	// renewEvery is how old what is known of keys may be: so long a revoked one may
	// still be taken.
	renewEvery = 5 * time.Second
	// maxAge is for how long keys are taken while the Store cannot be asked.
	maxAge = 5 * time.Minute
	// burst is how many seconds' worth of requests a key may make at once.
	burst = 2
	// guesses is how many requests with unknown keys are looked at in a second, of all
	// that come together: a key is not guessed, but asking costs.
	guesses = 20
)

// ring is the keys that are known, read again from the Store when they are asked for
// and old.
type ring struct {
	store   Store
	now     func() time.Time
	known   atomic.Pointer[known]
	renewal sync.Mutex
	wrong   *rate.Limiter
}

type known struct {
	at     time.Time
	byHash map[string]*held
}

// held is a key and what is left of its rate.
type held struct {
	Key
	limit *rate.Limiter
}

func newRing(s Store, now func() time.Time) *ring {
	return &ring{store: s, now: now, wrong: rate.NewLimiter(guesses, guesses)}
}

// keys returns what is known. One request at a time asks the Store; the others go by
// what was known before, while there is something.
func (r *ring) keys(ctx context.Context) (*known, error) {
	k := r.known.Load()
	if k != nil && r.now().Sub(k.at) < renewEvery {
		return k, nil
	}
	if k == nil {
		r.renewal.Lock()
	} else if !r.renewal.TryLock() {
		return k, nil
	}
	defer r.renewal.Unlock()
	if again := r.known.Load(); again != k {
		return again, nil
	}
	fresh, err := r.renew(ctx, k)
	if err == nil {
		r.known.Store(fresh)
		return fresh, nil
	}
	if k != nil && r.now().Sub(k.at) < maxAge {
		return k, nil
	}
	return nil, err
}

func (r *ring) renew(ctx context.Context, before *known) (*known, error) {
	at := r.now()
	all, err := r.store.Keys(ctx)
	if err != nil {
		return nil, err
	}
	fresh := &known{at: at, byHash: make(map[string]*held, len(all))}
	for _, key := range all {
		h := &held{Key: key}
		if before != nil {
			if old := before.byHash[key.Hash]; old != nil && old.Rate == key.Rate {
				h.limit = old.limit
			}
		}
		if h.limit == nil {
			h.limit = limiter(key.Rate)
		}
		fresh.byHash[key.Hash] = h
	}
	return fresh, nil
}

func limiter(perSecond uint32) *rate.Limiter {
	if perSecond == 0 {
		perSecond = DefaultRate
	}
	return rate.NewLimiter(rate.Limit(perSecond), int(perSecond)*burst)
}

var errNoKeys = errors.New("there are no keys")

// admit returns whose the secret is, if there is anything left of its rate.
func (r *ring) admit(ctx context.Context, secret string) (*Key, error) {
	k, err := r.keys(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(k.byHash) == 0:
		return nil, errNoKeys
	case secret == "":
		return nil, errNoKey
	}
	h := k.byHash[hashKey(secret)]
	switch {
	case (h == nil || h.Revoked) && !r.wrong.AllowN(r.now(), 1):
		return nil, errGuessing
	case h == nil || h.Revoked:
		return nil, errWrongKey
	case !h.limit.AllowN(r.now(), 1):
		return nil, errTooMany
	}
	return &h.Key, nil
}

// has reports whether a key that was admitted still is good.
func (r *ring) has(ctx context.Context, key *Key) bool {
	k, err := r.keys(ctx)
	if err != nil {
		return false
	}
	h := k.byHash[key.Hash]
	return h != nil && !h.Revoked
}
