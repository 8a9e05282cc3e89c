package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// A role that follows well says so once; one that is behind says it every minute.
func TestLagIsTold(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	f := follower{role: "sink"}
	now := time.Unix(0, 0)
	for _, lag := range []int64{5, 0, 7, 0, 9, 9, 9, 0, 0} { // each for a minute
		for range int(time.Minute / lagLook) {
			f.tell(log, lag, now)
			now = now.Add(lagLook)
		}
	}
	if got := strings.Count(out.String(), "caught up"); got != 2 {
		t.Errorf("caught up %d times", got)
	}
	if got := strings.Count(out.String(), "records=9"); got != 2 {
		t.Errorf("told of 9 records %d times", got)
	}
	if strings.Contains(out.String(), "records=7") {
		t.Error("told of a lag that did not last")
	}
	if t.Failed() {
		t.Log(out.String())
	}
}
