package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestCommitAfterAKill: a producer outlives the broker and goes on with a
// transaction that the repair has aborted. Its last one was a commit, too.
func TestCommitAfterAKill(t *testing.T) {
	for name, offsets := range map[string]bool{"of records": false, "of offsets, too": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := testBroker(t, dir)
			createTopic(t, b, "t", 1)
			cl := testClient(t, b, kgo.TransactionalID("p"))
			begin(t, cl, record("t", 0, "a", "1"))
			commit(t, cl)
			begin(t, cl, record("t", 0, "b", "2"))
			pid, epoch, err := cl.ProducerID(t.Context())
			if err != nil {
				t.Fatal(err)
			}

			b = testBroker(t, killImage(t, dir))
			if offsets {
				req := kmsg.NewPtrAddOffsetsToTxnRequest()
				req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = "p", pid, epoch, "g"
				resp, err := req.RequestWith(t.Context(), b.client)
				if err != nil || !fenced(resp.ErrorCode) {
					t.Errorf("add offsets: %v, %+v; want fenced", err, resp)
				}
			}
			req := kmsg.NewPtrEndTxnRequest()
			req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = "p", pid, epoch, true
			resp, err := req.RequestWith(t.Context(), b.client)
			if err != nil || !fenced(resp.ErrorCode) {
				t.Errorf("end: %v, %+v; want fenced", err, resp)
			}
			cl = testClient(t, b, kgo.TransactionalID("p"))
			begin(t, cl, record("t", 0, "c", "3"))
			commit(t, cl)
			wantCommitted(t, b, "t", 1, "a=1", "c=3")
		})
	}
}

func fenced(code int16) bool {
	return code == kerr.ProducerFenced.Code || code == kerr.InvalidProducerEpoch.Code
}

// TestTornLogs: what the broker writes behind an entry that was cut short is read
// again at the next start, and a damaged entry is told of.
func TestTornLogs(t *testing.T) {
	for _, name := range []string{producersLog, groupsLog} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			log := appendEntry(appendEntry(nil, []byte(`{"a":1}`)), []byte(`{"b":2}`))
			whole := len(log) / 2
			for cut := whole; cut < len(log); cut++ {
				if err := os.WriteFile(path, log[:cut], 0o600); err != nil {
					t.Fatal(err)
				}
				entries, err := cutLog(path)
				st, statErr := os.Stat(path)
				if err != nil || statErr != nil || len(entries) != 1 || string(entries[0]) != `{"a":1}` || st.Size() != int64(whole) {
					t.Fatalf("cut at %d: %q, %v, %v", cut, entries, err, statErr)
				}
			}
			log[whole-1] ^= 1
			if err := os.WriteFile(path, log, 0o600); err != nil {
				t.Fatal(err)
			}
			var damaged *DamagedError
			if _, err := cutLog(path); !errors.As(err, &damaged) || damaged.Offset != 0 {
				t.Errorf("damaged: %v", err)
			}
		})
	}
}
